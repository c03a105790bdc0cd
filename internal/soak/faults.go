package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// Limits of the client under test, which some faults are made to pass.
const (
	attemptTimeout = 2 * time.Second
	maxBytes       = 1 << 20
)

// kind is a way in which a request is made to fail.
type kind struct {
	name   string
	weight int // of a thousand faults
	fault  castest.Fault
	// ends is what a call ends in whose last attempt met the fault; nil is that it is answered all the same.
	ends error
	// repeated says that the client tries again after it: the call ends in it on the last attempt only.
	repeated bool
}

// repeatedFor says whether the client tries again: what timed out, for the catalog only.
func (k *kind) repeatedFor(w way) bool {
	return k.repeated || (w.get && k.fault.Delay > attemptTimeout)
}

func (k *kind) String() string {
	if k == nil {
		return "nothing"
	}
	return k.name
}

var errTransport = &cas.Error{Type: cas.ErrorTypeTransport} // no sentinel: compared by type

// kinds are the faults; a 429 pauses all workers, as it should, and is rare so that the others get their turn.
var kinds = []kind{
	{"503 from a proxy, HTML", 170, castest.Fault{Status: 503}, errStatus(503), true},
	{"500, then a reset", 150, castest.Fault{Status: 500}, cas.ErrInternal, true},
	{"502 of the service", 120, castest.Fault{Status: 502}, cas.ErrUpstream, true},
	{"dropped before an answer", 120, castest.Fault{Drop: true}, errTransport, true},
	{"cut in the answer", 150, castest.Fault{Truncate: 40}, cas.ErrMalformedResponse, true},
	{"cut before the answer", 50, castest.Fault{Truncate: -1}, cas.ErrMalformedResponse, true},
	{"a login page as 200", 60, castest.Fault{Body: "<html>log in</html>"}, cas.ErrMalformedResponse, false},
	{"an empty object as 200", 40, castest.Fault{Body: "{}"}, cas.ErrMalformedResponse, false},
	{"a redirect", 40, castest.Fault{Status: 307, Header: http.Header{"Location": {"http://elsewhere.example/"}}}, cas.ErrRedirect, false},
	{"a body over the limit", 20, castest.Fault{Pad: 2 * maxBytes}, cas.ErrResponseTooLarge, false},
	{"401", 20, castest.Fault{Status: 401}, cas.ErrUnauthorized, false},
	{"a slow trickle", 45, castest.Fault{Trickle: 5 * time.Millisecond}, nil, false},
	{"an answer after the time limit", 10, castest.Fault{Delay: attemptTimeout + time.Second}, errTransport, false},
	{"429 with Retry-After 0", 1, castest.Fault{Status: 429, RetryAfter: "0"}, cas.ErrRateLimited, true},
	{"429 with a junk Retry-After", 4, castest.Fault{Status: 429, RetryAfter: "soon"}, cas.ErrRateLimited, true},
}

// errStatus is an error that only its status tells.
type errStatus int

func (e errStatus) Error() string { return http.StatusText(int(e)) }

// pick gives a fault to a share of all requests.
func pick(share float64) *kind {
	if rand.Float64() >= share {
		return nil
	}
	total := 0
	for i := range kinds {
		total += kinds[i].weight
	}
	n := rand.IntN(total)
	for i := range kinds {
		if n -= kinds[i].weight; n < 0 {
			return &kinds[i]
		}
	}
	return nil
}
