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
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

// Extractor is the part of a [*cas.Client] that bulk needs. Responses come in the order of the geometries, one for each.
//
// If it also has the client's method Health, Extract uses that to find out whether the service is alive. It should report to a
// httptrace.ClientTrace in the context when it sends a request, as a client does: when a run ends, requests that were not sent yet are
// dropped.
type Extractor interface {
	StreamBatch(ctx context.Context, r cas.BatchExtractRequest, opts ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error]
}

// Errors that end a run early, for errors.Is. A run also ends with an error of the input, of the journal or of the context, and with a
// *cas.Error that every other request would get too: 401, 403, 404, 405, a redirect, parameters that the service refuses, a wrong
// certificate. After the service has answered, a gateway's 404, 405 or redirect is an outage if a probe has it too.
var (
	// ErrDrained means that Options.Drain ended the run before everything was requested.
	ErrDrained = errors.New("the run was stopped before its end")
	// ErrUnavailable means that the service was away for longer than Options.Wait.
	ErrUnavailable = errors.New("the service is unavailable")
)

// Extract asks for the attributes of all features, many at a time, and yields one outcome for each, in input order. A failed outcome is
// not an error of the run. Extract chooses the size and number of its requests, within the limits of the options.
//
// If a request of several features fails because of its size, or perhaps because of one feature (500, 504, a timeout, 413 and the
// like), it is split in half, until the offending feature is isolated. That feature is put aside and requested once more at the end.
// Features that the service names in a 422 are removed at once.
//
// If the service is away (it refuses or drops connections, answers 429, 502 or 503, or fails on everything, or a gateway answers in its
// place), Extract waits for it, up to Options.Wait. Meanwhile it sometimes requests the service's health and a single point, and no
// feature fails because of the outage. The client's own retry policy is not used.
//
// If an earlier run has a part of a feature's answer, only the missing datasets are requested.
//
// With Options.Periods, the outcomes of up to BatchSize features come together: first those of the static datasets, if there are any,
// then those of each period.
//
// An error ends the run and is yielded once, last, with a zero Outcome. Before it, all existing outcomes are yielded in input order,
// with gaps. Requests in flight finish unless ctx has ended. Breaking out of the loop cancels them; without a journal, outcomes that
// were not yielded are lost. In both cases all goroutines have ended when the loop ends; for that, the iterator of features must
// return.
//
// Memory is bounded by Concurrency plus two requests of BatchSize features and BatchBytes of geometry. If features can be ranged over
// only once, so can the sequence.
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

// A run is one extraction. One goroutine reads features, some send requests, and the caller's takes the outcomes.
type run struct {
	options   Options
	slots     []slot
	recording bool // the journal alone keeps the answers
	service   Extractor

	ctx     context.Context
	cancel  context.CancelFunc
	workers sync.WaitGroup

	mu       sync.Mutex // guards what follows, up to wakeAt
	changed  sync.Cond  // on mu: something has changed
	queue    queue
	sizer    pace.Sizer
	limiter  pace.Limiter
	inFlight int
	widest   int       // the largest inFlight so far
	widened  time.Time // when it was reached
	failure  error     // why the run ends early
	whole    bool      // every feature has its outcome and was handed over
	tally    Progress
	rate     rate

	outage      pace.Outage
	trouble     error                                       // the last sign of an outage
	there       time.Time                                   // when a probe last found the service up
	probing     context.CancelFunc                          // ends the current probe; nil if there is none
	point       cas.BatchExtractRequest                     // a probe: for a point of the last feature that was answered; zero before
	accepted    int                                         // bytes of the largest request that was answered
	unsent      map[context.Context]context.CancelCauseFunc // contexts of requests that wait for their turn in the client
	parked      []parked                                    // features that failed alone, to be requested once more
	doubtful    []parked                                    // features that failed again while the service may be away
	parkedBytes int
	detached    int     // parked features whose failure was handed over as their outcome
	amended     []*item // features that were answered after their failure was handed over
	pattern     pattern
	wakeAt      time.Time

	waking   *time.Timer // wakes the workers when there may be something to do although nothing has changed
	watching atomic.Bool // pattern is not decided yet

	telling sync.Mutex // guards told; held while Options.Progress is called
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
		unsent:  map[context.Context]context.CancelCauseFunc{},
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
	return r
}

func (r *run) start(features iter.Seq2[features.Feature, error]) {
	r.workers.Go(r.watch)
	r.workers.Go(func() { r.read(features) })
	for range r.options.Concurrency {
		r.workers.Go(r.work)
	}
}

// watch ends the run when it is to stop before everything was requested.
func (r *run) watch() {
	select {
	case <-r.options.Drain:
		r.end(ErrDrained)
	case <-r.ctx.Done():
		r.end(ended(r.ctx))
	}
}

// stop ends all goroutines and waits for them.
func (r *run) stop() {
	r.cancel()
	r.workers.Wait()
	r.waking.Stop()
}

// wake wakes the workers when their time has come.
func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakeAt = time.Time{}
	r.changed.Broadcast()
}

// wakeIn wakes the workers after d, or earlier if that was asked for. It is called with mu locked.
func (r *run) wakeIn(d time.Duration) {
	d = max(d, time.Millisecond)
	if at := time.Now().Add(d); r.wakeAt.IsZero() || at.Before(r.wakeAt) {
		r.wakeAt = at
		r.waking.Reset(d)
	}
}

// end lets no further request be sent, and ends every wait. The first reason counts.
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
	for _, giveUp := range r.unsent {
		giveUp(errNotSent)
	}
	r.changed.Broadcast()
}

// settled yields the features with their outcomes, in input order, until the run ends.
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

// atOnce is the largest number of outcomes that next returns.
const atOnce = 64

// next waits for the next features with outcomes. When the run ends early, the last ones are all that have outcomes.
func (r *run) next() (items []*item, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if items := r.queue.settledHead(atOnce); len(items) > 0 {
			r.changed.Broadcast() // the window has room
			return items, true
		}
		switch {
		case r.queue.ended && len(r.queue.order) == 0 && r.detached == 0:
			r.whole = true
			return nil, false
		case r.failure != nil && r.inFlight == 0 && r.probing == nil:
			return r.queue.settledRest(), false
		}
		r.changed.Wait()
	}
}

// verdict returns the error of the run.
func (r *run) verdict() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.whole {
		return nil
	}
	return r.failure
}

// ended returns why a context ended, for errors.Is: its error, and its cause if there is one.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
