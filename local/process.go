package local

import (
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
	// outputGrace bounds the wait for output that a process which left its
	// group could hold open for ever.
	outputGrace = time.Second
)

// stopGrace is what an orderly end may take before everything is killed.
var stopGrace = 5 * time.Second

// process is the child and all that supervises it.
type process struct {
	cmd *exec.Cmd
	// lifeline is the writing end of the child's standard input. Nothing is
	// ever written: the child ends when it closes, and the system closes it
	// when this program dies, however it dies.
	lifeline io.Closer
	output   *output

	stopOnce sync.Once
	stopping atomic.Bool

	done    chan struct{} // closed when the child, its group and its output have ended
	crashed bool          // ended without being asked to; valid after done
	exit    error         // how the child ended; valid after done
}

// launch starts the launcher with one interpreter.
func launch(python interpreter, app application, config Config) (*process, error) {
	settings, err := json.Marshal(map[string]any{
		"app": app.factory, "directory": app.directory, "workers": config.Workers,
		"access_log": config.Log != nil, "backlog": backlog,
		"drain": drainSeconds, "grace": stopGrace.Seconds(),
	})
	if err != nil {
		return nil, fmt.Errorf("local: the settings of the launcher: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("local: a pipe for the output of the service: %w", err)
	}
	defer write.Close() // the child has its own

	cmd := exec.Command(python.path, "-u", "-c", launcher, string(settings))
	cmd.Env = append(os.Environ(), config.Env...)
	cmd.Stdout, cmd.Stderr = write, write
	inOwnGroup(cmd)
	lifeline, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		read.Close()
		return nil, &unsuitableError{python, fmt.Sprintf("cannot be run: %v", err)}
	}

	p := &process{cmd: cmd, lifeline: lifeline, output: newOutput(read, config.Log), done: make(chan struct{})}
	go p.output.copy()
	go p.wait()
	return p, nil
}

// wait sees the child off: itself, what is left of its group, its output.
func (p *process) wait() {
	p.exit = p.cmd.Wait()
	p.crashed = !p.stopping.Load()
	killGroup(p.cmd.Process.Pid) // workers that outlived it
	p.output.finish(outputGrace)
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
