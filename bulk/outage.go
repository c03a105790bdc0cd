package bulk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// healthy is an Extractor with the client's method Health.
type healthy interface {
	Health(ctx context.Context, opts ...cas.CallOption) (*cas.Health, error)
}

// Time limits of a probe. They are long, because a busy service may be slow to answer even a probe.
const (
	healthTime = 30 * time.Second
	pointTime  = time.Minute
)

// suspect tells the outage what a failed request says about the service. It is called with mu locked.
func (r *run) suspect(c *chunk, d diagnosis, err error) {
	now := time.Now()
	if d.away || d.stray {
		if c.strays++; c.strays == 1 {
			c.strayed = now
			if !isUnreachable(err) && d.after == 0 {
				return // one of several services may be away: the chunk is requested again at once
			}
		}
	}
	if d.uncertain() {
		r.trouble = err
	}
	switch {
	case d.away:
		if r.outage.Away(now, d.after) {
			r.giveUp()
		}
	case d.stray, d.timedOut && !r.outage.AnsweredSince(c.begun):
		r.outage.Suspect(now)
	case d.timedOut, d.failed:
		r.outage.Failed(now)
	}
	r.changed.Broadcast()
}

// giveUp ends the run because of an outage. It is called with mu locked.
func (r *run) giveUp() {
	since, _, _ := r.outage.Waiting()
	r.endWith(fmt.Errorf("%w for %s: %s: %w", ErrUnavailable, time.Since(since).Round(time.Second), whatItDoes(r.trouble), r.trouble))
}

// probe checks whether the service is up, by its health and by a request for one point.
func (r *run) probe(ctx context.Context) {
	err := r.lookAtHealth(ctx)
	if err == nil {
		err = r.askForPoint(ctx)
	}
	ended := ctx.Err() != nil
	r.mu.Lock()
	r.probing()
	r.probing = nil
	if !ended {
		r.probed(err)
	}
	r.changed.Broadcast()
	r.mu.Unlock()
	if !ended {
		r.tell(true)
	}
}

// probed tells the outage the result of a probe. It is called with mu locked.
func (r *run) probed(err error) {
	d := diagnosis{}
	if err != nil {
		d = diagnose(err, 1)
	}
	if d.uncertain() {
		r.trouble = err
	} else {
		r.there = time.Now()
	}
	if r.outage.Probed(time.Now(), !d.uncertain(), d.after) { // any other error is an answer
		r.giveUp()
	}
	if r.outage.Up() {
		return
	}
	for _, p := range r.doubtful {
		r.parked = append(r.parked, p)
		r.parkedBytes += p.bytes
	}
	r.doubtful = nil
}

// condemn settles features that failed again, now that the service is known to be up.
func (r *run) condemn(doubtful []parked) {
	for _, p := range doubtful {
		r.settleFailed([]*item{p.item}, p.err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight -= len(doubtful)
	r.changed.Broadcast()
}

// A probe tries again at once: behind a load balancer of which one service is away, every second request may fail, and always the same
// one of a probe's two.
var (
	retryProbe   = cas.WithCallRetry(cas.RetryPolicy{MaxAttempts: 2, MinBackoff: 100 * time.Millisecond, MaxBackoff: 100 * time.Millisecond})
	retryProbeIf = cas.WithRetryIf(func(e *cas.Error) bool {
		d := diagnose(e, 1)
		return (d.stray || d.away) && d.after == 0 && !isUnreachable(e)
	})
)

func (r *run) lookAtHealth(ctx context.Context) error {
	service, ok := r.service.(healthy)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	_, err := service.Health(ctx, retryProbe, retryProbeIf)
	if errors.Is(err, cas.ErrNotFound) {
		return nil // a gateway without this path
	}
	return err
}

// askForPoint requests a point of the last feature that was answered, or else that was read.
func (r *run) askForPoint(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pointTime)
	defer cancel()
	r.mu.Lock()
	request := r.point
	if request.Geometries == nil {
		var last *item
		if n := len(r.queue.order); n > 0 {
			last = r.queue.order[n-1]
		}
		request = r.pointRequest(last)
	}
	r.mu.Unlock()
	for _, err := range r.service.StreamBatch(ctx, request, retryProbe, retryProbeIf) {
		if err != nil {
			return err
		}
	}
	return nil
}

var firstPosition = regexp.MustCompile(`\[\s*(-?[0-9][0-9.eE+-]*)\s*,\s*(-?[0-9][0-9.eE+-]*)`)

// pointRequest returns a request for the first position of an item; nil is any point. Its text differs from that of every feature, so that
// its answer is not mistaken for a feature's. It is called with mu locked.
func (r *run) pointRequest(it *item) cas.BatchExtractRequest {
	lon, lat, asks := "0", "0", &r.slots[0]
	if it != nil {
		asks = it.slot
		text := it.feature.Geometry
		if m := firstPosition.FindSubmatch(text[:min(len(text), 200)]); m != nil {
			lon, lat = string(m[1]), string(m[2])
		}
	}
	point := fmt.Appendf(nil, `{"type": "Point", "coordinates": [%s, %s]}`, lon, lat)
	return cas.BatchExtractRequest{
		Geometries: []cas.GeometryLike{point}, DatasetIDs: asks.datasets,
		Aggregation: r.options.Aggregation, TimeRange: asks.timeRange, TargetCRS: r.options.TargetCRS,
	}
}

// whatItDoes says in a few words what a service that is away does.
func whatItDoes(err error) string {
	e, ok := errors.AsType[*cas.Error](err)
	switch {
	case err == nil:
		return "the service is away"
	case !ok:
		return "the service does not answer"
	case e.RetryAfter > 0:
		return fmt.Sprintf("the service asks to wait %s (%d)", e.RetryAfter.Round(time.Second), e.StatusCode)
	case errors.Is(err, cas.ErrMalformedResponse):
		return "the service's answers cannot be read"
	case e.StatusCode != 0:
		return fmt.Sprintf("the service answers %d", e.StatusCode)
	case isTimeout(err):
		return "the service does not answer in time"
	case isUnreachable(err):
		return "the service cannot be reached"
	default:
		return "the service drops connections"
	}
}
