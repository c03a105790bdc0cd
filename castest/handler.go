package castest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// exchange is one request on its way through the server.
type exchange struct {
	*http.Request
	id    string // the X-Request-ID of the answer
	body  []byte
	route *route // nil where there is none
}

// reply is an answer before it is written.
type reply struct {
	status      int
	contentType string // "" where there is no body
	header      []string
	body        []byte
}

const jsonType = "application/json"

// newID is a request id of the service: 12 hexadecimal digits.
func newID() string { return fmt.Sprintf("%012x", rand.Uint64()>>16) }

// buffers hold bodies, sent and received.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// serve answers one request: what a fault says, or the service.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	in, out := buffers.Get().(*bytes.Buffer), buffers.Get().(*bytes.Buffer)
	in.Reset()
	out.Reset()
	defer func() { buffers.Put(in); buffers.Put(out) }()

	if _, err := io.Copy(in, r.Body); err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	x := &exchange{Request: r, id: newID(), body: in.Bytes()}
	s.record.add(x, started)

	fault := s.faults.next(x)
	if fault.Delay > 0 && !sleep(r.Context(), fault.Delay) || fault.Drop {
		panic(http.ErrAbortHandler) // closes the connection
	}
	answer, given := fault.reply(x)
	if !given {
		answer = s.answer(x, out.AvailableBuffer())
		s.metrics.observe(x, answer.status, time.Since(started))
	}
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
	send(w, x, answer, fault)
	if cap(answer.body) > out.Cap() {
		out = bytes.NewBuffer(answer.body) // the grown one is worth keeping
	}
}

// sleep waits for d, or until ctx ends; it tells whether it was for d.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// send writes an answer, and does to it what the fault says. After a 500 the connection is closed without `connection: close`,
// as the service does.
func send(w http.ResponseWriter, x *exchange, answer reply, fault Fault) {
	h := w.Header()
	h["Server"] = []string{"uvicorn"}
	if x.id != "" {
		h["X-Request-Id"] = []string{x.id}
	}
	if answer.status != http.StatusInternalServerError {
		allowOrigin(h, x.Header.Get("Origin"))
	}
	if answer.contentType != "" {
		h["Content-Type"] = []string{answer.contentType}
	}
	for i := 0; i < len(answer.header); i += 2 {
		h.Set(answer.header[i], answer.header[i+1])
	}
	fault.setHeader(h)
	if bodyAllowed(answer.status) {
		h["Content-Length"] = []string{strconv.FormatInt(int64(len(answer.body))+max(fault.Pad, 0), 10)}
	}
	w.WriteHeader(answer.status)
	if x.Method != http.MethodHead && bodyAllowed(answer.status) {
		fault.write(w, x.Context(), answer.body)
	}
	if fault.cuts() || answer.status == http.StatusInternalServerError {
		_ = http.NewResponseController(w).Flush() // the connection is at its end
		panic(http.ErrAbortHandler)
	}
}

func bodyAllowed(status int) bool {
	return status != http.StatusNoContent && status != http.StatusNotModified
}
