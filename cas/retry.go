package cas

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RetryPolicy says when and how often an attempt is retried. Every operation of CAS is a read, POST included, so every one may be
// retried.
//
// The client retries the statuses 408, 425, 429, 500, 502, 503 and 504, and connections that fail or break in the middle of an answer.
// It does not retry other statuses, redirects, malformed or too large answers, or anything after the context ended. It does not retry a
// connection that can never work (a wrong certificate or scheme, an unknown host, a proxy that refuses); the error says what to change.
// The wait is random, from 0 to a limit that doubles from MinBackoff to MaxBackoff. If the service sends Retry-After, the wait is that
// time and one second more, because the service rounds it down. If Retry-After exceeds MaxRetryAfter, or a wait exceeds the context's
// deadline, the call ends at once; Error.RetryAfter has the time.
type RetryPolicy struct {
	MaxAttempts   int           // including the first; 1 switches retries off; default 4
	MinBackoff    time.Duration // limit of the first wait; default 0.5 s
	MaxBackoff    time.Duration // limit of every wait without a Retry-After; default 8 s
	MaxRetryAfter time.Duration // longest Retry-After to wait for; default 60 s
	// Timeouts also retries extractions that timed out; catalog calls are retried anyway. The service goes on computing an extraction
	// that timed out, so a retry adds to its load.
	Timeouts bool
}

// complete fills in the defaults. field names the policy in an error.
func (p RetryPolicy) complete(field string) (RetryPolicy, error) {
	if p.MaxAttempts < 0 || p.MinBackoff < 0 || p.MaxBackoff < 0 || p.MaxRetryAfter < 0 {
		return p, invalid(field, "has a negative field")
	}
	if p.MaxAttempts == 0 {
		p.MaxAttempts = 4
	}
	if p.MinBackoff == 0 {
		p.MinBackoff = 500 * time.Millisecond
		if p.MaxBackoff != 0 {
			p.MinBackoff = min(p.MinBackoff, p.MaxBackoff)
		}
	}
	if p.MaxBackoff == 0 {
		p.MaxBackoff = max(8*time.Second, p.MinBackoff)
	}
	if p.MaxRetryAfter == 0 {
		p.MaxRetryAfter = time.Minute
	}
	if p.MinBackoff > p.MaxBackoff {
		return p, invalid(field, "MinBackoff %v is more than MaxBackoff %v", p.MinBackoff, p.MaxBackoff)
	}
	return p, nil
}

// verdict says whether a failed attempt is retried, and after how long.
type verdict struct {
	again bool
	delay time.Duration
}

// judge decides whether the failed attempt number n is retried, and when. Of the context it looks only at the deadline.
func (p RetryPolicy) judge(ctx context.Context, op operation, n int, failure *Error) verdict {
	if n >= p.MaxAttempts || failure.RetryAfter > p.MaxRetryAfter || !p.repeatable(op, failure) {
		return verdict{}
	}
	delay := p.backoff(n)
	if failure.retryAfterSet {
		delay = afterSlack(failure.RetryAfter)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < delay {
		return verdict{}
	}
	return verdict{again: true, delay: delay}
}

// retryAfterSlack is added to a Retry-After, because the service rounds it down: after exactly that time it refuses again.
const retryAfterSlack = time.Second

// afterSlack returns the wait for a Retry-After.
func afterSlack(wait time.Duration) time.Duration {
	return min(wait, math.MaxInt64-retryAfterSlack) + retryAfterSlack
}

func (p RetryPolicy) repeatable(op operation, failure *Error) bool {
	switch {
	case failure.timedOut:
		return !op.extraction || p.Timeouts
	case failure.brokeOff:
		return true
	case failure.StatusCode == 0:
		return adviceOn(failure.cause) == ""
	}
	return slices.Contains(repeatedStatuses, failure.StatusCode)
}

var repeatedStatuses = []int{
	http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests, http.StatusInternalServerError,
	http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
}

// backoff returns the wait after the failed attempt number n: random, up to a bound that doubles.
func (p RetryPolicy) backoff(n int) time.Duration {
	bound := p.MaxBackoff
	if shift := n - 1; shift < 62 && p.MinBackoff <= p.MaxBackoff>>shift {
		bound = p.MinBackoff << shift
	}
	return time.Duration(rand.Uint64N(uint64(bound) + 1))
}

// parseRetryAfter reads a Retry-After header, seconds or an HTTP date (RFC 9110). ok is false for junk, a negative number and a date in the
// past; a number too large for a Duration is the longest one.
func parseRetryAfter(header string, now time.Time) (wait time.Duration, ok bool) {
	header = strings.TrimSpace(header)
	if header == "" {
		return 0, false
	}
	if strings.Trim(header, "0123456789") == "" {
		seconds, err := strconv.ParseInt(header, 10, 64)
		if err != nil || seconds > int64(math.MaxInt64/time.Second) {
			return math.MaxInt64, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	date, err := http.ParseTime(header)
	if err != nil || date.Before(now) {
		return 0, false
	}
	return date.Sub(now), true
}
