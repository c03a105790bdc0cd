package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"sync"
	"time"

	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// tolerance is how far a simulation may be from its prediction.
const tolerance = 0.15

// A simulation is a plan, and the service to play it on.
type simulation struct {
	name    string
	machine machine
	plan    plan
	shared  bool // one service for all shards, with the rate limit; else one for each
}

// simulations are the two things that bound a run: the work of the service, and its limit. The rates are those of docs/scale.md;
// inputs are small so that it takes less than a minute.
var simulations = []simulation{
	{
		name: "16 shards, a process each, uncached", machine: machine{results: uncached, overhead: 5 * time.Millisecond},
		plan: plan{features: 1920, datasets: 10, shards: 16, processes: 16, request: 5 * time.Second},
	},
	{
		name: "8 shards on 4 processes, uncached", machine: machine{results: uncached, overhead: 5 * time.Millisecond},
		plan: plan{features: 640, datasets: 5, shards: 8, processes: 4, request: 5 * time.Second},
	},
	{
		name: "4 shards, a process each, tuned", machine: machine{results: tuned, overhead: 5 * time.Millisecond},
		plan: plan{features: 30_000, datasets: 10, shards: 4, processes: 4, request: 5 * time.Second},
	},
	{
		name: "4 shards, 120 requests a minute", machine: machine{results: cached, overhead: 5 * time.Millisecond},
		plan:   plan{features: 20_000, datasets: 5, shards: 4, processes: 4, request: 2 * time.Second, perMinute: 120},
		shared: true,
	},
}

// uncached and cached are results a second of one service process as shipped, tuned those of one that package local has made fast and that
// has nothing cached, as measured: docs/scale.md.
const (
	uncached = 41.0
	tuned    = 2800.0
	cached   = 6700.0
)

func simulate(ctx context.Context, w io.Writer) error {
	worst := 0.0
	for _, s := range simulations {
		before, err := s.calibrate(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		took, requests, err := s.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		after, err := s.calibrate(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		played := s.machine
		played.results = 2 / (1/before + 1/after)
		predicted := played.predict(s.plan)
		off := predicted.time.Seconds()/took.Seconds() - 1
		worst = max(worst, math.Abs(off))
		fmt.Fprintf(w, "%-36s %5.0f results/s: played at %5.0f   predicted %6.1f s, %4d requests   simulated %6.1f s, %4d requests   off by %+.1f %%\n",
			s.name, s.machine.results, played.results, predicted.time.Seconds(), predicted.requests, took.Seconds(), requests, 100*off)
	}
	if worst > tolerance {
		return fmt.Errorf("a prediction is off by %.1f %%, more than %.0f %%", 100*worst, 100*tolerance)
	}
	return nil
}

// calibration is about how long a measurement of castest takes; ten features are the least.
const calibration = 2 * time.Second

// calibrate measures how many results a second each process of the plan gives here and now, by one batch for each, all at the same time.
// castest sleeps as it is told, but it also computes, on a machine that others may use.
func (s simulation) calibrate(ctx context.Context) (results float64, err error) {
	s.shared = false
	n := min(mostFeatures, mostResults/s.plan.datasets, leastBatch*max(1, int(calibration/s.latency())))
	var request cas.BatchExtractRequest
	for f := range squares(0, n) {
		request.Geometries = append(request.Geometries, f.Geometry)
	}
	ids, options := s.service()
	request.DatasetIDs = ids
	took, errs := make([]time.Duration, s.plan.processes), make([]error, s.plan.processes)
	var processes sync.WaitGroup
	for i := range s.plan.processes {
		processes.Go(func() {
			server := castest.NewServer(options...)
			defer server.Close()
			client := server.Client()
			defer client.Close()
			started := time.Now()
			for _, err := range client.StreamBatch(ctx, request) {
				if err != nil {
					errs[i] = err
					return
				}
			}
			took[i] = time.Since(started) - s.machine.overhead
		})
	}
	processes.Wait()
	var all time.Duration
	for _, d := range took {
		all += d
	}
	return float64(n*s.plan.datasets*s.plan.processes) / all.Seconds(), errors.Join(errs...)
}

// latency is how long castest takes for ten features, so that it gives as many results a second as the machine.
func (s simulation) latency() time.Duration {
	return time.Duration(leastBatch * float64(s.plan.datasets) / s.machine.results * float64(time.Second))
}

// service is the datasets of a process, and the options of a castest that plays it.
func (s simulation) service() (ids []string, options []castest.Option) {
	options = []castest.Option{castest.WithRecording(0), castest.WithLatency(s.latency())}
	for i := range s.plan.datasets {
		ids = append(ids, fmt.Sprintf("scale:dataset_%d", i))
		options = append(options, castest.WithDatasets(castest.Constant(ids[i], cas.NumberValue(1))))
	}
	if s.shared {
		options = append(options, castest.WithRateLimit(s.plan.perMinute))
	}
	return ids, options
}

// run plays the plan: each shard is a client and package bulk, each service process castest with a latency that makes it give as many
// results a second as measured to a client that sends one request at a time, ten geometries of which are worked on at once.
func (s simulation) run(ctx context.Context) (took time.Duration, requests int, err error) {
	ids, options := s.service()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	common := ""
	if s.shared {
		server := castest.NewServer(options...)
		defer server.Close()
		common = server.URL()
	}
	free := make(chan struct{}, s.plan.processes)
	counts := make([]int, s.plan.shards)
	errs := make([]error, s.plan.shards)
	var tasks sync.WaitGroup
	started := time.Now()
	for i := range s.plan.shards {
		tasks.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			url := common
			if url == "" {
				server := castest.NewServer(options...)
				defer server.Close()
				url = server.URL()
			}
			if counts[i], errs[i] = s.task(ctx, url, shard.Shard{Number: i + 1, Of: s.plan.shards}, ids); errs[i] != nil {
				cancel()
			}
		})
	}
	tasks.Wait()
	took = time.Since(started)
	for i := range counts {
		requests += counts[i]
		if errs[i] != nil && err == nil {
			err = errs[i]
		}
	}
	return took, requests, err
}

// task is one shard's run.
func (s simulation) task(ctx context.Context, url string, part shard.Shard, ids []string) (requests int, err error) {
	var options []cas.Option
	if s.plan.perMinute > 0 {
		options = append(options, cas.WithRequestsPerMinute(s.plan.perMinute/s.plan.shards))
	}
	client, err := cas.NewClient(url, options...)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	first, end := part.Range(s.plan.features)
	o := bulk.Options{
		DatasetIDs: ids, Concurrency: 1, RequestTime: s.plan.request, Total: end - first,
		Progress: func(p bulk.Progress) { requests = p.Requests },
	}
	n := 0
	for outcome, err := range bulk.Extract(ctx, client, part.Select(squares(0, s.plan.features), s.plan.features), o) {
		if err == nil {
			err = outcome.Err
		}
		if err != nil {
			return requests, err
		}
		n++
	}
	if n != end-first {
		return requests, fmt.Errorf("%d outcomes of %d features", n, end-first)
	}
	return requests, nil
}

// squares are n features from a first one, each of its own geometry.
func squares(first, n int) iter.Seq2[features.Feature, error] {
	return func(yield func(features.Feature, error) bool) {
		for i := first; i < first+n; i++ {
			lon, lat := west+float64(i%1000)*1e-4, south+float64(i/1000)*1e-4
			f := features.Feature{ID: fmt.Sprint(i), Index: i, Geometry: []byte(polygon(lon, lat, 0.001))}
			if !yield(f, nil) {
				return
			}
		}
	}
}
