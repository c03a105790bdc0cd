package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// pollPause is the time between two attempts to reach a service that is
// starting. The port listens from the beginning, so one attempt is the rule.
const pollPause = 50 * time.Millisecond

func baseURL(port int) string { return fmt.Sprintf("http://127.0.0.1:%d", port) }

// port waits for the launcher's report.
func (p *process) port(ctx context.Context, python interpreter) (int, error) {
	select {
	case <-ctx.Done():
		return 0, p.interrupted(ctx)
	case found, ok := <-p.output.reports:
		switch {
		case !ok:
			<-p.done
			return 0, &unsuitableError{python, fmt.Sprintf("did not run the launcher: %v%s", p.exitReason(), p.output.tail())}
		case found.Missing != "":
			return 0, &unsuitableError{python, found.Missing}
		case found.Problem != "":
			return 0, &unsuitableError{python, found.Problem}
		case found.Failed != "":
			return 0, fmt.Errorf("local: the application cannot be made: %s%s", found.Failed, p.output.tail())
		}
		return found.Port, nil
	}
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
			return fmt.Errorf("local: the service ended while starting: %w%s", p.exitReason(), p.output.tail())
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
// error, or that time was up.
func (p *process) interrupted(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, errTooSlow) {
		return fmt.Errorf("%w%s", cause, p.output.tail())
	}
	return fmt.Errorf("local: the start was interrupted: %w", cause)
}
