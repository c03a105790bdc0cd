package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

const maxAttempts = 4

// settings are how long, how many and how bad.
type settings struct {
	length  time.Duration
	workers int
	share   float64 // of requests that meet a fault
}

func main() {
	var s settings
	flag.DurationVar(&s.length, "for", 2*time.Minute, "how long to go on")
	flag.IntVar(&s.workers, "workers", 32, "calls at a time")
	flag.Float64Var(&s.share, "share", 0.3, "share of requests that meet a fault")
	flag.Parse()
	if !soak(context.Background(), s, os.Stdout) {
		os.Exit(1)
	}
}

// soak runs and reports; it is true if all was well.
func soak(ctx context.Context, s settings, out io.Writer) bool {
	castest.NewServer().Close() // what the first use of the network opens for good is no leak
	goroutines, files := runtime.NumGoroutine(), openFiles()
	l := newLedger()
	calls := run(ctx, s, l)

	leakedGoroutines := settled(func() int { return runtime.NumGoroutine() - goroutines })
	leakedFiles := settled(func() int { return openFiles() - files })
	report(out, s, l, calls)
	fmt.Fprintf(out, "%8d goroutines leaked\n%8d files and connections leaked\n", leakedGoroutines, leakedFiles)
	if leakedGoroutines > 0 {
		_ = pprof.Lookup("goroutine").WriteTo(out, 1)
	}
	return len(l.wrong) == 0 && len(l.faults) == 0 && leakedGoroutines <= 0 && leakedFiles <= 0
}

// run asks until the time is up, and returns the number of calls.
func run(ctx context.Context, s settings, l *ledger) int64 {
	server := castest.NewServer(castest.WithRecording(0), castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: dataset},
		Answer:  echo,
	}))
	defer server.Close()
	server.FailWith(func(r *http.Request) *castest.Fault {
		k := pick(s.share)
		l.met(r, k)
		if k == nil {
			return nil
		}
		return &k.fault
	})
	client := server.Client(cas.WithTimeout(attemptTimeout), cas.WithMaxResponseBytes(maxBytes),
		cas.WithRetry(cas.RetryPolicy{MaxAttempts: maxAttempts, MinBackoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond}))
	defer client.Close()

	var next atomic.Int64
	var workers sync.WaitGroup
	end := time.Now().Add(s.length)
	for range s.workers {
		workers.Go(func() {
			for time.Now().Before(end) {
				id := next.Add(1)
				w := ways[rand.IntN(len(ways))]
				wrong, err := w.ask(ctx, client, id)
				l.settle(id, w, wrong, err)
			}
		})
	}
	workers.Wait()
	return next.Load()
}

// echo answers with the number that the point carries.
func echo(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
	var lon, lat float64
	if _, err := fmt.Sscanf(string(q.Geometry.Coordinates), "[%g,%g]", &lon, &lat); err != nil {
		return cas.AttributeResult{}, err
	}
	return cas.AttributeResult{Value: cas.NumberValue(float64(numberOf(lon, lat)))}, nil
}

func report(out io.Writer, s settings, l *ledger, calls int64) {
	fmt.Fprintf(out, "%8d calls by %d workers in %v\n", calls, s.workers, s.length)
	for _, list := range []struct {
		of     string
		counts map[string]int
	}{{"calls", l.ends}, {"requests", l.counts}} {
		for _, name := range sortedByCount(list.counts) {
			fmt.Fprintf(out, "%8d %s: %s\n", list.counts[name], list.of, name)
		}
	}
	fmt.Fprintf(out, "%8d wrong\n%8d lost\n", len(l.wrong), len(l.faults))
	for _, complaint := range l.wrong[:min(len(l.wrong), 20)] {
		fmt.Fprintln(out, "  ", complaint)
	}
}

func sortedByCount(counts map[string]int) []string {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return counts[b] - counts[a] })
	return names
}

// settled waits for what ends by itself, such as a connection that is being closed, and gives what stays.
func settled(count func() int) int {
	for range 50 {
		if count() <= 0 {
			return 0
		}
		time.Sleep(100 * time.Millisecond)
	}
	return count()
}

// openFiles counts files and connections where the system tells, which is on Linux.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}
