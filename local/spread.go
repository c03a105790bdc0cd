package local

import (
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// spreader gives the processes of a service one URL. Each request goes to the
// process that has the fewest in flight: processes that accept from one socket
// keep the connections they got, however many those are.
type spreader struct {
	server    *http.Server
	transport *http.Transport
	url       string

	mu      sync.Mutex
	targets []*target
}

// target is a process that serves.
type target struct {
	process  *process
	host     string
	inFlight int
}

// idleConnections is how long an unused connection to a process is kept: not as
// long as uvicorn keeps it, 5 s, so that no request meets its end.
const idleConnections = 2 * time.Second

func newSpreader(processes []*process, ports []int) (*spreader, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &spreader{
		url:       "http://" + listener.Addr().String(),
		transport: &http.Transport{MaxIdleConnsPerHost: backlog, IdleConnTimeout: idleConnections, DisableCompression: true},
	}
	for i, process := range processes {
		s.targets = append(s.targets, &target{process: process, host: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[i]))})
	}
	s.server = &http.Server{Handler: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})
			r.Out.Host = r.In.Host
		},
		Transport: s,
		// The caller's connection breaks, as it would with the process itself.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}}
	go s.server.Serve(listener) //nolint:errcheck // ends with close
	return s, nil
}

// RoundTrip sends the request to one of the processes.
func (s *spreader) RoundTrip(request *http.Request) (*http.Response, error) {
	target := s.take()
	request.URL.Host = target.host
	response, err := s.transport.RoundTrip(request)
	if err != nil {
		s.give(target)
		return nil, err
	}
	response.Body = &countedBody{ReadCloser: response.Body, end: sync.OnceFunc(func() { s.give(target) })}
	return response, nil
}

// take chooses the process with the fewest requests in flight; one that has
// ended is taken only if all have.
func (s *spreader) take() *target {
	s.mu.Lock()
	defer s.mu.Unlock()
	best := s.targets[0]
	for _, t := range s.targets[1:] {
		if t.isBetter(best) {
			best = t
		}
	}
	best.inFlight++
	return best
}

func (t *target) isBetter(other *target) bool {
	if ended := t.process.hasEnded(); ended != other.process.hasEnded() {
		return !ended
	}
	return t.inFlight < other.inFlight
}

func (s *spreader) give(t *target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t.inFlight--
}

func (s *spreader) close() {
	_ = s.server.Close()
	s.transport.CloseIdleConnections()
}

// countedBody tells when an answer has been passed on.
type countedBody struct {
	io.ReadCloser
	end func()
}

func (b *countedBody) Close() error {
	b.end()
	return b.ReadCloser.Close()
}
