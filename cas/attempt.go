package cas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// reader takes in a 2xx while its connection is open. It gives the request id in the body, if there is one, for the log.
type reader func(*answer) (bodyID string, err error)

// answer is a 2xx that is being read.
type answer struct {
	body   *bodyReader
	length int64 // as announced; -1 if it was not
	limit  *timeLimit
}

// errStopped is a reader's way to say that nobody wants the rest.
var errStopped = errors.New("the consumer stopped")

// attempt sends the operation once and has the answer read if it is a success. All else is a failure, never a zero value.
func (c *core) attempt(ctx context.Context, op operation, read reader, info *ResponseInfo) (bodyID string, failure *Error) {
	limit := newTimeLimit(ctx, c.timeout)
	defer limit.stop()
	var sent *http.Request
	res, err := op.send(limit.ctx, c.raw, func(ctx context.Context, r *http.Request) error {
		sent = r
		if op.edited {
			return nil
		}
		return c.edit(ctx, r)
	})
	info.StatusCode, info.RequestID, info.Bytes = 0, "", 0
	if err != nil {
		return "", c.noAnswer(ctx, limit, failed(sent, info), err)
	}
	defer res.Body.Close()
	info.StatusCode, info.RequestID = res.StatusCode, c.key.scrubText(res.Header.Get(requestIDHeader))
	if res.StatusCode/100 != 2 {
		failure = failed(sent, info)
		body := c.bodyReader(res, min(c.maxBytes, maxErrorBytes))
		c.refused(failure, res, body)
		info.Bytes = body.read
		return "", failure
	}
	a := &answer{body: c.bodyReader(res, c.maxBytes), length: res.ContentLength, limit: limit}
	err = isJSON(res)
	if err == nil {
		bodyID, err = read(a)
	}
	info.Bytes = a.body.read
	if err == nil || errors.Is(err, errStopped) {
		a.body.forget()
		return bodyID, nil
	}
	return "", c.unusable(ctx, a, failed(sent, info), err)
}

// failed is the failure of a request, nil if there was not even that, as far as its attempt came.
func failed(sent *http.Request, info *ResponseInfo) *Error {
	e := &Error{StatusCode: info.StatusCode, RequestID: info.RequestID}
	if sent != nil {
		e.Method, e.URL = sent.Method, sent.URL.String()
	}
	return e
}

// bodyReader reads an answer's body. Its sample is a little more than an Error holds, so that no echo of the key is cut in two.
func (c *core) bodyReader(res *http.Response, limit int64) *bodyReader {
	return &bodyReader{from: res.Body, left: limit, keep: sampleBytes + c.key.longestEcho()}
}

// noAnswer is a failure before any answer.
func (c *core) noAnswer(ctx context.Context, limit *timeLimit, failure *Error, err error) *Error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // its text repeats method and URL
	}
	failure.Type = ErrorTypeTransport
	failure.StatusCode = 0
	var timeout interface{ Timeout() bool }
	switch {
	case ctx.Err() != nil:
		failure.cause = contextError(ctx)
	case limit.passed():
		failure.cause, failure.timedOut = errAttemptTimeout{c.timeout}, true
	default:
		failure.cause = err
		// A caller's own transport may have time limits too; while connecting, nothing has reached the service yet.
		failure.timedOut = errors.As(err, &timeout) && timeout.Timeout() && !whileConnecting(err)
	}
	failure.Message = fmt.Sprintf("%s %s: %v", failure.Method, failure.URL, failure.cause)
	return failure
}

// unusable is a failure to read a 2xx.
func (c *core) unusable(ctx context.Context, a *answer, failure *Error, err error) *Error {
	readErr := a.body.err
	switch {
	case errors.Is(readErr, errTooLarge):
		failure.Type, failure.Message = ErrorTypeTooLarge, tooLarge(c.maxBytes)
	case readErr != nil && (ctx.Err() != nil || a.limit.passed()):
		c.noAnswer(ctx, a.limit, failure, readErr)
	case readErr != nil:
		failure.Type, failure.brokeOff, failure.cause = ErrorTypeMalformed, true, readErr
		failure.Message = fmt.Sprintf("the answer broke off after %d bytes: %v", a.body.read, readErr)
	default:
		failure.Type, failure.cause = ErrorTypeMalformed, err
		failure.Message = "the answer is not what the contract says: " + shorten(err.Error())
	}
	a.limit.shorten(sampleTime)
	failure.Body = a.body.fill()
	return failure
}

// sampleTime is how long the rest of a sample is waited for.
const sampleTime = time.Second

// shorten keeps an answer that is nested ten thousand deep, or whose number has a million digits, from filling the message.
func shorten(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// refused is an answer other than a 2xx.
func (c *core) refused(failure *Error, res *http.Response, body *bodyReader) {
	if res.StatusCode == http.StatusSwitchingProtocols { // its body is the connection, which does not end
		body.left, body.err = 0, io.EOF
	}
	text, release, err := body.all(res.ContentLength)
	failure.fill(res.Header, text, err == nil)
	release()
	if res.StatusCode == http.StatusInternalServerError && c.own != nil {
		// The service closes the connection after a 500 without saying so: the next request on it would be reset.
		c.own.CloseIdleConnections()
	}
	failure.Body = body.sample
	failure.RetryAfter, failure.retryAfterSet = parseRetryAfter(res.Header.Get("Retry-After"), time.Now())
	if res.StatusCode/100 == 3 {
		failure.Type, failure.Message = ErrorTypeRedirect, redirectMessage(failure.URL, res.Header.Get(redirectHeader))
	}
}

// redirectMessage says where the service wanted to go.
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
