package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

const callers = 64

// call does the work of a case once, and visits every result: it gives their number and the sum of those that are numbers.
type call func() (results int, checksum float64, err error)

// runClient repeats one case by one client and prints what it measured. Arguments: client, case, URL, seconds, calls.
// BENCH_PROFILE names a file for a CPU profile.
func runClient(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("wants client, case, URL, seconds and calls, not %q", args)
	}
	makers := map[string]func(kind, url string) (call, error){ours: oursCall, naiveC: naiveCall, raw: rawCall}
	maker, ok := makers[args[0]]
	if !ok {
		return fmt.Errorf("there is no client %q", args[0])
	}
	once, err := maker(args[1], args[2])
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseFloat(args[3], 64)
	if err != nil {
		return err
	}
	calls, err := strconv.Atoi(args[4])
	if err != nil {
		return err
	}
	concurrently := 1
	if args[1] == "concurrent" {
		concurrently = callers
	}
	if name := os.Getenv("BENCH_PROFILE"); name != "" {
		end, err := profile(name)
		if err != nil {
			return err
		}
		defer end()
	}
	s, err := repeat(once, concurrently, time.Duration(seconds*float64(time.Second)), calls)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(s)
}

// profile writes a CPU profile, for `go tool pprof`.
func profile(name string) (end func(), err error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

// repeat calls, after once to warm up, for a time or, if calls is not 0, so often.
func repeat(once call, concurrently int, d time.Duration, calls int) (sample, error) {
	if _, _, err := once(); err != nil {
		return sample{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	started, cpuBefore := time.Now(), cpuSeconds()
	parts, failures := make([]sample, concurrently), make([]error, concurrently)
	var wg sync.WaitGroup
	for i := range concurrently {
		wg.Go(func() {
			part := &parts[i]
			for part.Calls < calls || (calls == 0 && time.Since(started) < d) {
				results, checksum, err := once()
				if err != nil {
					failures[i] = err
					return
				}
				part.Calls++
				part.Results += results
				part.Checksum += checksum
			}
		})
	}
	wg.Wait()
	s := sample{Wall: time.Since(started).Seconds(), CPU: cpuSeconds() - cpuBefore, RSS: peakRSS()}
	runtime.ReadMemStats(&after)
	s.Mallocs = after.Mallocs - before.Mallocs
	for i, part := range parts {
		if failures[i] != nil {
			return sample{}, failures[i]
		}
		s.Calls += part.Calls
		s.Results += part.Results
		s.Checksum += part.Checksum
	}
	return s, nil
}
