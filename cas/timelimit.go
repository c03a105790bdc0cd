package cas

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// errAttemptTimeout is the cause of an attempt that took longer than WithTimeout allows.
type errAttemptTimeout struct{ limit time.Duration }

func (e errAttemptTimeout) Error() string {
	return fmt.Sprintf("no whole answer within %v, the time limit of one attempt (WithTimeout)", e.limit)
}
func (e errAttemptTimeout) Unwrap() error { return context.DeadlineExceeded }
func (e errAttemptTimeout) Timeout() bool { return true }

// timeLimit bounds one attempt, apart from the context that bounds the call. It can be stopped while a consumer is at work on a
// part of the answer, whose time is not the service's.
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

// passed reports whether the limit, and not the context, ended the attempt.
func (l *timeLimit) passed() bool {
	var timeout errAttemptTimeout
	return errors.As(context.Cause(l.ctx), &timeout)
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

// shorten leaves no more than d.
func (l *timeLimit) shorten(d time.Duration) {
	if l.timer.Stop() {
		l.timer.Reset(min(d, max(l.left-time.Since(l.since), 0)))
	}
}

func (l *timeLimit) stop() {
	l.timer.Stop()
	l.cancel(nil)
}

// whileConnecting reports an error from before anything was sent.
func whileConnecting(err error) bool {
	var op *net.OpError
	return (errors.As(err, &op) && op.Op == "dial") || err.Error() == "net/http: TLS handshake timeout" // net/http exports no type for it
}
