// Package local runs the real Community Attribute Service as a supervised child process on the loopback interface. It is for programs
// that want to embed CAS or have no deployed service. They use the same client and the same models; the installed Python package
// computes the results.
//
//	service, err := local.Start(ctx, local.Config{})
//	if err != nil { … }
//	defer service.Close()
//	client, err := service.Client()
//
// It needs Python 3.11 or newer with the service in it:
//
//	python3 -m pip install 'community-attribute-service[api]'
//
// No process is left behind: the child and its workers end with Close, with the context of Start, and also if this program is killed.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// DefaultStartTimeout is how long Start waits for the service to answer when
// Config.StartTimeout is zero. A warm start takes about a second.
const DefaultStartTimeout = 60 * time.Second

// Config says which service to run, and how. The zero Config runs the plain service with the Python on the PATH.
type Config struct {
	// Python is the interpreter: a path, or a name to be found on the path.
	// "" tries the active virtual environment (VIRTUAL_ENV), then python3, then
	// python, and takes the first that has the service installed.
	Python string

	// App names the application factory, a Python function without parameters that returns the ASGI application:
	// "package.module:factory" as Python imports it, or "path/to/file.py:factory", whose folder Python then searches first. "" is the
	// service's own, cas.api.app:create_app.
	App string

	// Env is added to this program's environment, as "NAME=value"; a later
	// entry wins. The service reads its settings from it (CAS_AUTH_ENABLED and
	// CAS_API_KEYS, CAS_RATE_LIMIT_ENABLED and CAS_RATE_LIMIT_PER_MINUTE,
	// CAS_PROVIDER_TIMEOUT_S, …), Python reads PYTHONPATH, the folders to
	// import a Config.App from.
	Env []string

	// Workers is the number of serving processes, at least 1; zero is 1. One keeps one core busy and takes 100 to 200 MB. Each has its
	// own cache, metrics and rate limit. Every request to URL goes to the process with the fewest requests in flight.
	Workers int

	// AsShipped leaves the service unchanged. Otherwise Start tunes the running processes: they give the same answers, some 60 times
	// faster if nothing is cached. See [Service.Tuned].
	AsShipped bool

	// Log receives what the service prints, access log included, from one
	// goroutine at a time; nil discards it.
	Log io.Writer

	// StartTimeout bounds the wait for the first answer; zero is
	// DefaultStartTimeout.
	StartTimeout time.Duration
}

// errTooSlow is the cause of a start that Config.StartTimeout ended.
var errTooSlow = errors.New("local: the service did not start")

// withDefaults checks the Config and fills what was left out.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Workers < 0:
		return c, fmt.Errorf("local: Config.Workers is %d; it must be 1 or more, or 0 for 1", c.Workers)
	case c.StartTimeout < 0:
		return c, fmt.Errorf("local: Config.StartTimeout is %v; it must be positive, or 0 for %v", c.StartTimeout, DefaultStartTimeout)
	}
	for _, entry := range c.Env {
		if name, _, ok := strings.Cut(entry, "="); !ok || name == "" {
			return c, fmt.Errorf("local: Config.Env holds an entry without the form NAME=value") // not repeated: it may be a secret
		}
	}
	if c.Workers == 0 {
		c.Workers = 1
	}
	if c.StartTimeout == 0 {
		c.StartTimeout = DefaultStartTimeout
	}
	if c.Log == nil {
		c.Log = io.Discard
	} else {
		c.Log = &sharedLog{log: c.Log}
	}
	return c, nil
}

// Service is a running service. Its methods may be called from several goroutines.
type Service struct {
	url       string
	tuning    Tuning
	processes []*process
	spreader  *spreader     // nil if there is one process
	done      chan struct{} // closed when all processes have ended
	// release stops the context from ending the processes.
	release func() bool

	closing  sync.Once
	closeErr error
}

// Start runs the service on a free loopback port and returns as soon as it answers.
//
// When ctx ends, so does the service; Start itself then returns the context's error. Start fails if the interpreter or the package is
// missing, the application cannot be created, or the process ends early or does not answer in time. The error says what was tried and
// what to do, with the last lines that the service printed.
func Start(ctx context.Context, config Config) (*Service, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	app, err := findApp(config.App)
	if err != nil {
		return nil, err
	}
	interpreters, err := findPython(config.Python)
	if err != nil {
		return nil, err
	}

	starting, cancel := context.WithTimeoutCause(ctx, config.StartTimeout,
		fmt.Errorf("%w within %v", errTooSlow, config.StartTimeout))
	defer cancel()

	var tried []error
	for _, python := range interpreters {
		service, err := start(starting, python, app, config)
		var unsuitable *unsuitableError
		if errors.As(err, &unsuitable) {
			tried = append(tried, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		service.release = context.AfterFunc(ctx, service.stop)
		return service, nil
	}
	return nil, notInstalled(tried)
}

// start runs the service with one interpreter and waits until all its processes
// answer.
func start(ctx context.Context, python interpreter, app application, config Config) (*Service, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s := &Service{processes: make([]*process, config.Workers), done: make(chan struct{})}
	ports := make([]int, config.Workers)
	var (
		all   sync.WaitGroup
		first sync.Once
		err   error // of the process that failed first
	)
	for i := range s.processes {
		process, failed := launch(python, app, config)
		if failed != nil {
			first.Do(func() { err = failed; cancel(failed) })
			break
		}
		s.processes[i] = process
		all.Go(func() {
			port, tuning, failed := process.awaitReady(ctx, python)
			if failed != nil {
				first.Do(func() { err = failed; cancel(failed) })
				return
			}
			if ports[i] = port; i == 0 {
				s.tuning = tuning // the same in all: it depends on what is installed
			}
		})
	}
	all.Wait()
	if err == nil {
		err = s.serve(ports)
	}
	if err != nil {
		for _, process := range s.processes {
			if process != nil {
				process.abandon()
			}
		}
		return nil, err
	}
	return s, nil
}

// serve gives processes that are ready a URL.
func (s *Service) serve(ports []int) (err error) {
	s.url = baseURL(ports[0])
	if len(ports) > 1 {
		if s.spreader, err = newSpreader(s.processes, ports); err != nil {
			return fmt.Errorf("local: a port for the service: %w", err)
		}
		s.url = s.spreader.url
	}
	go func() {
		for _, process := range s.processes {
			<-process.done
		}
		if s.spreader != nil {
			s.spreader.close()
		}
		close(s.done)
	}()
	return nil
}

// URL returns the base URL of the service, such as http://127.0.0.1:41234.
func (s *Service) URL() string { return s.url }

// Client returns a new client of the service, with the options of [cas.NewClient]. The caller must close it; that does not end the
// service.
func (s *Service) Client(opts ...cas.Option) (*cas.Client, error) {
	return cas.NewClient(s.url, opts...)
}

// Tuned tells which changes were made to the running service to make it fast, and why others were not.
func (s *Service) Tuned() Tuning { return s.tuning }

// Done returns a channel that is closed when the service has ended, for any reason. A service of several processes ends with the last
// of them.
func (s *Service) Done() <-chan struct{} { return s.done }

// Close ends the service and waits until all its processes have ended. It asks them to end, and kills them after 5 seconds. It returns
// nil, also if the context had ended the service before. If a process had ended by itself, it returns an error with the process's last
// lines. Later calls return the same.
func (s *Service) Close() error {
	s.closing.Do(func() {
		s.release()
		s.stop()
		crashes := make([]error, len(s.processes))
		for i, process := range s.processes {
			crashes[i] = process.crash()
		}
		s.closeErr = errors.Join(crashes...)
	})
	return s.closeErr
}

// stop ends all processes, and returns when nothing of them is left.
func (s *Service) stop() {
	var all sync.WaitGroup
	for _, process := range s.processes {
		all.Go(process.stop)
	}
	all.Wait()
	<-s.done
}
