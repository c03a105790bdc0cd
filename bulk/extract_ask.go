package bulk

import (
	"context"
	"fmt"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/reuse"
)

// mostOutages is how many requests in a row may fail as if the service were not there, before the run takes it to be so. Only
// those count that cannot be divided any further.
const mostOutages = 20

// work asks for one chunk after the other.
func (r *run) work() {
	a := r.newAnswers(nil)
	for {
		c := r.take()
		if c == nil {
			return
		}
		r.ask(c, a)
		r.mu.Lock()
		r.inFlight--
		r.changed.Broadcast()
		r.mu.Unlock()
		r.tell(false)
	}
}

// take waits for a chunk and a free place in flight; nil is the end of the run.
func (r *run) take() *chunk {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.failure == nil && (r.inFlight > 0 || !r.queue.idle()) {
		if r.inFlight < r.limiter.Limit && r.mayWiden() {
			if c := r.queue.next(r.sizer.Size, r.sizer.Bytes, r.limiter.Limit); c != nil {
				c.epoch = r.limiter.Epoch
				r.inFlight++
				if r.inFlight > r.widest {
					r.widest, r.widened = r.inFlight, time.Now()
				}
				return c
			}
			if len(r.queue.backlog) > 0 {
				r.wakeIn(linger - time.Since(r.queue.since))
			}
		}
		r.changed.Wait()
	}
	r.changed.Broadcast()
	return nil
}

// apart is how long a run waits before it has one request more in flight than ever before, which opens a connection. A service of
// several processes has it accepted by one that is not at work; two that are opened at once tend to go to the same one, and stay there.
const apart = 30 * time.Millisecond

// mayWiden reports that one request more may be in flight now.
func (r *run) mayWiden() bool {
	if r.inFlight < r.widest || r.widest == 0 {
		return true
	}
	wait := apart - time.Since(r.widened)
	if wait > 0 {
		r.wakeIn(wait)
	}
	return wait <= 0
}

// ask sends one request, takes the answers in and deals with what comes of it.
func (r *run) ask(c *chunk, a *answers) {
	a.begin(c.items)
	defer a.begin(nil) // what is recorded or handed over is not held until the next answer
	took, err := r.call(c, a.take)
	switch {
	case err == nil:
		r.learn(c, took)
		r.settle(a)
	case r.ctx.Err() != nil:
		r.end(ended(r.ctx)) // nothing was learnt about the features
	default:
		r.treat(c, took, err)
	}
}

// call passes on the responses while they arrive, one for each geometry, and tells how long the last attempt took.
func (r *run) call(c *chunk, take func(*cas.AttributeResponse)) (time.Duration, error) {
	var info cas.ResponseInfo
	ctx, elapsed := timeAttempt(r.ctx)
	options := []cas.CallOption{cas.WithResponseInfo(&info)}
	if len(c.items) > 1 {
		options = append(options, cas.WithRetryIf(worthRepeating))
	}
	if r.recording {
		ctx = reuse.Responses(ctx)
	}
	responses := 0
	var failure error
	for response, err := range r.service.StreamBatch(ctx, c.request(&r.options), options...) {
		if err != nil {
			failure = err
			break
		}
		if responses++; responses > len(c.items) {
			break
		}
		take(response)
	}
	if failure == nil && responses != len(c.items) {
		failure = miscounted(responses, len(c.items))
	}
	took := elapsed()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Requests += max(1, info.Attempts)
	r.tally.Sent += int64(c.bytes)
	r.tally.Received += info.Bytes
	return took, failure
}

// timeAttempt measures the last attempt of a call: without the client's waits for its turn or before a repetition, which are
// not the service's time. Without attempts to be seen it measures the call.
func timeAttempt(ctx context.Context) (context.Context, func() time.Duration) {
	start := time.Now()
	var sent atomic.Int64
	trace := &httptrace.ClientTrace{GetConn: func(string) { sent.Store(int64(time.Since(start))) }}
	return httptrace.WithClientTrace(ctx, trace), func() time.Duration {
		return time.Since(start) - time.Duration(sent.Load())
	}
}

// learn adapts to a request that was answered.
func (r *run) learn(c *chunk, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(c.items)
	r.outages = 0
	r.sizer.Answered(n, took, r.limiter.Starting)
	if n >= min(pace.StartSize, r.options.BatchSize) { // fewer do not share their request's own cost
		r.limiter.Answered(c.epoch, n, took)
	}
}

// treat deals with a request that failed.
func (r *run) treat(c *chunk, took time.Duration, err error) {
	n := len(c.items)
	d := diagnose(err, n)
	r.mu.Lock()
	isNews := !c.part || n >= r.sizer.Size // the parts of a chunk fail for what the chunk failed for
	if d.tooLarge {
		r.sizer.TooLarge(c.bytes)
	}
	if d.timedOut && isNews {
		r.sizer.TimedOut(n, took)
	}
	if d.failed && isNews {
		r.sizer.Failed(n)
	}
	if d.crowded || isNews && (d.timedOut || d.failed) {
		r.limiter.Overloaded(c.epoch)
	}
	if d.outage && (n == 1 || d.remedy == askAgain) {
		r.outages++
	}
	outages := r.outages
	r.mu.Unlock()

	switch {
	case d.remedy == endRun:
		r.end(err)
	case outages >= mostOutages:
		r.end(fmt.Errorf("%w: %d requests in a row had no answer, the last with %w", ErrUnavailable, outages, err))
	case d.remedy == askAgain:
		r.again(c)
	case d.remedy == dropNamed:
		r.drop(c, d.named)
	case n > 1:
		halves := c.halves()
		r.again(halves[0], halves[1])
	default:
		r.settleFailed(c.items, []error{err})
	}
}

// drop settles the features that were named, and asks for the others again.
func (r *run) drop(c *chunk, named map[int]error) {
	var items []*item
	var errs []error
	for i, it := range c.items {
		if err := named[i]; err != nil {
			items, errs = append(items, it), append(errs, err)
		}
	}
	if rest := c.without(named); rest != nil {
		r.again(rest)
	}
	r.settleFailed(items, errs)
}

func (r *run) again(chunks ...*chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.again(chunks...)
	r.changed.Broadcast()
}
