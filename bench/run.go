package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bench/service"
)

//go:embed python/client.py
var pythonClient string

// comparison is one run of everything.
type comparison struct {
	python  string
	judges  string
	rounds  int
	seconds float64
	out     string
	only    []string
	command string

	url     string
	folder  string                         // for files, until the end
	program string                         // the built cas
	samples map[string]map[string][]sample // by case and client, one of each round
}

func (c *comparison) run() error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c.folder, c.program = dir, filepath.Join(dir, "cas")
	if out, err := exec.Command("go", "build", "-o", c.program, "github.com/community-attribute-service/cas-go/cmd/cas").CombinedOutput(); err != nil {
		return fmt.Errorf("cmd/cas: %w\n%s", err, out)
	}
	end, err := c.startService()
	if err != nil {
		return err
	}
	defer end()
	c.samples = map[string]map[string][]sample{}
	started := time.Now()
	for round := range c.rounds {
		for _, bc := range chosen(c.only) {
			fmt.Fprintf(os.Stderr, "round %d of %d, %s\n", round+1, c.rounds, bc.name)
			if err := c.measure(bc); err != nil {
				return fmt.Errorf("%s: %w", bc.name, err)
			}
		}
	}
	return c.report(started)
}

// startService runs the service in a process of its own.
func (c *comparison) startService() (end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, "serve")
	cmd.Stderr = os.Stderr
	c.url, end, err = listening(cmd)
	return end, err
}

// listening starts a service that prints its address, and ends it by end.
func listening(cmd *exec.Cmd) (url string, end func(), err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		stop(cmd.Process)
		_ = cmd.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		end()
		return "", nil, fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return strings.TrimSpace(line), end, nil
}

// measure runs one case once by every client.
func (c *comparison) measure(bc benchCase) error {
	if c.samples[bc.name] == nil {
		c.samples[bc.name] = map[string][]sample{}
	}
	checksum := math.NaN()
	for _, client := range bc.clients {
		if client == python && c.python == "" {
			continue
		}
		s, err := c.process(bc, client)
		if err != nil {
			return fmt.Errorf("%s: %w", client, err)
		}
		if per := s.Checksum / float64(s.Calls); client != raw && s.Checksum != 0 {
			if math.Abs(per-checksum) > 1e-9*math.Abs(checksum) {
				return fmt.Errorf("%s reads values that add up to %v, others to %v", client, per, checksum)
			}
			checksum = per
		}
		c.samples[bc.name][client] = append(c.samples[bc.name][client], s)
	}
	return nil
}

// process runs one case by one client, in a process of its own.
func (c *comparison) process(bc benchCase, client string) (sample, error) {
	repeat := []string{c.url, strconv.FormatFloat(c.seconds, 'f', -1, 64), strconv.Itoa(bc.calls)}
	switch {
	case bc.isTable:
		return c.table(bc.name, client)
	case bc.isFiles:
		return c.files(client)
	case bc.isReal:
		return c.real(bc.name, client)
	case client == python && bc.name != "cold":
		return c.ownReport(exec.Command(c.python, append(append([]string{"-c", pythonClient, bc.name}, repeat...), service.DatasetIDs...)...))
	case bc.name != "cold":
		return c.ownReport(exec.Command(os.Args[0], append([]string{"client", client, bc.name}, repeat...)...))
	}
	cmd := exec.Command(c.program, "extract", "--url", c.url, "-g", string(polygonText(ring(few, 0))), "-d", strings.Join(service.DatasetIDs, ","))
	if client == python {
		cmd = exec.Command(c.python, append(append([]string{"-c", pythonClient, bc.name}, repeat...), service.DatasetIDs...)...)
	}
	s, err := c.fromOutside(cmd)
	s.Results = len(service.DatasetIDs)
	return s, err
}

// ownReport runs a client that measures itself, and says so in its last line: CAS embedded in Python logs to standard output.
func (c *comparison) ownReport(cmd *exec.Cmd) (s sample, err error) {
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return sample{}, err
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return s, json.Unmarshal(lines[len(lines)-1], &s)
}

// fromOutside runs a program once and measures it from its start to its end.
func (c *comparison) fromOutside(cmd *exec.Cmd) (sample, error) {
	cmd.Stderr = os.Stderr
	started := time.Now()
	if _, err := cmd.Output(); err != nil {
		return sample{}, err
	}
	cpu, rss := usage(cmd)
	return sample{Calls: 1, Wall: time.Since(started).Seconds(), CPU: cpu, RSS: rss}, nil
}
