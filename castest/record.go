package castest

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Request is a request that arrived.
type Request struct {
	Method string      // such as POST
	Path   string      // decoded
	Query  url.Values  // decoded
	Host   string      // as the caller named it
	Header http.Header // a key in X-API-Key reads "redacted": see SentKey
	Body   []byte      // as it was sent
	Time   time.Time   // of arrival

	key [sha256.Size]byte // the digest of the key, so that printing a Request does not print it
}

// SentKey reports whether the request had this key in X-API-Key, or, if key is "", whether it had none.
func (r Request) SentKey(key string) bool { return r.key == digest(key) }

func digest(key string) (d [sha256.Size]byte) {
	if key == "" {
		return d
	}
	return sha256.Sum256([]byte(key))
}

// maxRecordedBytes is how much of bodies is remembered.
const maxRecordedBytes = 64 << 20

// recorder remembers the last requests.
type recorder struct {
	limit int

	mu       sync.Mutex
	requests []Request // a queue: dropped ones leave at the front
	bytes    int
}

// Requests returns the last 1000 requests (see [WithRecording]) in the order of arrival, including those with faults. The slice belongs
// to the caller; the requests in it are shared and must not be changed.
func (s *Server) Requests() []Request {
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return slices.Clone(s.record.requests)
}

func (r *recorder) add(x *exchange, at time.Time) {
	if r.limit == 0 {
		return
	}
	key := apiKey(x.Header)
	header := x.Header.Clone()
	if key != "" {
		header.Set("X-API-Key", "redacted")
	}
	request := Request{
		Method: x.Method, Path: x.URL.Path, Query: x.URL.Query(), Host: x.Host,
		Header: header, Body: bytes.Clone(x.body), Time: at, key: digest(key),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	r.bytes += len(request.Body)
	for len(r.requests) > r.limit || r.bytes > maxRecordedBytes && len(r.requests) > 1 {
		r.bytes -= len(r.requests[0].Body)
		r.requests[0] = Request{}
		r.requests = r.requests[1:]
	}
}

// withBody is the request for somebody who wants to read its body.
func (x *exchange) withBody() *http.Request {
	r := x.Request.WithContext(x.Context())
	r.Body = io.NopCloser(bytes.NewReader(x.body))
	return r
}
