package castest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// Server is a service in this process, on a free port of the loopback interface. Several goroutines may call its methods.
type Server struct {
	config  config
	url     string
	http    *http.Server
	serving sync.WaitGroup // connections, and the loop that accepts them
	stop    context.CancelFunc

	catalog *catalog
	engine  *engine
	limiter limiter
	faults  faults
	record  recorder
	metrics metrics

	closing sync.Once
	mu      sync.Mutex
	clients []*cas.Client
}

// keepAlive is how long uvicorn keeps an idle connection.
const keepAlive = 5 * time.Second

// NewServer starts a Server. It panics if there is no loopback interface or an option is invalid, such as a dataset without an id.
func NewServer(opts ...Option) *Server {
	s := &Server{config: defaults()}
	for _, opt := range opts {
		opt(&s.config)
	}
	s.catalog = newCatalog(s.config.datasets, s.config.providers)
	s.engine = newEngine(s.catalog, s.config)
	s.limiter = limiter{perMinute: s.config.ratePerMinute, now: s.config.now}
	s.record = recorder{limit: s.config.recorded}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		if listener, err = net.Listen("tcp6", "[::1]:0"); err != nil {
			panic(fmt.Sprintf("castest: no port to listen on: %v", err))
		}
	}
	s.url = "http://" + listener.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		IdleTimeout:       keepAlive,
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         s.count,
		ErrorLog:          log.New(io.Discard, "", 0), // connections that faults cut are no news
	}
	s.serving.Go(func() { _ = s.http.Serve(listener) }) // ends with Close
	return s
}

// count keeps the number of connections that somebody serves.
func (s *Server) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // in the accepting loop, so that Close cannot miss it
		s.serving.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.serving.Done()
	}
}

// URL returns the base URL, "http://127.0.0.1:port", without a slash at the end.
func (s *Server) URL() string { return s.url }

// Client returns a new client of this Server. It sends the first key of [WithAPIKeys], unless an option sets another one
// (cas.WithAPIKey("") sends none). Closing the Server closes it. Client panics on an option that [cas.NewClient] refuses.
func (s *Server) Client(opts ...cas.Option) *cas.Client {
	if len(s.config.keys) > 0 {
		opts = append([]cas.Option{cas.WithAPIKey(s.config.keys[0])}, opts...)
	}
	client, err := cas.NewClient(s.url, opts...)
	if err != nil {
		panic(fmt.Sprintf("castest: %v", err))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients = append(s.clients, client)
	return client
}

// Close ends the Server and all connections to it, and closes the clients of [Server.Client]. It waits for requests in flight: delays
// end at once, and an Answer ends when it returns after the end of its context. Close may be called again.
func (s *Server) Close() {
	s.closing.Do(func() {
		s.stop()
		_ = s.http.Close() // nothing to be done about it
		s.mu.Lock()
		clients := s.clients
		s.mu.Unlock()
		for _, client := range clients {
			_ = client.Close()
		}
	})
	s.serving.Wait()
}
