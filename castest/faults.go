package castest

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is something that goes wrong with one request, before it reaches the service or on the way back. The zero Fault changes
// nothing.
//
// If Status or Body is set, the request does not reach the service. It is neither checked nor counted, and the Fault is the answer.
// Otherwise the service answers, and the other fields change that answer:
//
//	Fault{Status: 503}                                   a proxy's page, in HTML
//	Fault{Status: 429, RetryAfter: "7"}                  the service's own 429
//	Fault{Status: 500}                                   the service's own 500, after which it closes the connection
//	Fault{Status: 200, Body: "<html>…"}                  a login page in place of an answer
//	Fault{Status: 302, Header: http.Header{"Location": {"https://elsewhere.example/"}}}
//	Fault{Drop: true}                                    the connection ends without an answer
//	Fault{Truncate: 100}                                 the true answer, cut after 100 bytes
//	Fault{Delay: time.Second}                            the true answer, late
type Fault struct {
	// Status is the HTTP status. If Body is empty, the statuses 400, 401, 404, 405, 422, 429, 500 and 502 have the service's own body,
	// other errors have a proxy's HTML page, and the rest have none.
	Status int
	// Body is the body, sent unchanged. If Status is 0, the status is 200.
	Body string
	// ContentType describes Body; "" guesses it from the first character.
	ContentType string
	// Header has headers that are added or that replace the server's own. A header without values is removed.
	Header http.Header
	// RetryAfter is the Retry-After header, sent unchanged: seconds, an HTTP date, or junk. "" sends none.
	RetryAfter string
	// Drop closes the connection without an answer.
	Drop bool
	// Delay is the time until the answer begins. It ends early if the caller disconnects or the server is closed.
	Delay time.Duration
	// Truncate closes the connection after this many bytes of the body, though Content-Length announces all. If it is negative, the
	// connection closes right after the headers. A shorter body is sent whole.
	Truncate int
	// Trickle is a pause before each of the ten pieces in which the body is sent.
	Trickle time.Duration
	// Pad is the number of blanks that are added to the body. JSON keeps its meaning but can become as large as a test needs.
	Pad int64
	// Reset closes the connection after the whole answer, without a header that says so, as the service does after every 500.
	Reset bool
}

// ProxyPage is the body of a [Fault] with a status that only a proxy sends, never the service.
const ProxyPage = "<html>\r\n<head><title>Service Unavailable</title></head>\r\n" +
	"<body><h1>The server is temporarily unable to service your request.</h1></body>\r\n</html>\r\n"

// faults are the faults to come.
type faults struct {
	hook  atomic.Pointer[func(*http.Request) *Fault]
	queue atomic.Int64 // the length of next, so that a server without faults needs no lock
	mu    sync.Mutex
	list  []Fault
}

// FailNext queues faults. Each fault applies to one of the next requests, of any operation, in the order in which they arrive.
func (s *Server) FailNext(next ...Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, next...)
	s.faults.queue.Add(int64(len(next)))
}

// FailWith calls choose for every request that gets no fault of [Server.FailNext]. If choose returns nil, there is no fault. Several
// goroutines call choose; it may read the request's body. A nil choose switches this off.
func (s *Server) FailWith(choose func(*http.Request) *Fault) {
	if choose == nil {
		s.faults.hook.Store(nil)
		return
	}
	s.faults.hook.Store(&choose)
}

// next is the fault of a request.
func (f *faults) next(x *exchange) Fault {
	if fault, ok := f.pop(); ok {
		return fault
	}
	if choose := f.hook.Load(); choose != nil {
		if fault := (*choose)(x.withBody()); fault != nil {
			return *fault
		}
	}
	return Fault{}
}

func (f *faults) pop() (next Fault, ok bool) {
	if f.queue.Load() == 0 {
		return Fault{}, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.list) == 0 {
		return Fault{}, false
	}
	next, f.list = f.list[0], f.list[1:]
	f.queue.Add(-1)
	return next, true
}

// reply is the answer of a fault that has one.
func (f *Fault) reply(x *exchange) (answer reply, ok bool) {
	switch {
	case f.Body != "":
		answer = reply{status: f.Status, contentType: guess(f.Body), body: []byte(f.Body)}
	case f.Status != 0:
		answer = f.standard(x)
	default:
		return reply{}, false
	}
	if answer.status == 0 {
		answer.status = http.StatusOK
	}
	if f.ContentType != "" {
		answer.contentType = f.ContentType
	}
	return answer, true
}

// standard is the answer of a status.
func (f *Fault) standard(x *exchange) reply {
	switch f.Status {
	case http.StatusBadRequest:
		return undecodable()
	case http.StatusUnauthorized:
		return unauthorized(x.id)
	case http.StatusNotFound:
		return notFound()
	case http.StatusMethodNotAllowed:
		return methodNotAllowed(http.MethodGet)
	case http.StatusUnprocessableEntity:
		return invalid(x.id, []byte("[]"))
	case http.StatusTooManyRequests:
		answer := rateLimited(x.id, f.RetryAfter)
		answer.header = nil // Retry-After only as the fault has it
		return answer
	case http.StatusInternalServerError:
		return internalError(x.id)
	case http.StatusBadGateway:
		return upstreamError(x.id, "[castest] fault")
	}
	if f.Status < http.StatusBadRequest {
		return reply{status: f.Status}
	}
	return reply{status: f.Status, contentType: "text/html", body: []byte(ProxyPage)}
}

// guess is the Content-Type of a body.
func guess(body string) string {
	switch {
	case strings.HasPrefix(body, "{"), strings.HasPrefix(body, "["):
		return jsonType
	case strings.HasPrefix(body, "<"):
		return "text/html"
	}
	return "text/plain; charset=utf-8"
}

func (f *Fault) setHeader(h http.Header) {
	if f.RetryAfter != "" {
		h.Set("Retry-After", f.RetryAfter)
	}
	for name, values := range f.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
}

// cuts reports whether the connection ends with the answer.
func (f *Fault) cuts() bool { return f.Reset || f.Truncate != 0 }
