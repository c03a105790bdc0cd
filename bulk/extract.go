package bulk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
)

// Extractor is the part of a [*cas.Client] that bulk needs. Responses come in the order of the geometries, one for each.
//
// One that also has the client's method Health is asked by it whether the service is there; it is expected to tell a
// httptrace.ClientTrace in the context when it sends a request, as a client does: what was not sent yet is given up when a run is to end.
type Extractor interface {
	StreamBatch(ctx context.Context, r cas.BatchExtractRequest, opts ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error]
}

// Errors that end a run early, for errors.Is. Others are those of the input, of the journal, of the context, and the
// *[cas.Error] of a request that no other would fare better than: 401, 403, 404, 405, a redirect, parameters that the
// service refuses, a certificate that is wrong.
var (
	// ErrDrained is a run that was ended by Options.Drain before it had asked for everything.
	ErrDrained = errors.New("the run was stopped before its end")
	// ErrUnavailable is a service that was away for longer than Options.Wait.
	ErrUnavailable = errors.New("the service is unavailable")
)

// Extract asks for the attributes of all features, many at a time, and yields one outcome for each, in input order. An outcome
// that failed is no error of the run. Requests choose their size and number themselves, within the bounds of the options.
//
// A request of several features that fails for its load, or perhaps for one of them (500, 504, time-outs, 413 and the like)
// is not repeated but divided, until the feature that is to blame stands alone. That one is put aside, and asked for once more when
// all else is done. Features that the service names in a 422 are taken out at once.
//
// A service that is away (it refuses or drops connections, answers 429, 502 or 503, or fails on everything) is waited for, up to
// Options.Wait: meanwhile it is asked now and then for its health and for a single point, and no feature fails for it. The client's own
// retry policy is not used.
//
// Of a feature that an earlier run was answered in part only the datasets that it lacks are asked for.
//
// With Options.Periods, the outcomes of up to BatchSize features come together: first, where there are any, those of the static datasets,
// then those of each period.
//
// An error ends the run and is yielded last, once, with a zero Outcome; before it come all outcomes that there are, in input
// order, with gaps. Requests in flight come to their end unless ctx has ended. Breaking out of the loop cancels them; what was
// not yielded is lost unless there is a journal. Either way all goroutines have ended when the loop has, for which the
// features' iterator has to return from the feature it is at.
//
// Memory is bounded by Concurrency and two more requests, of BatchSize features and BatchBytes of geometry. The sequence can be
// ranged over once if features can.
func Extract(ctx context.Context, service Extractor, features iter.Seq2[features.Feature, error], o Options) iter.Seq2[Outcome, error] {
	return func(yield func(Outcome, error) bool) {
		options, err := o.complete()
		if err != nil {
			yield(Outcome{}, err)
			return
		}
		r := newRun(ctx, service, options)
		defer r.stop()
		r.start(features)
		for it := range r.settled() {
			if !yield(it.outcome, nil) {
				return
			}
		}
		if err := r.verdict(); err != nil {
			yield(Outcome{}, err)
		}
	}
}

// A run is one extraction under way: a goroutine that reads, some that ask, and the caller's that takes the outcomes.
type run struct {
	options   Options
	slots     []slot
	recording bool // the journal alone keeps the answers
	service   Extractor

	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup
	unwatch func() bool

	mu       sync.Mutex
	changed  sync.Cond // anything below
	queue    queue
	sizer    pace.Sizer
	limiter  pace.Limiter
	inFlight int
	widest   int       // the most that ever were in flight
	widened  time.Time // when that was reached
	failure  error     // why the run ends early
	whole    bool      // every feature has its outcome, and was handed over
	tally    Progress
	rate     rate

	outage      pace.Outage
	trouble     error              // what the outage shows itself by
	probing     context.CancelFunc // ends the probe that is under way; nil if there is none
	known       *item              // a feature to probe by: the last that was answered, or read
	unsent      map[*call]bool     // requests that wait for their turn in the client
	parked      []parked           // features that failed alone, to be asked for once more
	doubtful    []parked           // those that failed once more while it is not known whether the service is there
	parkedBytes int
	detached    int     // features that have their outcome until they are asked for once more
	amended     []*item // features whose outcome came after they were handed over
	pattern     pattern
	watching    atomic.Bool // for the pattern

	waking *time.Timer // wakes the workers when there may be something to do though nothing has changed
	wakeAt time.Time

	telling sync.Mutex
	told    time.Time
}

func newRun(ctx context.Context, service Extractor, o Options) *run {
	now := time.Now()
	r := &run{
		options: o,
		service: service,
		queue:   newQueue(&o),
		sizer:   pace.NewSizer(o.BatchSize, o.BatchBytes, o.RequestTime),
		limiter: pace.NewLimiter(o.Concurrency),
		slots:   o.slots(),
		rate:    rate{started: now, last: now},
		told:    now,
		unsent:  map[*call]bool{},
		outage:  pace.NewOutage(max(o.Wait, 0), o.Journal != nil && o.Journal.SameService()),
		pattern: newPattern(&o),
	}
	r.tally.Outcomes = len(r.slots)
	r.tally.Total = o.Total * len(r.slots)
	r.watching.Store(r.pattern.left > 0)
	r.changed.L = &r.mu
	r.waking = time.AfterFunc(time.Hour, r.wake)
	r.waking.Stop()
	r.ctx, r.cancel = context.WithCancel(ctx)
	r.unwatch = context.AfterFunc(ctx, func() { r.end(ended(ctx)) })
	return r
}

func (r *run) start(features iter.Seq2[features.Feature, error]) {
	r.workers.Go(func() { r.read(features) })
	for range r.options.Concurrency {
		r.workers.Go(r.work)
	}
	if r.options.Drain != nil {
		r.workers.Go(func() {
			select {
			case <-r.options.Drain:
				r.end(ErrDrained)
			case <-r.ctx.Done():
			}
		})
	}
}

// stop ends what is still under way and waits for it.
func (r *run) stop() {
	r.unwatch()
	r.cancel()
	r.end(context.Canceled)
	r.workers.Wait()
	r.waking.Stop()
}

func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakeAt = time.Time{}
	r.changed.Broadcast()
}

// wakeIn has the workers woken after d, or sooner if somebody asked for that.
func (r *run) wakeIn(d time.Duration) {
	d = max(d, time.Millisecond)
	if at := time.Now().Add(d); r.wakeAt.IsZero() || at.Before(r.wakeAt) {
		r.wakeAt = at
		r.waking.Reset(d)
	}
}

// end lets nothing more be asked, and cuts every wait. The first reason counts.
func (r *run) end(reason error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.endWith(reason)
}

// endWith is end with mu locked.
func (r *run) endWith(reason error) {
	if r.failure == nil {
		r.failure = reason
	}
	if r.probing != nil {
		r.probing()
	}
	for c := range r.unsent {
		c.giveUp()
	}
	r.changed.Broadcast()
}

// atOnce is how many outcomes are taken from the queue at a time.
const atOnce = 64

// settled yields the features in input order when they have their outcomes, to the end of the run.
func (r *run) settled() iter.Seq[*item] {
	return func(yield func(*item) bool) {
		for more := true; more; {
			var items []*item
			items, more = r.next()
			r.tell(!more)
			for _, it := range items {
				if !yield(it) {
					return
				}
			}
		}
	}
}

// next waits for the next features that have their outcomes. When the run ends early, the last are all that there are.
func (r *run) next() (items []*item, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if items := r.queue.settledHead(atOnce); len(items) > 0 {
			r.changed.Broadcast() // there is room
			return items, true
		}
		switch {
		case r.finished():
			return nil, false
		case r.failure != nil && r.inFlight == 0 && r.probing == nil:
			return r.queue.settledRest(), false
		}
		r.changed.Wait()
	}
}

// finished reports that every feature has its outcome, and was handed over.
func (r *run) finished() bool {
	r.whole = r.whole || r.queue.ended && len(r.queue.order) == 0 && r.detached == 0
	return r.whole
}

// verdict is the error of the run.
func (r *run) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole {
		return nil
	}
	return r.failure
}

// ended is why a context ended, for errors.Is: its error, and the cause if there is one.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
