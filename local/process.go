package local

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// launcher is the Python side of the supervision: see its own comment.
//
//go:embed launcher.py
var launcher string

const (
	// drainSeconds is what requests in flight get to finish in an orderly end.
	drainSeconds = 1
	// backlog is uvicorn's own default of connections that wait to be accepted.
	backlog = 2048
	// outputGrace bounds the wait for pipes that a process which left its
	// group could hold open for ever.
	outputGrace = time.Second
)

// stopGrace is what an orderly end may take before everything is killed.
var stopGrace = 5 * time.Second

// process is the child and all that supervises it.
type process struct {
	cmd *exec.Cmd
	// lifeline is the writing end of the child's standard input. After the
	// settings, nothing is written: the child ends when it closes, and the
	// system closes it when this program dies, however it dies.
	lifeline io.Closer
	output   *output
	reports  *reports
	reached  stage // of the start; used by its goroutine alone

	stopOnce sync.Once
	stopping atomic.Bool

	done    chan struct{} // closed when the child, its group and its output have ended
	crashed bool          // ended without being asked to; valid after done
	exit    error         // how the child ended; valid after done
}

// launch starts the launcher with one interpreter.
func launch(python interpreter, app application, config Config) (*process, error) {
	var pipes pipes
	defer pipes.closeChildEnds()
	if err := pipes.open(); err != nil {
		return nil, fmt.Errorf("local: pipes for the service: %w", err)
	}
	cmd := exec.Command(python.path, "-u", "-c", launcher)
	cmd.Env = append(os.Environ(), config.Env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = pipes.settings[0], pipes.output[1], pipes.output[1]
	inOwnGroup(cmd)
	descriptor, err := inherit(cmd, pipes.reports[1])
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		pipes.closeOwnEnds()
		return nil, &unsuitableError{python, fmt.Sprintf("cannot be run: %v", err)}
	}

	settings := settings{
		App: app.factory, Directory: app.directory, AccessLog: config.Log != io.Discard, Reports: descriptor,
		Backlog: backlog, Drain: drainSeconds, Grace: stopGrace.Seconds(),
	}
	if !config.AsShipped {
		settings.Tuning = tuningModule
	}
	go settings.send(pipes.settings[1])

	p := &process{
		cmd: cmd, lifeline: pipes.settings[1], done: make(chan struct{}),
		output: newOutput(pipes.output[0], config.Log), reports: newReports(pipes.reports[0]),
	}
	go p.output.copy()
	go p.reports.read()
	go p.wait()
	return p, nil
}

// settings is the first line on the launcher's standard input.
type settings struct {
	App       string  `json:"app"`
	Directory string  `json:"directory"`
	Tuning    string  `json:"tuning"` // the module, or "" to leave all as shipped
	AccessLog bool    `json:"access_log"`
	Reports   uintptr `json:"reports"` // the descriptor, or the handle on Windows, to report on
	Backlog   int     `json:"backlog"`
	Drain     int     `json:"drain"` // seconds
	Grace     float64 `json:"grace"` // seconds
}

// send writes the line; a program that is no launcher may never read it, and
// the end of the pipe then ends the write.
func (s settings) send(pipe io.Writer) { _ = json.NewEncoder(pipe).Encode(s) }

// pipes are those between this program and the child: reading end, writing end.
type pipes struct{ settings, output, reports [2]*os.File }

func (p *pipes) open() (err error) {
	for _, pipe := range []*[2]*os.File{&p.settings, &p.output, &p.reports} {
		if pipe[0], pipe[1], err = os.Pipe(); err != nil {
			p.closeOwnEnds()
			return err
		}
	}
	return nil
}

func (p *pipes) closeOwnEnds() {
	p.settings[1].Close()
	p.output[0].Close()
	p.reports[0].Close()
}

// closeChildEnds closes those of which the child has copies.
func (p *pipes) closeChildEnds() {
	p.settings[0].Close()
	p.output[1].Close()
	p.reports[1].Close()
}

// wait sees the child off: itself, what is left of its group, its output.
func (p *process) wait() {
	p.exit = p.cmd.Wait()
	p.crashed = !p.stopping.Load()
	killGroup(p.cmd.Process.Pid) // what it started
	grace, cancel := context.WithTimeout(context.Background(), outputGrace)
	defer cancel()
	for _, ended := range []chan struct{}{p.output.ended, p.reports.ended} {
		select {
		case <-ended:
		case <-grace.Done():
		}
	}
	p.output.pipe.Close()
	p.reports.pipe.Close()
	p.lifeline.Close()
	close(p.done)
}

// stop ends the child in good order, or after a grace in any case, and returns
// when nothing of it is left.
func (p *process) stop() {
	p.stopOnce.Do(func() {
		p.stopping.Store(true)
		p.lifeline.Close() // the launcher does the rest, unless it is stuck
		select {
		case <-p.done:
		case <-time.After(stopGrace + time.Second):
			killGroup(p.cmd.Process.Pid)
		}
	})
	<-p.done
}

// abandon ends a child that serves nobody yet, at once.
func (p *process) abandon() {
	p.stopOnce.Do(func() {
		p.stopping.Store(true)
		killGroup(p.cmd.Process.Pid)
	})
	<-p.done
}

// crash is how the child ended if nobody had asked it to, or nil.
func (p *process) crash() error {
	<-p.done
	if !p.crashed {
		return nil
	}
	return fmt.Errorf("local: the service ended by itself: %w%s", p.exitReason(), p.output.tail())
}

// exitReason is the exit as an error, also for status 0.
func (p *process) exitReason() error {
	if p.exit != nil {
		return p.exit
	}
	return errors.New("exit status 0")
}

func (p *process) hasEnded() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
