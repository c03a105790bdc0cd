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

// A task is what a worker does next: one of these.
type task struct {
	chunk  *chunk          // to be asked for
	probe  context.Context // in which to look whether the service is there
	failed []parked        // features that have failed
}

// work does one task after the other.
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

// take waits for a task; none is the end of the run. There is a free place in flight for a chunk, and a service to ask.
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

// done reports that nothing is left to ask for.
func (r *run) done() bool {
	return r.inFlight == 0 && r.probing == nil && r.queue.idle() && len(r.parked) == 0 && len(r.doubtful) == 0
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
	case errors.Is(err, errNotSent):
		r.again(c)
	default:
		r.treat(c, took, err)
	}
}

// A call is a request on its way. Until it is sent it can be given up.
type call struct {
	run    *run
	giveUp context.CancelFunc
}

// errNotSent is a request that was given up before it was sent.
var errNotSent = errors.New("the run ended before the request was sent")

// begin makes the context of a call.
func (r *run) begin(parent context.Context) (ctx context.Context, c *call) {
	ctx, cancel := context.WithCancelCause(parent)
	c = &call{run: r, giveUp: func() { cancel(errNotSent) }}
	if _, traces := r.service.(healthy); traces {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.unsent[c] = true
		if r.failure != nil {
			c.giveUp()
		}
	}
	return ctx, c
}

// sent is told when the request goes out: from now on it comes to its end.
func (c *call) sent() {
	c.run.mu.Lock()
	defer c.run.mu.Unlock()
	delete(c.run.unsent, c)
}

// call passes on the responses while they arrive, one for each geometry, and tells how long the request took.
func (r *run) call(c *chunk, take func(*cas.AttributeResponse)) (time.Duration, error) {
	var info cas.ResponseInfo
	parent, call := r.begin(r.ctx)
	defer call.giveUp()
	defer call.sent()
	ctx, elapsed := timeAttempt(parent, call.sent)
	options := []cas.CallOption{cas.WithResponseInfo(&info), cas.WithRetryIf(never)}
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
	if failure != nil && context.Cause(parent) == errNotSent {
		failure = errNotSent
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally.Requests += max(1, info.Attempts)
	r.tally.Sent += int64(c.bytes)
	r.tally.Received += info.Bytes
	return took, failure
}

// never is for the client: what to do about a request that failed is decided here.
func never(*cas.Error) bool { return false }

// timeAttempt measures a request without the client's wait for its turn, which is not the service's time, and tells when it is sent.
// Without a request to be seen it measures the call.
func timeAttempt(ctx context.Context, tell func()) (context.Context, func() time.Duration) {
	start := time.Now()
	var sent atomic.Int64
	trace := &httptrace.ClientTrace{GetConn: func(string) {
		sent.Store(int64(time.Since(start)))
		tell()
	}}
	return httptrace.WithClientTrace(ctx, trace), func() time.Duration {
		return time.Since(start) - time.Duration(sent.Load())
	}
}

// learn adapts to a request that was answered.
func (r *run) learn(c *chunk, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := len(c.items)
	r.up()
	r.known = c.items[n-1].sample()
	r.accepted = max(r.accepted, c.bytes)
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
	if d.tooLarge && c.bytes <= r.accepted { // it was not, before
		d.tooLarge, d.stray = false, true
	}
	if d.remedy == endRun && d.stray && r.outage.AnsweredSince(time.Time{}) && (c.strays == 0 || r.there.Before(c.strayed)) {
		d.remedy = askAgain // the address is right
	}
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
	// One that fails is likely to hold a feature that is to blame; several in a row tell of a service that has too much to do.
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
	case d.away || d.stray || d.failed || d.timedOut:
		r.blame(c, err)
	default:
		r.settleFailed(c.items, err)
	}
}

// mostStrays is how often a request is answered 503 while others are not, before it is taken to be its own fault.
const mostStrays = 5

// blame is for a lone feature that failed. It is put aside first. When it has failed once more while others were answered, it is its
// own fault; where there are no others, a probe decides.
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
	r.settleFailed(items, errs...)
}

func (r *run) again(chunks ...*chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue.again(chunks...)
	r.changed.Broadcast()
}
