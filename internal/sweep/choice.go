package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/features"

	"golang.org/x/sync/errgroup"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

// dataset is one that the elevation model answers.
const dataset = "local_dem:elevation"

// A choice is a way to divide features into requests.
type choice interface {
	fmt.Stringer
	run(context.Context, *cas.Client, []features.Feature) (result, error)
}

// result is how a run went.
type result struct {
	took     time.Duration
	requests int
	timeouts int // of all runs
}

// or is the faster of two runs; the zero result is of none.
func (r result) or(other result) result {
	timeouts := r.timeouts + other.timeouts
	if r.took == 0 || other.took < r.took {
		r = other
	}
	r.timeouts = timeouts
	return r
}

// byHand is requests of one size, so many in flight.
type byHand struct{ size, flight int }

func (c byHand) String() string {
	return fmt.Sprintf("by hand: %d features, %d in flight", c.size, c.flight)
}

func (c byHand) run(ctx context.Context, client *cas.Client, all []features.Feature) (result, error) {
	var r result
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(c.flight)
	for part := range slices.Chunk(all, c.size) {
		r.requests++
		group.Go(func() error {
			request := cas.BatchExtractRequest{DatasetIDs: []string{dataset}}
			for _, f := range part {
				request.Geometries = append(request.Geometries, f.Geometry)
			}
			answer, err := client.BatchExtract(ctx, request)
			if err == nil && len(answer.Responses) != len(part) {
				err = errors.New("the answer is short")
			}
			return err
		})
	}
	return r, group.Wait()
}

// itself is as bulk chooses, up to a number of requests in flight.
type itself struct{ most int }

func (c itself) String() string { return fmt.Sprintf("by itself, at most %d in flight", c.most) }

func (c itself) run(ctx context.Context, client *cas.Client, all []features.Feature) (result, error) {
	var r result
	var requests atomic.Int64
	each := func(yield func(features.Feature, error) bool) {
		for _, f := range all {
			if !yield(f, nil) {
				return
			}
		}
	}
	options := bulk.Options{
		DatasetIDs: []string{dataset}, Concurrency: c.most, Total: len(all),
		Progress: func(p bulk.Progress) { requests.Store(int64(p.Requests)) },
	}
	for outcome, err := range bulk.Extract(ctx, client, each, options) {
		if err != nil {
			return r, err
		}
		if outcome.Err == nil {
			continue
		}
		if !errors.Is(outcome.Err, context.DeadlineExceeded) {
			return r, outcome.Err
		}
		r.timeouts++
	}
	r.requests = int(requests.Load())
	return r, nil
}

// catchments are random polygons of some hundred pixels on the elevation model, always the same.
func catchments(n int) []features.Feature {
	random := rand.New(rand.NewPCG(2026, 11))
	all := make([]features.Feature, n)
	for i := range all {
		x, y := -84.37+0.25*random.Float64(), 36.19+0.22*random.Float64()
		const corners = 12
		ring := make([][2]float64, corners+1)
		for k := range corners {
			radius, angle := 0.005+0.015*random.Float64(), 2*math.Pi*float64(k)/corners
			ring[k] = [2]float64{x + radius*math.Cos(angle), y + radius*math.Sin(angle)}
		}
		ring[corners] = ring[0]
		polygon := cas.Polygon(ring)
		all[i] = features.Feature{
			ID: fmt.Sprint(i), Index: i, Geometry: fmt.Appendf(nil, `{"type":"Polygon","coordinates":%s}`, polygon.Coordinates),
		}
	}
	return all
}
