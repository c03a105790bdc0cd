package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	// pollPause is the time between two attempts to reach a service that is
	// starting. The port listens from the beginning, so one attempt is the rule.
	pollPause = 50 * time.Millisecond
	// exitGrace is how long a child that has closed its report pipe gets to
	// end: most that do are ending.
	exitGrace = time.Second
)

func baseURL(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// awaitReady waits until the child serves. There are four ways: it is ready, it
// ended, time was up, or it lives and has closed the pipe on which it reports.
func (p *process) awaitReady(ctx context.Context, python interpreter) (port int, tuning Tuning, err error) {
	found, err := p.awaitListening(ctx, python)
	if err == nil {
		err = p.awaitHealth(ctx, found.Port)
	}
	return found.Port, found.Tuning, err
}

// awaitListening follows the stages up to the bound port.
func (p *process) awaitListening(ctx context.Context, python interpreter) (report, error) {
	for {
		select {
		case <-ctx.Done():
			return report{}, p.interrupted(ctx)
		case found, ok := <-p.reports.lines:
			switch {
			case !ok:
				return report{}, p.silenced(ctx, python)
			case found.Missing != "":
				return report{}, &unsuitableError{python, found.Missing}
			case found.Problem != "":
				return report{}, &unsuitableError{python, found.Problem}
			case found.Failed != "":
				select { // it ends next, and then all that it has printed is read
				case <-p.done:
				case <-ctx.Done():
				case <-time.After(exitGrace):
				}
				return report{}, fmt.Errorf("local: the application cannot be made: %s%s", found.Failed, p.output.tail())
			}
			if p.reached = found.Stage; p.reached == listening {
				return found, nil
			}
		}
	}
}

// silenced is the error of a start whose report pipe has ended.
func (p *process) silenced(ctx context.Context, python interpreter) error {
	select {
	case <-p.done:
	case <-ctx.Done():
		return p.interrupted(ctx)
	case <-time.After(exitGrace):
		return fmt.Errorf("local: the service lives, but closed the pipe on which it reports, while %s%s", p.reached.doing(), p.output.tail())
	}
	if p.reached == launched {
		return &unsuitableError{python, fmt.Sprintf("did not run the launcher: %v%s", p.exitReason(), p.output.tail())}
	}
	return p.endedEarly()
}

func (p *process) endedEarly() error {
	return fmt.Errorf("local: the service ended while %s: %w%s", p.reached.doing(), p.exitReason(), p.output.tail())
}

// awaitHealth waits until the service answers GET /health with 200.
func (p *process) awaitHealth(ctx context.Context, port int) error {
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy: it is loopback
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for {
		status, err := getStatus(ctx, client, baseURL(port)+"/health")
		switch {
		case err == nil && status == http.StatusOK:
			return nil
		case err == nil:
			return fmt.Errorf("local: the application answers %d to GET /health; is it a CAS application?%s", status, p.output.tail())
		}
		select {
		case <-p.done:
			return p.endedEarly()
		case <-ctx.Done():
			return p.interrupted(ctx)
		case <-time.After(pollPause):
		}
	}
}

func getStatus(ctx context.Context, client *http.Client, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// interrupted is the error of a start that its context ended: the caller's own
// error, or that time was up, and what it was doing.
func (p *process) interrupted(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTooSlow) {
		return fmt.Errorf("%w: it was %s%s", cause, p.reached.doing(), p.output.tail())
	}
	return fmt.Errorf("local: the start was interrupted while %s: %w", p.reached.doing(), cause)
}
