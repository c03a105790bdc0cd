package main

import (
	"fmt"
	"io"
	"math"
	"time"
)

// A machine is what was measured: see measure.go, and docs/scale.md for the numbers.
type machine struct {
	results  float64       // a second, of one service process
	start    time.Duration // of a task, until its service answers
	overhead time.Duration // of a request, beyond the work on its features
}

// A plan is a run to predict.
type plan struct {
	features, datasets int
	shards             int           // tasks
	processes          int           // service processes at work at the same time, one for each running task
	request            time.Duration // how long a request should take: bulk.Options.RequestTime
	perMinute          int           // requests that all shards together may send to a shared service; 0 is no limit
	geometryBytes      float64       // of a feature
	resultBytes        float64       // of a result
}

// A prediction is what a run takes.
type prediction struct {
	time           time.Duration
	requests       int
	sent, received float64 // bytes
}

// Limits of a request in package bulk.
const (
	mostFeatures = 1000
	mostResults  = 10_000
	leastBatch   = 10 // features that the service works on at a time; bulk starts with as many
)

// predict is the model. A shard takes its start, then its results at the rate of its service process, and an overhead for each
// request; shards that find no process free wait for the next wave. A limit of requests a minute is a floor.
func (m machine) predict(p plan) prediction {
	perShard := int(math.Ceil(float64(p.features) / float64(p.shards)))
	cost := float64(p.datasets) / m.results // seconds a feature
	largest := min(mostFeatures, mostResults/p.datasets, max(leastBatch, int(p.request.Seconds()/cost)))
	requests, rounds := batches(perShard, largest/leastBatch*leastBatch)

	waves := math.Ceil(float64(p.shards) / float64(p.processes))
	work := time.Duration(float64(rounds) * leastBatch * cost * float64(time.Second))
	shard := m.start + work + time.Duration(requests)*m.overhead
	all := prediction{
		time: time.Duration(waves) * shard, requests: requests * p.shards,
		sent: float64(p.features) * p.geometryBytes, received: float64(p.features*p.datasets) * p.resultBytes,
	}
	if p.perMinute > 0 {
		// Paced evenly: the first request goes at once.
		paced := time.Duration(float64(all.requests-p.shards) / float64(p.perMinute) * float64(time.Minute))
		all.time = max(all.time, paced+time.Duration(waves)*m.start)
	}
	return all
}

// batches counts the requests of a shard, which double from ten features to the largest and become smaller towards the end, as
// package bulk sends them, and the rounds of ten features that the service works on at a time.
func batches(features, largest int) (requests, rounds int) {
	for size := leastBatch; features > 0; size = min(2*size, largest) {
		n := min(features, size, max(leastBatch, features/2/leastBatch*leastBatch))
		features -= n
		requests++
		rounds += (n + leastBatch - 1) / leastBatch
	}
	return requests, rounds
}

func (p prediction) print(w io.Writer, name string) {
	fmt.Fprintf(w, "%-34s %10s  %10d requests  %8s sent  %8s received\n", name, p.time.Round(100*time.Millisecond), p.requests, amount(p.sent), amount(p.received))
}

func amount(n float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB"} {
		if n < 1000 {
			return fmt.Sprintf("%.3g %s", n, unit)
		}
		n /= 1000
	}
	return fmt.Sprintf("%.3g TB", n)
}
