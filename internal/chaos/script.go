package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"github.com/community-attribute-service/cas-go/local"
)

// The events of a script besides faults of requests.
const (
	restart = "restart of the service"
	kill    = "kill -9 of cas"
	term    = "SIGTERM to cas"
	full    = "full disk"
)

// An event happens when so many more requests have arrived.
type event struct {
	after  int
	what   string
	length time.Duration
	health bool
}

// A script is what happens to one run.
type script struct {
	seed   uint64
	events []event
	poison []int // features whose requests fail for good
}

// newScript draws a script for a run over so many features.
func newScript(seed uint64, features int) script {
	random := rand.New(rand.NewPCG(seed, 7))
	s := script{seed: seed}
	for range 3 + random.IntN(5) {
		e := event{after: 1 + random.IntN(6), length: time.Duration(200+random.IntN(1500)) * time.Millisecond, health: random.IntN(2) == 0}
		switch draw := random.IntN(12); {
		case draw == 0:
			e.what = restart
		case draw <= 2:
			e.what = kill
		case draw == 3:
			e.what = term
		case draw == 4:
			e.what = full
		default:
			e.what = string(requestFaults[random.IntN(len(requestFaults))])
			if fault(e.what) == hang {
				e.length += 4 * time.Second // past cas's time limit of a request
			}
		}
		s.events = append(s.events, e)
	}
	if random.IntN(3) == 0 {
		s.poison = []int{random.IntN(features)}
	}
	return s
}

// A world is what scripts run in.
type world struct {
	cas    string // the command
	folder string
	input  string
	config local.Config
	proxy  *proxy
	live   *local.Service
	log    io.Writer
}

func (w *world) start(ctx context.Context) (err error) {
	if w.live, err = local.Start(ctx, w.config); err == nil {
		w.proxy.route(w.live.URL())
	}
	return err
}

func (w *world) stop() error {
	w.proxy.route("")
	return w.live.Close()
}

// command is a run of cas that writes a table. Where blocks is not 0 no file may become larger than that, in blocks of a shell's ulimit.
func (w *world) command(table string, blocks int) *exec.Cmd {
	args := []string{
		w.cas, "extract", "-g", "@" + w.input, "-d", "local_dem:elevation", "-d", "local_dem:slope_class", "--id-field", "ID", "--keep", "NAME",
		"-o", table, "--url", w.proxy.server.URL, "--quiet", "--batch-size", "5", "--concurrency", "3", "--timeout", "4s", "--wait", "1m", "--grace", "20s",
	}
	if blocks == 0 {
		return exec.Command(args[0], args[1:]...)
	}
	return exec.Command("sh", append([]string{"-c", "ulimit -f " + strconv.Itoa(blocks) + `; exec "$@"`, "sh"}, args...)...)
}

// mostStarts is how often cas may be started for one script.
const mostStarts = 20

// perform runs cas until it ends by itself, while the script happens. It tells when cas lost what was in flight.
func (w *world) perform(ctx context.Context, s script, table string) (lost []time.Time, code int, err error) {
	events := s.events
	for range mostStarts {
		blocks := 0
		if len(events) > 0 && events[0].what == full {
			w.proxy.counts[full]++
			blocks, events = 16, events[1:]
		}
		cmd := w.command(table, blocks)
		cmd.Stderr = w.log
		if err := cmd.Start(); err != nil {
			return nil, 0, err
		}
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		if events, err = w.happen(ctx, events, cmd.Process, ended); err != nil {
			return nil, 0, err
		}
		<-ended
		code := cmd.ProcessState.ExitCode()
		fmt.Fprintf(w.log, "script %d: cas ended with %d, %d events are left\n", s.seed, code, len(events))
		if code == 0 || code == 3 {
			return lost, code, nil
		}
		if code == 2 {
			return nil, code, fmt.Errorf("cas does not go on")
		}
		lost = append(lost, time.Now())
	}
	return nil, 0, fmt.Errorf("cas did not come to its end in %d starts", mostStarts)
}

// happen lets events happen until cas has ended, and gives those that are left.
func (w *world) happen(ctx context.Context, events []event, cas *os.Process, ended <-chan struct{}) ([]event, error) {
	base := w.proxy.seen()
	for len(events) > 0 && events[0].what != full {
		e := events[0]
		for w.proxy.seen() < base+e.after {
			select {
			case <-w.proxy.told:
			case <-ended:
				return events, nil
			}
		}
		base, events = w.proxy.seen(), events[1:]
		switch e.what {
		case restart:
			w.count(e.what)
			if err := w.stop(); err != nil {
				return nil, err
			}
			time.Sleep(e.length)
			if err := w.start(ctx); err != nil {
				return nil, err
			}
		case kill:
			w.count(e.what)
			_ = cas.Kill()
			return events, nil
		case term:
			w.count(e.what)
			_ = cas.Signal(syscall.SIGTERM)
			return events, nil
		default:
			w.proxy.meet(fault(e.what), e.length, e.health)
		}
	}
	return events, nil
}

func (w *world) count(what string) {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.proxy.counts[what]++
}
