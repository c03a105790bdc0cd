package bulk

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// model simulates the times of a service. Each of its processes computes one geometry at a time; an upstream takes its time for each
// geometry, ten of a request at once.
type model struct {
	processes []chan struct{} // each computes one geometry at a time
	cost      func(position int) time.Duration
	upstream  time.Duration // waiting time of a geometry that is not computing
	overhead  time.Duration // of a request
	limit     time.Duration // after which a proxy gives up; 0 means never

	mu          sync.Mutex
	idle        []int     // processes of the idle connections
	connections int       // without those that were opened together with another
	opened      time.Time // the last that was counted
}

func newModel(processes int) *model {
	m := &model{cost: func(int) time.Duration { return 0 }, overhead: 5 * time.Millisecond}
	for range processes {
		m.processes = append(m.processes, make(chan struct{}, 1))
	}
	return m
}

// connect returns the process that a request goes to. A connection stays with its process, and the one that was used last is used first.
// The process with the fewest connections accepts a new one, but connections that are opened at once all go to the same process.
func (m *model) connect() (process int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := len(m.idle) - 1; last >= 0 {
		process, m.idle = m.idle[last], m.idle[:last]
		return process
	}
	const atOnce = 10 * time.Millisecond
	if now := time.Now(); m.connections == 0 || now.Sub(m.opened) >= atOnce {
		m.opened = now
		m.connections++
	}
	return m.connections % len(m.processes)
}

func (m *model) release(process int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle = append(m.idle, process)
}

// answer takes as long as the service would.
func (m *model) answer(ctx context.Context, positions []int) error {
	connection := m.connect()
	defer m.release(connection)
	process := m.processes[connection]
	began := time.Now()
	time.Sleep(m.overhead)
	ten := make(chan struct{}, 10)
	var all sync.WaitGroup
	for _, position := range positions {
		ten <- struct{}{}
		all.Go(func() {
			time.Sleep(m.upstream)
			process <- struct{}{}
			time.Sleep(m.cost(position))
			<-process
			<-ten
		})
	}
	all.Wait()
	if m.limit > 0 && time.Since(began) > m.limit {
		return status(504) // worse than a proxy that gives up: the service has worked to the end
	}
	return ctx.Err()
}

// byHand runs the features with a fixed size and concurrency.
func byHand(m *model, n, size, workers int) time.Duration {
	began := time.Now()
	chunks := make(chan []int)
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			time.Sleep(time.Duration(i) * 10 * time.Millisecond) // the best case: connections to all processes
			for positions := range chunks {
				_ = m.answer(context.Background(), positions)
			}
		})
	}
	for first := 0; first < n; first += size {
		var positions []int
		for i := first; i < min(first+size, n); i++ {
			positions = append(positions, i)
		}
		chunks <- positions
	}
	close(chunks)
	all.Wait()
	return time.Since(began)
}

// The self-chosen size and concurrency finish within 10 % of the best that a sweep by hand finds, for services of different kinds.
func TestAdaptationKeepsUpWithASweepByHand(t *testing.T) {
	for name, c := range map[string]struct {
		features int
		model    func() *model
	}{
		"two processes, computing": {2000, func() *model {
			m := newModel(2)
			m.cost = func(int) time.Duration { return 21 * time.Millisecond }
			return m
		}},
		"two processes, features unlike": {2000, func() *model {
			m := newModel(2)
			m.cost = func(p int) time.Duration { return time.Duration(1+p*7919%40) * time.Millisecond }
			return m
		}},
		"two processes, heavier towards the end": {3000, func() *model {
			m := newModel(2)
			m.cost = func(p int) time.Duration { return time.Duration(5+p/50) * time.Millisecond }
			return m
		}},
		"one process, computing": {1000, func() *model {
			m := newModel(1)
			m.cost = func(int) time.Duration { return 20 * time.Millisecond }
			return m
		}},
		"slow upstream": {3000, func() *model {
			m := newModel(2)
			m.upstream = 2 * time.Second
			return m
		}},
		"fast": {20000, func() *model {
			m := newModel(2)
			m.cost = func(int) time.Duration { return time.Millisecond }
			return m
		}},
	} {
		t.Run(name, func(t *testing.T) {
			best, bestOf := time.Duration(1<<62), ""
			for _, workers := range []int{1, 2, 4, 8} {
				for _, size := range []int{10, 20, 50, 100, 250, 500, 1000} {
					synctest.Test(t, func(*testing.T) {
						if took := byHand(c.model(), c.features, size, workers); took < best {
							best, bestOf = took, fmt.Sprintf("%d x %d", workers, size)
						}
					})
				}
			}
			synctest.Test(t, func(t *testing.T) {
				m := c.model()
				service := &fake{answer: m.answer}
				began := time.Now()
				outcomes, err := collect(Extract(t.Context(), service, someFeatures(c.features), Options{DatasetIDs: dataset, Concurrency: 8}))
				took := time.Since(began)
				require.NoError(t, err)
				require.Len(t, outcomes, c.features)
				t.Logf("%v, best by hand %v with %s: %+.1f %%; %d requests", took, best, bestOf, 100*(took.Seconds()/best.Seconds()-1), len(service.requests))
				assert.LessOrEqual(t, took.Seconds(), 1.1*best.Seconds())
			})
		})
	}
}
