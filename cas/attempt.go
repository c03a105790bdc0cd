package cas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// answer is a 2xx that is being read.
type answer struct {
	body  *bodyReader
	limit *timeLimit
}

// attempt sends a copy of the request once and calls read for a 2xx. Everything else is a failure.
func (c *core) attempt(ctx context.Context, request *http.Request, payload *requestBody, config *callConfig, read reader, info *ResponseInfo) (bodyID string, failure *Error) {
	limit := newTimeLimit(ctx, config.timeout)
	defer limit.stop()
	*info = ResponseInfo{}
	var used atomic.Pointer[conn]
	r := c.complete(traced(limit.ctx, &used, c.headers, config.headers), request, payload, config)
	res, err := c.send(r)
	if err != nil {
		return "", c.noAnswer(ctx, limit, failed(r, info), err)
	}
	defer res.Body.Close()
	info.StatusCode, info.RequestID = res.StatusCode, config.secrets.scrubText(res.Header.Get(requestIDHeader))
	if config.info != nil {
		info.Header = config.secrets.scrubHeader(res.Header)
	}
	keep := sampleBytes + config.secrets.longest() // more than an Error holds, so that no echo of a secret is cut in two
	if res.StatusCode/100 != 2 {
		failure = failed(r, info)
		body := newBodyReader(res, min(c.maxBytes, maxErrorBytes), keep)
		closing := closingConn(res, &used)
		failure.refused(res, body)
		if closing != nil {
			_ = closing.Close()
		}
		info.Bytes = body.read
		return "", failure
	}
	a := &answer{body: newBodyReader(res, c.maxBytes, keep), limit: limit}
	err = isJSON(res)
	if err == nil {
		bodyID, err = read(a)
	}
	info.Bytes = a.body.read
	if err == nil {
		return bodyID, nil
	}
	return "", c.unusable(ctx, a, config, failed(r, info), err)
}

// complete returns a copy of the generated client's request, with the headers and the body of this call.
func (c *core) complete(ctx context.Context, request *http.Request, payload *requestBody, config *callConfig) *http.Request {
	r, u := request.WithContext(ctx), *request.URL
	r.URL, r.Header = &u, withHeaders(request.Header, c.headers, config.headers)
	if payload != nil {
		payload.attach(r)
	}
	return r
}

// failed returns the failure of a request with what info knows of its answer.
func failed(r *http.Request, info *ResponseInfo) *Error {
	return &Error{StatusCode: info.StatusCode, RequestID: info.RequestID, Method: r.Method, URL: r.URL.String()}
}

// noAnswer completes a failure without an answer, or with one that did not end in time.
func (c *core) noAnswer(ctx context.Context, limit *timeLimit, failure *Error, err error) *Error {
	failure.Type, failure.StatusCode = ErrorTypeTransport, 0
	var timeout interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil:
		failure.cause = contextError(ctx)
	case limit.passed():
		failure.cause, failure.timedOut = context.Cause(limit.ctx), true
	default:
		failure.cause = err
		// A transport may have time limits too. While it connects, nothing has reached the service yet.
		failure.timedOut = errors.As(err, &timeout) && timeout.Timeout() && !whileConnecting(err)
	}
	failure.Message = fmt.Sprintf("%s %s: %v", failure.Method, failure.URL, failure.cause)
	if advice := adviceOn(failure.cause); advice != "" {
		failure.Message += ": " + advice
	}
	return failure
}

// unusable completes the failure of a 2xx that could not be read.
func (c *core) unusable(ctx context.Context, a *answer, config *callConfig, failure *Error, err error) *Error {
	readErr := a.body.err
	if readErr == nil && errors.Is(err, a.limit.ctx.Err()) { // the time ran out during decoding
		readErr = err
	}
	_, tooLarge := errors.AsType[*http.MaxBytesError](readErr)
	switch {
	case tooLarge:
		failure.Type, failure.Message = ErrorTypeTooLarge, fmt.Sprintf(
			"the answer is larger than %d bytes: ask for less at once, or raise WithMaxResponseBytes", c.maxBytes)
	case readErr != nil && (ctx.Err() != nil || a.limit.passed()):
		c.noAnswer(ctx, a.limit, failure, readErr)
	case readErr != nil:
		failure.Type, failure.brokeOff, failure.cause = ErrorTypeMalformed, true, readErr
		failure.Message = fmt.Sprintf("the answer broke off after %d bytes: %v", a.body.read, readErr)
	default:
		failure.Type, failure.cause = ErrorTypeMalformed, err
		failure.Message = "the answer is not what the contract says: " + config.secrets.excerpt(err.Error())
	}
	defer time.AfterFunc(sampleTime, func() { a.limit.cancel(nil) }).Stop()
	failure.Body = a.body.fill()
	return failure
}

// sampleTime bounds the wait for the rest of a sample.
const sampleTime = time.Second

// refused sets what an answer other than a 2xx says.
func (e *Error) refused(res *http.Response, body *bodyReader) {
	if res.StatusCode == http.StatusSwitchingProtocols { // its body is the connection, which does not end
		body.from = http.NoBody
	}
	text, err := io.ReadAll(body)
	e.fill(res.Header, text, err == nil)
	e.Body = body.sample
	e.RetryAfter, e.retryAfterSet = parseRetryAfter(res.Header.Get("Retry-After"), time.Now())
	if res.StatusCode/100 == 3 {
		e.Type, e.Message = ErrorTypeRedirect, redirectMessage(e.URL, res.Header.Get("Location"))
	}
}

// redirectMessage says where the redirect leads.
func redirectMessage(from, location string) string {
	if location == "" {
		return "the service redirects without saying where to; redirects are not followed"
	}
	to := strconv.Quote(location)
	if base, err := url.Parse(from); err == nil {
		if u, err := base.Parse(location); err == nil {
			to = u.Redacted()
		}
	}
	return "the service redirects to " + to + ", which is not followed, for the key would go there too: correct the base URL"
}

// errAttemptTimeout is the cause of an attempt that took longer than WithTimeout allows.
type errAttemptTimeout struct{ limit time.Duration }

func (e errAttemptTimeout) Error() string {
	return fmt.Sprintf("no whole answer within %v, the time limit of one attempt (WithTimeout, WithCallTimeout)", e.limit)
}
func (e errAttemptTimeout) Unwrap() error { return context.DeadlineExceeded }
func (e errAttemptTimeout) Timeout() bool { return true }

// timeLimit bounds one attempt; the context bounds the call. It pauses while a consumer works on a part of the answer.
type timeLimit struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	left   time.Duration
	since  time.Time
}

func newTimeLimit(parent context.Context, d time.Duration) *timeLimit {
	ctx, cancel := context.WithCancelCause(parent)
	l := &timeLimit{ctx: ctx, cancel: cancel, left: d, since: time.Now()}
	l.timer = time.AfterFunc(d, func() { cancel(errAttemptTimeout{d}) })
	return l
}

// passed reports whether the limit, not the context, ended the attempt.
func (l *timeLimit) passed() bool {
	_, passed := errors.AsType[errAttemptTimeout](context.Cause(l.ctx))
	return passed
}

func (l *timeLimit) pause() {
	if l.timer.Stop() {
		l.left -= time.Since(l.since)
	}
}

func (l *timeLimit) resume() {
	l.since = time.Now()
	l.timer.Reset(max(l.left, 0))
}

func (l *timeLimit) stop() {
	l.timer.Stop()
	l.cancel(nil)
}

// whileConnecting reports whether err occurred before anything was sent.
func whileConnecting(err error) bool {
	var op *net.OpError
	return (errors.As(err, &op) && op.Op == "dial") || err.Error() == "net/http: TLS handshake timeout" // net/http exports no type for it
}
