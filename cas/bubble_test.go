package cas_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// bubble runs a test on a fake clock, which moves only while every goroutine waits. HTTP is the real one, over pipes.
func bubble(t *testing.T, test func(*testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// pipes is a network of one listener.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// serveInBubble is serve for a test on a fake clock, with a client of the default retry policy unless the options say otherwise.
func serveInBubble(t *testing.T, opts []cas.Option, script ...http.HandlerFunc) (*service, *cas.Client) {
	t.Helper()
	network := newPipes()
	s := &service{script: script, URL: "http://cas.test"}
	server := &http.Server{Handler: s}
	served := make(chan error)
	go func() { served <- server.Serve(network) }()
	transport := &http.Transport{DialContext: network.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		assert.NoError(t, server.Close())
		<-served
	})
	client, err := cas.NewClient(s.URL, append([]cas.Option{cas.WithHTTPClient(&http.Client{Transport: transport})}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return s, client
}

// times are the instants of the requests since the first one.
func (s *service) times() []time.Duration {
	requests := s.Requests()
	times := make([]time.Duration, len(requests))
	for i, r := range requests {
		times[i] = r.At.Sub(requests[0].At)
	}
	return times
}

// stall sends nothing until the client has gone.
func stall(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// after waits before it answers.
func after(d time.Duration, handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			handle(w, r)
		case <-r.Context().Done():
		}
	}
}
