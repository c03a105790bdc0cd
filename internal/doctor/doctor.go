// Package doctor examines whether a service is fit for this client: is it reached, does it take the key, how fast is it, does it
// keep the contract. [Examine] makes the checks, from the wire upwards, and returns a [Finding] for each.
package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// patience is how long the doctor waits for an answer, if the time limit of a request is not less; the catalog and an extraction
// may take all of that.
const patience = 10 * time.Second

// A Status is what a check found.
type Status string

const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// A Finding is the outcome of one check. Differences has more lines than fit a table.
type Finding struct {
	Check       string   `json:"check"`
	Status      Status   `json:"status"`
	Detail      string   `json:"detail"`
	Differences []string `json:"differences,omitempty"`
}

// examination is the doctor's visit to one service.
type examination struct {
	timeout   time.Duration // of one request
	base      *url.URL
	key       string
	suggest   func(context.Context, string) string
	client    *cas.Client // sends the key, asks once
	stranger  *cas.Client // sends no key
	transport *http.Transport
	findings  []Finding
	calls     int
	limited   time.Duration // the Retry-After of a 429
	overLimit bool
}

// A Service is what is examined.
type Service struct {
	URL     string        // base URL
	Key     string        // "" is none
	Timeout time.Duration // of one request
	// Client makes a client of the service with more options.
	Client func(...cas.Option) (*cas.Client, error)
	// Suggest gives what to put behind a dataset that has no result, such as "; did you mean …?".
	Suggest func(ctx context.Context, datasetID string) string
}

// Examine makes the checks. An error is a URL or an option that cannot be right, or the end of ctx.
func Examine(ctx context.Context, s Service, t Trial) ([]Finding, error) {
	e, err := newExamination(s)
	if err != nil {
		return nil, err
	}
	defer e.close()
	e.run(ctx, t)
	return e.findings, ctx.Err()
}

func newExamination(s Service) (*examination, error) {
	e := &examination{timeout: s.Timeout, key: s.Key, suggest: s.Suggest}
	once := []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})}
	var err error
	if e.client, err = s.Client(once...); err != nil {
		return nil, err
	}
	if e.stranger, err = s.Client(append(once, cas.WithAPIKey(""))...); err != nil {
		return nil, err
	}
	if e.base, err = url.Parse(s.URL); err != nil {
		return nil, err
	}
	e.transport = http.DefaultTransport.(*http.Transport).Clone()
	return e, nil
}

func (e *examination) close() {
	e.client.Close()
	e.stranger.Close()
	e.transport.CloseIdleConnections()
}

// run makes the checks, from the wire upwards; where one fails on which the others stand, those are left out.
func (e *examination) run(ctx context.Context, t Trial) {
	if !e.reach(ctx) || !e.health(ctx) {
		return
	}
	e.redirects(ctx)
	admitted := e.auth(ctx)
	e.latency(ctx)
	e.contract(ctx)
	if admitted {
		e.catalog(ctx)
		if e.extract(ctx, t) {
			e.rate(ctx, t)
		}
	}
	e.limits()
}

func (e *examination) found(check string, s Status, format string, args ...any) {
	e.findings = append(e.findings, Finding{Check: check, Status: s, Detail: strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")})
}
