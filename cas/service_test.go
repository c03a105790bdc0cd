package cas_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// request is what reached a service.
type request struct {
	Method, URI string
	Header      http.Header
	Body        string
	At          time.Time
}

// service is an HTTP server on the loopback that answers by a script and keeps what it was asked.
type service struct {
	URL string

	mu          sync.Mutex
	requests    []request
	script      []http.HandlerFunc
	keepNothing bool // of the requests, which would fill the memory of a benchmark
}

// serve answers the n-th request by the n-th handler, and all further ones by the last.
func serve(t testing.TB, script ...http.HandlerFunc) *service {
	t.Helper()
	s := &service{script: script}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.requests = append(s.requests, request{Method: r.Method, URI: r.RequestURI, Header: r.Header.Clone(), Body: string(body), At: time.Now()})
	handle := s.script[min(len(s.requests), len(s.script))-1]
	if s.keepNothing {
		s.requests = s.requests[:0]
	}
	s.mu.Unlock()
	handle(w, r)
}

func (s *service) Requests() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]request(nil), s.requests...)
}

// Last is the only or the last request.
func (s *service) Last(t testing.TB) request {
	t.Helper()
	requests := s.Requests()
	require.NotEmpty(t, requests, "nothing was sent")
	return requests[len(requests)-1]
}

// client is a client of the service that tries once, unless the options say otherwise.
func (s *service) client(t testing.TB, opts ...cas.Option) *cas.Client {
	t.Helper()
	client, err := cas.NewClient(s.URL, append([]cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	return client
}

// headerID is the X-Request-ID of every scripted answer, unless the script says otherwise.
const headerID = "0123456789ab"

// reply answers with JSON, or as headers given in pairs say.
func reply(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request-ID", headerID)
		for i := 0; i < len(headers); i += 2 {
			if headers[i+1] == "" {
				w.Header()[headers[i]] = nil
			} else {
				w.Header().Set(headers[i], headers[i+1])
			}
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// rawReply writes the bytes of a whole answer to the connection and closes it, by a reset if asked.
func rawReply(reset bool, format string, args ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = fmt.Fprintf(conn, format, args...)
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

// captured is the body of an answer of the real service.
func captured(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "answers", name+".json"))
	require.NoError(t, err)
	return string(text)
}

// The smallest answers that are well-formed.
const (
	emptyExtract   = `{"request_id":"e1","geometry_hash":"g","results":[],"warnings":[],"elapsed_ms":0}`
	emptyBatch     = `{"request_id":"b1","responses":[],"total_geometries":0,"total_results":0,"elapsed_ms":0}`
	emptyProviders = `{"total":0,"limit":100,"offset":0,"count":0,"providers":[]}`
	emptyDatasets  = `{"total":0,"limit":100,"offset":0,"count":0,"datasets":[]}`
	oneProvider    = `{"slug":"p","name":"P","protocol":"rest","base_url":"http://p","datasets":[]}`
	healthy        = `{"status":"ok","providers_registered":1,"cache":{"hits":0,"misses":0,"size":0,"hit_rate":0.0}}`
)

// aRequest is a request that nothing is wrong with.
func aRequest() cas.ExtractRequest {
	return cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.6), DatasetIDs: []string{"local_dem:elevation"}}
}

// aBatch is a batch of n points.
func aBatch(n int) cas.BatchExtractRequest {
	points := make([]cas.Geometry, n)
	for i := range points {
		points[i] = cas.Point(float64(i%180), 1)
	}
	return cas.BatchExtractRequest{Geometries: cas.Geometries(points...), DatasetIDs: []string{"a:b"}}
}

// asError is the *cas.Error that err must be.
func asError(t testing.TB, err error) *cas.Error {
	t.Helper()
	var e *cas.Error
	require.ErrorAs(t, err, &e)
	return e
}
