package bulk

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

// healthy is an Extractor that can be asked whether the service is there.
type healthy interface {
	Health(ctx context.Context, opts ...cas.CallOption) (*cas.Health, error)
}

// Time limits of a probe: a service that computes may be slow to answer even these.
const (
	healthTime = 30 * time.Second
	pointTime  = time.Minute
)

// suspect takes in what a request that failed says about the service. It is called with mu locked.
func (r *run) suspect(c *chunk, d diagnosis, err error) {
	now := time.Now()
	over := false
	switch {
	case d.away:
		c.strays++
		r.trouble = err
		over = r.outage.Away(now, d.after)
	case d.stray:
		if c.strays++; c.strays == 1 {
			c.strayed = now
		}
		r.trouble = err
		r.outage.Suspect(now)
	case d.timedOut && !r.outage.AnsweredSince(c.begun):
		r.trouble = err
		r.outage.Suspect(now)
	case d.timedOut, d.failed:
		r.trouble = err
		r.outage.Failed(now)
	}
	if over {
		r.giveUp()
	}
	r.changed.Broadcast()
}

// up takes in that the service has answered. It is called with mu locked.
func (r *run) up() {
	r.outage.Answered(time.Now())
	r.changed.Broadcast()
}

// giveUp ends the run because of an outage. It is called with mu locked.
func (r *run) giveUp() {
	since, _, _ := r.outage.Waiting()
	r.endWith(fmt.Errorf("%w for %s: %s: %w", ErrUnavailable, time.Since(since).Round(time.Second), whatItDoes(r.trouble), r.trouble))
}

// probe looks whether the service is there, by its health and by a request that is as small as can be.
func (r *run) probe(ctx context.Context) {
	err := r.lookAtHealth(ctx)
	if err == nil {
		err = r.askForPoint(ctx)
	}
	ended := ctx.Err() != nil
	r.mu.Lock()
	r.probing()
	r.probing = nil
	if ended {
		r.changed.Broadcast()
		r.mu.Unlock()
		return
	}
	d := diagnosis{}
	if err != nil {
		d = diagnose(err, 1)
	}
	away := d.away || d.stray || d.failed || d.timedOut // anything else is an answer
	if away {
		r.trouble = err
	} else {
		r.there = time.Now()
	}
	if r.outage.Probed(time.Now(), !away, d.after) {
		r.giveUp()
	}
	if !r.outage.Up() {
		r.parked = append(r.parked, r.doubtful...)
		for _, p := range r.doubtful {
			r.parkedBytes += p.bytes
		}
		r.doubtful = nil
	}
	r.changed.Broadcast()
	r.mu.Unlock()
	r.tell(true)
}

// condemn settles features that failed once more, now that the service is known to be there.
func (r *run) condemn(doubtful []parked) {
	for _, p := range doubtful {
		r.settleFailed([]*item{p.item}, p.err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight -= len(doubtful)
	r.changed.Broadcast()
}

func (r *run) lookAtHealth(ctx context.Context) error {
	service, ok := r.service.(healthy)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	_, err := service.Health(ctx, cas.WithRetryIf(never))
	if errors.Is(err, cas.ErrNotFound) {
		return nil // a gateway without this path
	}
	return err
}

// askForPoint asks for a point of a feature that was answered, or is to be.
func (r *run) askForPoint(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pointTime)
	defer cancel()
	r.mu.Lock()
	at := r.known
	if at == nil && len(r.queue.order) > 0 {
		at = r.queue.order[len(r.queue.order)-1].sample()
	}
	r.mu.Unlock()
	asks := &r.slots[0]
	if at != nil {
		asks = at.slot
	}
	request := cas.BatchExtractRequest{
		Geometries: []cas.GeometryLike{at.point()}, DatasetIDs: asks.datasets,
		Aggregation: r.options.Aggregation, TimeRange: asks.timeRange, TargetCRS: r.options.TargetCRS,
	}
	for _, err := range r.service.StreamBatch(ctx, request, cas.WithRetryIf(never)) {
		if err != nil {
			return err
		}
	}
	return nil
}

var firstPosition = regexp.MustCompile(`\[\s*(-?[0-9][0-9.eE+-]*)\s*,\s*(-?[0-9][0-9.eE+-]*)`)

// sample is the start of an item's geometry, enough to find a position in.
func (it *item) sample() *item {
	text := it.feature.Geometry
	own := *it
	own.feature.Geometry = append([]byte(nil), text[:min(len(text), 200)]...)
	own.before, own.outcome = nil, Outcome{}
	return &own
}

// point is the first position of an item's geometry. It differs from the text of every feature, so that no answer is mistaken for one.
func (it *item) point() []byte {
	lon, lat := "0", "0"
	if it != nil {
		if m := firstPosition.FindSubmatch(it.feature.Geometry); m != nil {
			lon, lat = string(m[1]), string(m[2])
		}
	}
	return fmt.Appendf(nil, `{"type": "Point", "coordinates": [%s, %s]}`, lon, lat)
}

// whatItDoes says in some words what a service that is away does.
func whatItDoes(err error) string {
	var e *cas.Error
	switch {
	case err == nil:
		return "the service is away"
	case !errors.As(err, &e):
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
