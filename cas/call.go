package cas

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/community-attribute-service/cas-go/gen"
)

// operation is what is asked of the service, ready to be sent any number of times.
type operation struct {
	name       string // for logs
	extraction bool   // costs the service work that goes on after a time-out
	edited     bool   // its request has the headers that every request carries
	send       func(context.Context, *gen.Client, gen.RequestEditorFn) (*http.Response, error)
}

// configOf is what the options of a call say.
func configOf(opts []CallOption) (config callConfig) {
	for _, opt := range opts {
		if opt != nil {
			opt(&config)
		}
	}
	return config
}

// call makes one call: through the gate, attempt by attempt, until one is read or there is no point in another.
func (c *core) call(ctx context.Context, op operation, opts []CallOption, read reader) error {
	config := configOf(opts)
	if c.closed.Load() && !config.begun {
		return ErrClosed
	}
	defer c.releaseIdle()
	info := config.info
	if info == nil {
		info = new(ResponseInfo)
	}
	*info = ResponseInfo{}
	started := time.Now()
	defer func() { info.Elapsed = time.Since(started) }()

	var last *Error
	for n := 1; ; n++ {
		if err := c.gate.wait(ctx); err != nil {
			return ended(ctx, last)
		}
		sent := time.Now()
		bodyID, failure := c.attempt(ctx, op, read, info)
		info.Attempts = n
		if failure == nil {
			c.logAttempt(ctx, op, info, bodyID, time.Since(sent))
			return nil
		}
		failure.Attempts = n
		v := verdict{}
		if ctx.Err() == nil {
			v = c.retry.judge(ctx, op, n, failure)
		} else if failure.cause == nil {
			failure.cause = contextError(ctx)
		}
		c.key.clean(failure)
		if v.again && config.retryIf != nil && !config.retryIf(failure) {
			v = verdict{}
		}
		c.pauseAfter(failure, v)
		c.logFailure(ctx, op, info, failure, v, time.Since(sent))
		if !v.again {
			return failure
		}
		last = failure
		if sleep(ctx, v.delay) != nil {
			return ended(ctx, last)
		}
	}
}

// pauseAfter closes the gate for all calls after a 429: for what the service asked, or for this call's own wait if it named nothing.
// What is longer than a call may wait is left to the caller of this one.
func (c *core) pauseAfter(failure *Error, v verdict) {
	switch {
	case failure.StatusCode != http.StatusTooManyRequests:
	case failure.retryAfterSet && failure.RetryAfter <= c.retry.MaxRetryAfter:
		c.gate.pause(afterSlack(failure.RetryAfter))
	case v.again:
		c.gate.pause(v.delay)
	}
}

// ended is the error of a call whose context ended between attempts: the last attempt's, which also is the context's.
func ended(ctx context.Context, last *Error) error {
	cause := contextError(ctx)
	if last == nil {
		return &Error{Type: ErrorTypeTransport, Message: fmt.Sprintf("nothing was sent: %v", cause), cause: cause}
	}
	last.cause = cause
	return last
}

// contextError is why ctx ended, as errors.Is looks for it: the context's own error, and the caller's cause if it gave one.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || cause == err {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}
