package exchange

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Transport is an http.RoundTripper that checks every exchange on its way and keeps what it finds. It may be used by several
// goroutines. Bodies are read whole, so that it is no transport to measure with.
type Transport struct {
	checker *Checker
	next    http.RoundTripper

	mu        sync.Mutex
	exchanges int
	faults    []error
}

// Transport wraps next, or http.DefaultTransport where that is nil.
func (c *Checker) Transport(next http.RoundTripper) *Transport {
	if next == nil {
		next = http.DefaultTransport
	}
	return &Transport{checker: c, next: next}
}

// Faults are what was found so far, joined; nil where every exchange fits the document.
func (t *Transport) Faults() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.faults...)
}

// Exchanges is the number of answers checked so far.
func (t *Transport) Exchanges() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.exchanges
}

// RoundTrip sends the request and checks the answer. A request is checked only where the service accepted it (2xx):
// it is the service's to refuse others, and a test's to send them.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := readAll(r.Body)
	if err != nil {
		return nil, err
	}
	out := r.Clone(r.Context())
	if r.Body != nil {
		out.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	body, err := readAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))

	if res.StatusCode/100 == 2 {
		t.note(r, res, t.checker.Request(r, sent))
	}
	t.note(r, res, t.checker.Response(r, res.StatusCode, res.Header, body))
	t.mu.Lock()
	t.exchanges++
	t.mu.Unlock()
	return res, nil
}

func (t *Transport) note(r *http.Request, res *http.Response, err error) {
	if err == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, fmt.Errorf("%s %s: %s: %w", r.Method, r.URL, res.Status, err))
}

func readAll(body io.ReadCloser) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	defer func() { _ = body.Close() }() // read to its end, or the error says more
	return io.ReadAll(body)
}
