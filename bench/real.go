package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// The cases of the real service: what a user waits for. The Python service runs with a connector that needs nothing upstream, so that
// the service itself is what is measured. A call is a result here.

//go:embed python/service_app.py
var serviceApp string

const (
	sdkShipped  = "Python SDK, service as shipped"
	embedded    = "embedded Python"
	oursShipped = "cas extract, service as shipped"
	oursTuned   = "cas extract, service tuned, one process"
	oursLocal   = "cas extract --local"
)

// realSize is how many features a client takes: some seconds' worth, and when cached no more than the 10,000 results that the service keeps.
func realSize(client string, cached bool) int {
	switch tuned := client == oursTuned || client == oursLocal; {
	case tuned && cached:
		return 1000
	case tuned:
		return 3000
	case cached:
		return 50
	}
	return 10
}

// realIDs are the datasets of service_app.py.
func realIDs() (ids []string) {
	for i := range 10 {
		ids = append(ids, "bench:"+strconv.Itoa(i))
	}
	return ids
}

// real runs one client of the real service once.
func (c *comparison) real(kind, client string) (sample, error) {
	if c.python == "" {
		return sample{}, fmt.Errorf("needs -python")
	}
	app := filepath.Join(c.folder, "service_app.py")
	if err := os.WriteFile(app, []byte(serviceApp), 0o600); err != nil {
		return sample{}, err
	}
	cached := kind == "service-cached"
	n := realSize(client, cached)
	in, out := c.featuresFile(n), filepath.Join(c.folder, "real.csv")
	if err := writeFeatures(in, n); err != nil {
		return sample{}, err
	}
	switch client {
	case embedded:
		mode := "embedded"
		if cached {
			mode = "embedded-cached"
		}
		return perResultSample(c.ownReport(exec.Command(c.python, append([]string{"-c", pythonClient, mode, c.folder, in, out}, realIDs()...)...)))
	case oursLocal:
		if !cached {
			return c.extractReal(in, out, "--local", "--local-app", app+":create", "--local-python", c.python)
		}
	}
	url, end, err := c.startReal(app, client)
	if err != nil {
		return sample{}, err
	}
	defer end()
	run := func() (sample, error) {
		if client == sdkShipped {
			return perResultSample(c.ownReport(exec.Command(c.python, append([]string{"-c", pythonClient, "bulk", url, in, out}, realIDs()...)...)))
		}
		return c.extractReal(in, out, "--url", url)
	}
	if cached {
		for range 3 { // each process has a cache of its own
			if _, err := run(); err != nil {
				return sample{}, err
			}
		}
	}
	return run()
}

// startReal runs the real service for a client, until end.
func (c *comparison) startReal(app, client string) (url string, end func(), err error) {
	args := []string{"local", "--app", app + ":create", "--python", c.python}
	switch client {
	case sdkShipped, oursShipped:
		args = append(args, "--as-shipped")
	case oursLocal:
		args = append(args, "--workers", strconv.Itoa(runtime.GOMAXPROCS(0)))
	}
	return listening(exec.Command(c.program, args...))
}

// extractReal makes a table by the built command.
func (c *comparison) extractReal(in, out string, where ...string) (sample, error) {
	args := append([]string{"extract", "-g", "@" + in, "-d", strings.Join(realIDs(), ","), "-o", out, "--overwrite", "--id-field", "ID", "--quiet"}, where...)
	s, err := c.fromOutside(exec.Command(c.program, args...))
	if err != nil {
		return sample{}, err
	}
	s.Results, err = countResults(strings.TrimSuffix(out, ".csv") + ".meta.json")
	return perResultSample(s, err)
}

// perResultSample makes a result a call.
func perResultSample(s sample, err error) (sample, error) {
	s.Calls = s.Results
	if err == nil && s.Results == 0 {
		err = fmt.Errorf("there is no result")
	}
	return s, err
}
