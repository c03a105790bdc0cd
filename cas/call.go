package cas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// operation is a request that can be sent any number of times.
type operation struct {
	name       string                             // for logs
	extraction bool                               // the service goes on working for it after a time-out
	ungated    bool                               // it does not wait at the gate, as the service's own limit does not count it
	request    func(*core) (*http.Request, error) // made by the generated client
	body       *requestBody                       // of one call; nil if the request has none
}

// reader decodes a 2xx body and returns its request id, if it has one, for the log.
type reader func(*answer) (bodyID string, err error)

// call makes attempts, each after its turn at the gate, until one succeeds or the policy allows no other.
func (c *core) call(ctx context.Context, op operation, opts []CallOption, read reader) error {
	switch {
	case c == nil:
		return invalid("client", "is a zero Client: make one by NewClient")
	case ctx == nil:
		return invalid("ctx", "is nil: give context.Background()")
	}
	config, err := c.configOf(opts)
	if err != nil {
		return err
	}
	if c.closed.Load() && !config.begun {
		return ErrClosed
	}
	request, err := op.request(c)
	if err != nil {
		return invalid("request", "%v", err)
	}
	defer c.releaseIdle()
	if op.body != nil {
		defer op.body.end()
	}
	info := cmp.Or(config.info, new(ResponseInfo))
	*info = ResponseInfo{}
	started := time.Now()
	defer func() { info.Elapsed = time.Since(started) }()

	var last *Error
	for n := 1; ; n++ {
		if err := c.turn(ctx, op, n, last); err != nil {
			return err
		}
		sent := time.Now()
		bodyID, failure := c.attempt(ctx, request, op.body, &config, read, info)
		info.Attempts = n
		if failure == nil {
			c.logAttempt(ctx, slog.LevelDebug, "cas: answered", op, info, time.Since(sent), slog.String("body_request_id", config.secrets.scrubText(bodyID)))
			return nil
		}
		failure.Attempts = n
		v := verdict{}
		if ctx.Err() == nil {
			v = config.retry.judge(ctx, op, n, failure)
		} else if failure.cause == nil {
			failure.cause = contextError(ctx)
		}
		config.secrets.clean(failure)
		if v.again && config.retryIf != nil && !config.retryIf(failure) {
			v = verdict{}
		}
		c.pauseAfter(failure, v)
		c.logFailure(ctx, op, info, failure, v, time.Since(sent))
		if !v.again {
			return failure
		}
		last = failure
		select {
		case <-time.After(v.delay):
		case <-ctx.Done():
			return ended(ctx, last)
		}
	}
}

// turn waits at the gate for the n-th attempt. last is the failure of the attempt before, nil for the first.
func (c *core) turn(ctx context.Context, op operation, n int, last *Error) error {
	err := ctx.Err()
	if !op.ungated {
		err = c.gate.wait(ctx, func(pause time.Duration) { c.logPause(ctx, op, n, pause) })
	}
	paused, ok := errors.AsType[errPaused](err)
	switch {
	case err == nil:
		return nil
	case !ok:
		return ended(ctx, last)
	case last != nil && last.StatusCode == http.StatusTooManyRequests:
		return last
	}
	failure := &Error{Type: ErrorTypeRateLimited, Message: op.name + " was not sent: " + err.Error(), RetryAfter: paused.left, Attempts: n - 1}
	if last != nil {
		failure.cause = last
	}
	c.logFailure(ctx, op, &ResponseInfo{Attempts: n - 1}, failure, verdict{}, 0)
	return failure
}

// pauseAfter closes the gate for all calls after a 429: for the Retry-After of the service, or without one for the wait of this call. A
// Retry-After over MaxRetryAfter closes no gate; the error of this call has it.
func (c *core) pauseAfter(failure *Error, v verdict) {
	switch {
	case failure.StatusCode != http.StatusTooManyRequests:
	case failure.retryAfterSet && failure.RetryAfter <= c.retry.MaxRetryAfter:
		c.gate.pause(afterSlack(failure.RetryAfter))
	case v.again:
		c.gate.pause(v.delay)
	}
}

// ended returns the error of a call whose context ended between attempts: that of the last attempt, with the context's error as cause.
func ended(ctx context.Context, last *Error) error {
	cause := contextError(ctx)
	if last == nil {
		return &Error{Type: ErrorTypeTransport, Message: fmt.Sprintf("nothing was sent: %v", cause), cause: cause}
	}
	last.cause = cause
	return last
}

// contextError returns the context's error, joined with the caller's cause if there is one, so that errors.Is finds both.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || cause == err {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

func (c *core) logFailure(ctx context.Context, op operation, info *ResponseInfo, failure *Error, v verdict, took time.Duration) {
	more := []slog.Attr{slog.String("error_type", string(failure.Type)), slog.String("error", failure.Message), slog.Bool("again", v.again)}
	if v.again {
		more = append(more, slog.Duration("wait", v.delay))
	}
	c.logAttempt(ctx, slog.LevelWarn, "cas: attempt failed", op, info, took, more...)
}

// logAttempt writes the record of an attempt. It and its callers list all that a record holds: no body, no header but the request id, no
// key.
func (c *core) logAttempt(ctx context.Context, level slog.Level, message string, op operation, info *ResponseInfo, took time.Duration, more ...slog.Attr) {
	if c.log == nil || !c.log.Enabled(ctx, level) {
		return
	}
	c.log.LogAttrs(ctx, level, message, append([]slog.Attr{
		slog.String("operation", op.name),
		slog.Int("attempt", info.Attempts),
		slog.Int("status", info.StatusCode),
		slog.Duration("duration", took),
		slog.Int64("bytes", info.Bytes),
		slog.String("request_id", info.RequestID),
	}, more...)...)
}

func (c *core) logPause(ctx context.Context, op operation, n int, pause time.Duration) {
	if c.log != nil {
		c.log.LogAttrs(ctx, slog.LevelInfo, "cas: waiting, for the service asked all calls to pause",
			slog.String("operation", op.name), slog.Int("attempt", n), slog.Duration("wait", pause))
	}
}
