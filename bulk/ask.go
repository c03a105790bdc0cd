package bulk

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/reuse"
)

// A task is what a worker does next. It has one of these members; none ends the worker.
type task struct {
	chunk  *chunk          // to be requested
	probe  context.Context // for a probe of the service
	failed []parked        // features that have failed for good
}

// work does tasks until there are none.
func (r *run) work() {
	a := r.newAnswers(nil)
	for {
		switch t := r.take(); {
		case t.probe != nil:
			r.probe(t.probe)
		case t.failed != nil:
			r.condemn(t.failed)
		case t.chunk != nil:
			r.ask(t.chunk, a)
			r.mu.Lock()
			r.inFlight--
			r.changed.Broadcast()
			r.mu.Unlock()
			r.tell(false)
		default:
			return
		}
	}
}

// take waits for the next task. It returns a chunk only if the service is up and the limiter allows another request.
func (r *run) take() (t task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.failure == nil && !r.done() {
		switch {
		case r.outage.Up() && len(r.doubtful) > 0 && r.probing == nil:
			t.failed, r.doubtful = r.doubtful, nil
			r.inFlight += len(t.failed)
			return t
		case !r.outage.Up() && r.probing == nil:
			if wait := r.outage.Due(time.Now()); wait > 0 {
				r.wakeIn(wait)
				break
			}
			t.probe, r.probing = context.WithCancel(r.ctx)
			return t
		case r.outage.Up() && r.inFlight < r.limiter.Limit && r.mayWiden():
			if t.chunk = r.queue.next(r.sizer.Size, r.sizer.Bytes, r.limiter.Limit); t.chunk == nil {
				t.chunk = r.retry()
			}
			if t.chunk != nil {
				t.chunk.epoch, t.chunk.begun = r.limiter.Epoch, time.Now()
				r.inFlight++
				if r.inFlight > r.widest {
					r.widest, r.widened = r.inFlight, time.Now()
				}
				return t
			}
			if wait, some := r.queue.lingers(); some {
				r.wakeIn(wait)
			}
		}
		r.changed.Wait()
	}
	r.changed.Broadcast()
	return task{}
}

// done reports whether nothing is left to request.
func (r *run) done() bool {
	return r.inFlight == 0 && r.probing == nil && r.queue.idle() && len(r.parked) == 0 && len(r.doubtful) == 0
}

// apart is the least time between two new connections, which a run opens when it has more requests in flight than ever before. In a
// service of several processes, an idle process accepts the connection. Two that are opened at once tend to go to the same process, and
// stay there.
const apart = 30 * time.Millisecond

// mayWiden reports whether another request may be in flight now.
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

// ask sends one request, takes the answers, and deals with a failure.
func (r *run) ask(c *chunk, a *answers) {
	a.begin(c.items)
	defer a.begin(nil) // what is recorded or handed over must not be held until the next answer
	took, err := r.call(c, a.take)
	switch {
	case err == nil:
		r.learn(c, took)
		r.settle(a)
	case r.ctx.Err() != nil:
		r.end(ended(r.ctx)) // the failure says nothing about the features
	case errors.Is(err, errNotSent):
		r.again(c)
	default:
		r.treat(c, took, err)
	}
}

// errNotSent is the error of a request that was given up before it was sent, because the run ended.
var errNotSent = errors.New("the run ended before the request was sent")

// call sends a request and passes on the responses as they arrive, one for each geometry. It returns how long the service took. The
// client's wait for its turn, which is not the service's time, does not count if the client reports to the trace when it sends.
func (r *run) call(c *chunk, take func(*cas.AttributeResponse)) (took time.Duration, failure error) {
	ctx, giveUp := context.WithCancelCause(r.ctx)
	defer giveUp(nil)
	if _, traces := r.service.(healthy); traces {
		r.waitToSend(ctx, giveUp)
		defer r.sent(ctx)
	}
	start := time.Now()
	var waited atomic.Int64
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) {
		waited.Store(int64(time.Since(start)))
		r.sent(ctx)
	}})
	if r.recording {
		traced = reuse.Responses(traced)
	}
	var info cas.ResponseInfo
	responses := 0
	for response, err := range r.service.StreamBatch(traced, c.request(&r.options), cas.WithResponseInfo(&info), cas.WithRetryIf(never)) {
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
	took = time.Since(start) - time.Duration(waited.Load())
	if failure != nil && context.Cause(ctx) == errNotSent {
		failure = errNotSent
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Requests += max(1, info.Attempts)
	r.tally.Sent += int64(c.bytes)
	r.tally.Received += info.Bytes
	return took, failure
}

// waitToSend lets the end of the run give up a request until it is sent.
func (r *run) waitToSend(ctx context.Context, giveUp context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unsent[ctx] = giveUp
	if r.failure != nil {
		giveUp(errNotSent)
	}
}

// sent is called when a request is sent: from now on it comes to its end.
func (r *run) sent(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.unsent, ctx)
}

// never keeps the client from retrying: a run decides itself what to do about a failure.
func never(*cas.Error) bool { return false }

// learn adapts to a request that was answered.
func (r *run) learn(c *chunk, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(c.items)
	r.outage.Answered(time.Now())
	r.point = r.pointRequest(c.items[n-1])
	r.accepted = max(r.accepted, c.bytes)
	r.sizer.Answered(n, took, r.limiter.Starting)
	if n >= min(pace.StartSize, r.options.BatchSize) { // in a smaller request, its own cost counts for too much
		r.limiter.Answered(c.epoch, n, took)
	}
	r.changed.Broadcast()
}

// treat deals with a request that failed.
func (r *run) treat(c *chunk, took time.Duration, err error) {
	n := len(c.items)
	d := diagnose(err, n)
	r.mu.Lock()
	if d.tooLarge && c.bytes <= r.accepted { // it was not, before
		d.tooLarge, d.stray = false, true
	}
	if d.remedy == endRun && d.stray && r.outage.AnsweredSince(time.Time{}) && (c.strays == 0 || r.there.Before(c.strayed)) {
		d.remedy = askAgain // the address is right
	}
	isNews := !c.part || n >= r.sizer.Size // a part of a chunk that failed is likely to fail for the same reason
	if d.tooLarge {
		r.sizer.TooLarge(c.bytes)
	}
	if d.timedOut && isNews {
		r.sizer.TimedOut(n, took)
	}
	if d.failed && isNews {
		r.sizer.Failed(n)
	}
	// A request that fails is likely to have an offending feature; several in a row mean that the service has too much to do.
	if d.crowded || isNews && (d.timedOut || d.failed && r.outage.InARow() >= 4) {
		r.limiter.Overloaded(c.epoch)
	}
	if d.remedy != endRun {
		r.suspect(c, d, err)
	}
	r.mu.Unlock()
	r.tell(d.away || d.stray)

	switch {
	case d.remedy == endRun:
		r.end(err)
	case d.remedy == askAgain, d.away && (d.status != http.StatusServiceUnavailable || c.strays < mostStrays), d.stray && c.strays < 2:
		r.again(c)
	case d.remedy == dropNamed:
		r.drop(c, d.named)
	case n > 1:
		halves := c.halves()
		r.again(halves[0], halves[1])
	case d.uncertain():
		r.blame(c, err)
	default:
		r.settleFailed(c.items, err)
	}
}

// mostStrays is how often a request may get 503 while others do not. Then it is taken to be its own fault.
const mostStrays = 5

// blame deals with a lone feature that failed. The first time it is put aside. If it fails again while others are answered, it is its own
// fault; if there are no others, a probe decides.
func (r *run) blame(c *chunk, err error) {
	it := c.items[0]
	r.mu.Lock()
	certain := r.outage.AnsweredSince(c.begun)
	if c.again && !certain {
		r.doubtful = append(r.doubtful, parked{it, err})
		r.outage.Suspect(time.Now())
		r.changed.Broadcast()
	}
	r.mu.Unlock()
	switch {
	case !c.again:
		r.park(it, err)
	case certain:
		r.settleFailed(c.items, err)
	}
}

// drop settles the features that were named, and requests the others again.
func (r *run) drop(c *chunk, named map[int]error) {
	var refused, others []*item
	var errs []error
	for i, it := range c.items {
		if err := named[i]; err != nil {
			refused, errs = append(refused, it), append(errs, err)
		} else {
			others = append(others, it)
		}
	}
	if len(others) > 0 {
		r.again(newChunk(others, true))
	}
	r.settleFailed(refused, errs...)
}

// again puts chunks back into the queue.
func (r *run) again(chunks ...*chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.again(chunks...)
	r.changed.Broadcast()
}
