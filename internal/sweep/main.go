// Command sweep measures whether bulk chooses its requests well: the same features are asked of the real service (two processes, cache
// off) with every size of request and number of requests in flight of a list, chosen by hand, and then as bulk chooses by itself.
//
//	go run ./internal/sweep -features 600 -repeat 2
//
// It prints the times, and exits 1 if bulk needs over 10 % more than the best choice by hand, or if a request timed out. It needs the
// Python environment that `make env` makes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

// settings are what is asked, of whom, and how often.
type settings struct {
	python, app   string
	workers       int
	features      int
	repeat        int
	sizes, flight []int
}

// tolerance is how much longer than the best choice by hand bulk may take.
const tolerance = 1.10

func main() {
	s := settings{sizes: []int{10, 30, 100}, flight: []int{1, 2, 4, 8}}
	flag.StringVar(&s.python, "python", filepath.Join(".venv", "service-0.4.0", "bin", "python"), "interpreter that has the service")
	flag.StringVar(&s.app, "app", filepath.Join("internal", "contract", "service", "app.py")+":create", "the service with local providers")
	flag.IntVar(&s.workers, "workers", 2, "processes of the service")
	flag.IntVar(&s.features, "features", 600, "features of a run")
	flag.IntVar(&s.repeat, "repeat", 2, "runs of each choice, of which the fastest counts")
	flag.Parse()
	good, err := sweep(context.Background(), s, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "sweep:", err)
	}
	if !good || err != nil {
		os.Exit(1)
	}
}

// sweep runs all choices and reports; it is true if bulk chose well.
func sweep(ctx context.Context, s settings, out io.Writer) (bool, error) {
	service, err := local.Start(ctx, local.Config{
		Python: s.python, App: s.app, Workers: s.workers, Env: []string{"CAS_RESULT_CACHE_TTL_S=0"},
	})
	if err != nil {
		return false, err
	}
	defer service.Close()
	features := catchments(s.features)
	if err := warmUp(ctx, service, features); err != nil {
		return false, err
	}
	choices := []choice{itself{most: slices.Max(s.flight)}}
	for _, size := range s.sizes {
		for _, flight := range s.flight {
			choices = append(choices, byHand{size: size, flight: flight})
		}
	}
	best := make([]result, len(choices))
	for round := range s.repeat {
		for i, c := range choices {
			client, err := service.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
			if err != nil {
				return false, err
			}
			started := time.Now()
			r, err := c.run(ctx, client, features)
			r.took = time.Since(started)
			client.Close()
			if err != nil {
				return false, fmt.Errorf("%s: %w", c, err)
			}
			fmt.Fprintf(out, "round %d  %-32s %6.2f s  %5.1f features/s  %4d requests  %d timed out\n",
				round+1, c, r.took.Seconds(), float64(s.features)/r.took.Seconds(), r.requests, r.timeouts)
			best[i] = best[i].or(r)
		}
	}
	return verdict(out, choices, best), nil
}

// warmUp lets every process of the service load what it loads with its first extraction.
func warmUp(ctx context.Context, service *local.Service, features []features.Feature) error {
	client, err := service.Client()
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = itself{most: 8}.run(ctx, client, features[:min(60, len(features))])
	return err
}

// verdict compares the first choice, bulk's own, with the fastest of the others.
func verdict(out io.Writer, choices []choice, best []result) bool {
	fastest := 1
	for i := range best[1:] {
		if best[i+1].took < best[fastest].took {
			fastest = i + 1
		}
	}
	ratio := best[0].took.Seconds() / best[fastest].took.Seconds()
	fmt.Fprintf(out, "\n%s: %.2f s; the best by hand (%s): %.2f s; ratio %.3f; %d timed out\n",
		choices[0], best[0].took.Seconds(), choices[fastest], best[fastest].took.Seconds(), ratio, best[0].timeouts)
	return ratio <= tolerance && best[0].timeouts == 0
}
