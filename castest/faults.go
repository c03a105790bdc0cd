package castest

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is something that goes wrong with one request, in front of the service or on the way back from it. The zero Fault is none.
//
// With a Status or a Body the request never reaches the service: it is neither checked nor counted, and the answer is the Fault's
// own. Otherwise the service answers, and the other fields say what becomes of that:
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
	// Status is the HTTP status. Without a Body, 400, 401, 404, 405, 422, 429, 500 and 502 have the body that the service sends
	// with them, other errors are a proxy's page in HTML, and the rest are empty.
	Status int
	// Body is the body, sent as it is; with a Status of 0 it is a 200.
	Body string
	// ContentType describes Body; "" is a guess by its first character.
	ContentType string
	// Header has headers to add, or to put in place of the server's own; no values at all removes one.
	Header http.Header
	// RetryAfter is the Retry-After header as it is: seconds, an HTTP date, or junk. "" sends none.
	RetryAfter string
	// Drop closes the connection in place of an answer.
	Drop bool
	// Delay is how long the answer takes to begin. It ends early when the caller goes away or the server is closed.
	Delay time.Duration
	// Truncate closes the connection after so many bytes of the body, whose Content-Length promises all; less than zero is at once
	// after the headers. A body that is shorter is sent whole.
	Truncate int
	// Trickle is a pause before each of ten pieces, in which the body is sent.
	Trickle time.Duration
	// Pad is a number of blanks that follow the body, and are part of it: JSON stays what it was, but grows as large as it takes.
	Pad int64
	// Reset closes the connection after the whole answer without saying so in a header, as the service does after every 500.
	Reset bool
}

// ProxyPage is the body of a [Fault] whose status the service itself never sends: what a proxy says for it.
const ProxyPage = "<html>\r\n<head><title>Service Unavailable</title></head>\r\n" +
	"<body><h1>The server is temporarily unable to service your request.</h1></body>\r\n</html>\r\n"

// faults are the faults to come.
type faults struct {
	hook  atomic.Pointer[func(*http.Request) *Fault]
	queue atomic.Int64 // the length of next, so that a server without faults needs no lock
	mu    sync.Mutex
	list  []Fault
}

// FailNext puts faults in line: each befalls one of the requests to come, of any operation, in the order in which they arrive.
func (s *Server) FailNext(next ...Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, next...)
	s.faults.queue.Add(int64(len(next)))
}

// FailWith asks choose for every request to which none of [Server.FailNext] falls; nil is no fault. It is called by several
// goroutines, and may read the request's body. A nil choose ends it.
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
