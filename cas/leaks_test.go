package cas_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// connections counts those that a server has open.
type connections struct {
	mu     sync.Mutex
	change *sync.Cond
	open   map[net.Conn]http.ConnState
	most   int
	all    int // that were opened
	url    string
}

func (c *connections) state(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[conn] = state; state == http.StateClosed || state == http.StateHijacked {
		delete(c.open, conn)
	}
	if state == http.StateNew {
		c.all++
	}
	c.most = max(c.most, len(c.open))
	c.change.Broadcast()
}

// opened counts the connections that there ever were.
func (c *connections) opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all
}

// none waits until no connection is open.
func (c *connections) none(t *testing.T) {
	t.Helper()
	late := time.AfterFunc(20*time.Second, func() {
		t.Error("connections stay open")
		c.mu.Lock()
		defer c.mu.Unlock()
		c.open = nil
		c.change.Broadcast()
	})
	defer late.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.open) > 0 {
		c.change.Wait()
	}
}

// counting is a server that counts its connections, and a client with the transport that the module brings.
func counting(t *testing.T, handle http.HandlerFunc, opts ...cas.Option) (*connections, *cas.Client) {
	t.Helper()
	c := &connections{open: map[net.Conn]http.ConnState{}}
	c.change = sync.NewCond(&c.mu)
	server := httptest.NewUnstartedServer(handle)
	server.Config.ConnState = c.state
	server.Start()
	c.url = server.URL
	t.Cleanup(server.Close)
	client, err := cas.NewClient(server.URL, append([]cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 2, MaxBackoff: 1})}, opts...)...)
	require.NoError(t, err)
	return c, client
}

// However calls end, after Close no connection is open, without waiting for idle ones to time out.
func TestCloseLeavesNoConnectionOpen(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		handle http.HandlerFunc
		opts   []cas.Option
	}{
		"success":        {func(w http.ResponseWriter, r *http.Request) { reply(200, healthy)(w, r) }, nil},
		"error":          {reply(404, `{"detail":"gone"}`), nil},
		"500":            {reply(500, ""), nil},
		"large error":    {reply(422, large+large+large+large+large), nil},
		"malformed":      {reply(200, large), nil},
		"HTML":           {reply(200, large, "Content-Type", "text/html"), nil},
		"too large":      {reply(200, large), []cas.Option{cas.WithMaxResponseBytes(10)}},
		"redirect":       {reply(302, large, "Location", "http://127.0.0.1:1"), nil},
		"cut":            {rawReply(false, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"), nil},
		"timeout":        {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body); <-r.Context().Done() }, []cas.Option{cas.WithTimeout(10 * time.Millisecond)}},
		"timeout, later": {endless, []cas.Option{cas.WithTimeout(10 * time.Millisecond)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			connections, client := counting(t, c.handle, c.opts...)
			var calls sync.WaitGroup
			for _, op := range operations {
				for range 3 {
					calls.Go(func() { _ = op.call(t, client) })
				}
			}
			calls.Wait()
			require.NoError(t, client.Close())
			connections.none(t)
		})
	}
}

// endless sends a batch that does not end until the client has gone.
func endless(w http.ResponseWriter, r *http.Request) {
	_, _ = io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"request_id":"b1","responses":[`)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, nth(0)+","); err != nil {
			return
		}
	}
}

// A loop that is left, a context that ends and a Close in the midst of calls leave no connection either.
func TestCallsThatAreAbandonedLeaveNoConnectionOpen(t *testing.T) {
	t.Parallel()
	t.Run("break", func(t *testing.T) {
		t.Parallel()
		connections, client := counting(t, endless)
		for range client.StreamBatch(t.Context(), aBatch(1)) {
			break
		}
		connections.none(t) // before Close: a connection in the midst of an answer is of no further use
		require.NoError(t, client.Close())
	})
	t.Run("cancel", func(t *testing.T) {
		t.Parallel()
		connections, client := counting(t, endless)
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		for _, err := range client.StreamBatch(ctx, aBatch(1)) {
			if n++; n == 10 {
				cancel()
			}
			if err != nil {
				assert.ErrorIs(t, err, context.Canceled)
			}
		}
		cancel()
		connections.none(t)
		require.NoError(t, client.Close())
	})
	t.Run("close", func(t *testing.T) {
		t.Parallel()
		arrived, release := make(chan struct{}), make(chan struct{})
		connections, client := counting(t, func(w http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-release
			reply(200, healthy)(w, r)
		})
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() { _, err := client.Health(t.Context()); assert.NoError(t, err) })
		}
		for range 10 {
			<-arrived
		}
		require.NoError(t, client.Close())
		close(release)
		calls.Wait()
		connections.none(t)
	})
}

// Workers keep their connections: a thousand calls of eight workers need no more than eight, or a few that were dialled in vain.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	connections, client := counting(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		reply(200, emptyExtract)(w, r)
	})
	var dialled sync.Map
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 125 {
				_, err := client.Extract(t.Context(), aRequest())
				assert.NoError(t, err)
				connections.mu.Lock()
				for conn := range connections.open {
					dialled.Store(conn.RemoteAddr().String(), true)
				}
				connections.mu.Unlock()
			}
		})
	}
	workers.Wait()
	n := 0
	dialled.Range(func(any, any) bool { n++; return true })
	assert.LessOrEqual(t, n, 16)
	require.NoError(t, client.Close())
	connections.none(t)
}

// An http.Client that the caller brought keeps its idle connections through Close.
func TestCloseLeavesACallersConnectionsAlone(t *testing.T) {
	t.Parallel()
	transport := new(http.Transport)
	connections, client := counting(t, reply(200, healthy), cas.WithHTTPClient(&http.Client{Transport: transport}))
	_, err := client.Health(t.Context())
	require.NoError(t, err)
	require.NoError(t, client.Close())
	res, err := (&http.Client{Transport: transport}).Get(connections.url)
	require.NoError(t, err)
	_, _ = io.Copy(io.Discard, res.Body)
	require.NoError(t, res.Body.Close())
	connections.mu.Lock()
	assert.Equal(t, 1, connections.most, "the second request found the connection of the first")
	connections.mu.Unlock()
	transport.CloseIdleConnections()
	connections.none(t)
}

// A 500 costs the connection that it came on, which the service closes, and no other.
func TestA500GivesUpOneConnection(t *testing.T) {
	t.Parallel()
	const workers, each = 32, 100
	for name, brought := range map[string]cas.Option{
		"own transport": cas.WithUserAgent("own"),
		"wrapped":       cas.WithHTTPClient(&http.Client{Transport: struct{ http.RoundTripper }{cas.NewTransport()}}),
	} {
		t.Run(name, func(t *testing.T) {
			var asked, failed atomic.Int64
			connections, client := counting(t, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1)%20 == 0 {
					failed.Add(1)
					failing(500)(w, r)
					return
				}
				reply(200, healthy)(w, r)
			}, brought, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
			var all sync.WaitGroup
			for range workers {
				all.Go(func() {
					for range each {
						_, err := client.Health(t.Context())
						if err != nil {
							assert.ErrorIs(t, err, cas.ErrInternal)
						}
					}
				})
			}
			all.Wait()
			opened := connections.opened()
			t.Logf("%d connections for %d requests of %d workers, %d of them answered by 500", opened, asked.Load(), workers, failed.Load())
			assert.EqualValues(t, workers*each, asked.Load(), "nothing was sent twice or not at all")
			assert.LessOrEqual(t, opened, int(failed.Load())+workers+10)
		})
	}
}

// A service that closes the connection behind a 500, as CAS does, is not met on it again.
func TestTheConnectionOfA500IsNotUsedAgain(t *testing.T) {
	t.Parallel()
	ok := "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { rawReply(true, "%s", ok)(w, r) })
	client := s.client(t)
	for range 200 {
		_, err := client.Extract(t.Context(), aRequest())
		require.ErrorIs(t, err, cas.ErrInternal)
	}
	assert.Len(t, s.Requests(), 200)
}
