package bulk

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSizerDoublesUpToItsTarget(t *testing.T) {
	t.Parallel()
	s := newSizer(1000, 1<<20, 20*time.Second)
	var sizes []int
	for range 8 { // 50 ms a feature: 400 take 20 s
		sizes = append(sizes, s.size)
		s.answered(s.size, time.Duration(s.size)*50*time.Millisecond, false)
	}
	assert.Equal(t, []int{10, 20, 40, 80, 160, 320, 400, 400}, sizes)

	s.answered(200, 40*time.Second, false)
	assert.Less(t, s.size, 250, "features that take longer make requests smaller")
	size := s.size
	s.answered(s.size/2, time.Millisecond, false)
	s.answered(s.size/2, time.Millisecond, false)
	assert.LessOrEqual(t, s.size, size, "requests that were begun when it was smaller do not make it grow")
}

func TestSizerWaitsForTheLimit(t *testing.T) {
	t.Parallel()
	s := newSizer(1000, 1<<20, 20*time.Second)
	s.answered(10, 2*time.Second, true)
	assert.Equal(t, 10, s.size, "a long request does not become longer while concurrency is sought")
	s.answered(10, 100*time.Millisecond, true)
	assert.Equal(t, 20, s.size)
}

func TestSizerFallsBack(t *testing.T) {
	t.Parallel()
	s := newSizer(1000, 1000, 20*time.Second)
	for range 6 {
		s.answered(s.size, time.Millisecond, false)
	}
	require.Equal(t, 640, s.size)
	s.failed(640)
	assert.Equal(t, 320, s.size)
	s.failed(640)
	assert.Equal(t, 320, s.size, "one begun before says nothing new")
	s.timedOut(320, 12*time.Second)
	assert.Equal(t, 4*time.Second, s.target, "a third of what was too long")
	assert.LessOrEqual(t, s.size, 160)
	size := s.size
	s.answered(s.size, time.Millisecond, false)
	assert.LessOrEqual(t, s.size, size+size/4+1, "no more doubling")
	s.timedOut(1, 0)
	assert.Equal(t, leastTarget, s.target)
	s.tooLarge(1000)
	s.tooLarge(1000)
	assert.Equal(t, 500, s.bytes)
	s.tooLarge(1)
	assert.Equal(t, 1, s.bytes)
}

// Whatever happens, both stay within their bounds.
func TestControllersStayWithinTheirBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 1000).Draw(t, "most")
		s := newSizer(most, 1000, 20*time.Second)
		l := newLimiter(rapid.IntRange(1, 64).Draw(t, "workers"))
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			n := rapid.IntRange(1, most).Draw(t, "n")
			took := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took"))
			epoch := l.epoch - rapid.IntRange(0, 1).Draw(t, "ago")
			switch rapid.IntRange(0, 4).Draw(t, "event") {
			case 0:
				s.failed(n)
				l.overloaded(epoch)
			case 1:
				s.timedOut(n, took)
				l.overloaded(epoch)
			case 2:
				s.tooLarge(n)
			default:
				s.answered(n, took, l.starting)
				l.answered(epoch, n, took)
			}
			require.GreaterOrEqual(t, s.size, 1)
			require.LessOrEqual(t, s.size, most)
			require.GreaterOrEqual(t, s.bytes, 1)
			require.GreaterOrEqual(t, l.limit, 1)
			require.LessOrEqual(t, l.limit, l.most)
			share := share(s.size, n, l.limit)
			require.GreaterOrEqual(t, share, 1)
			require.LessOrEqual(t, share, s.size)
		}
	})
}

// measured feeds the limiter whole measurements of a service that takes so many seconds a feature at a limit.
func measured(l *limiter, times int, seconds func(limit int) float64) (limits []int) {
	for range times {
		epoch, limit := l.epoch, l.limit
		for range limit {
			l.answered(epoch, 10, time.Duration(10*seconds(limit)*float64(time.Second)))
		}
		limits = append(limits, l.limit)
	}
	return limits
}

// computing is a service of some processes that compute.
func computing(processes int, cost float64) func(limit int) float64 {
	return func(limit int) float64 { return cost * max(1, float64(limit)/float64(processes)) }
}

func TestLimiterFindsTheProcesses(t *testing.T) {
	t.Parallel()
	l := newLimiter(32)
	assert.Equal(t, []int{4, 8, 16, 16, 16}, measured(&l, 5, computing(8, 0.02)), "the first that brings no more stays")
	measured(&l, 200, computing(8, 0.02))
	assert.Equal(t, 16, l.limit, "trying more does not pay")

	measured(&l, 200, computing(32, 0.02))
	assert.GreaterOrEqual(t, l.limit, 28, "the service has more processes now")

	l = newLimiter(4)
	assert.Equal(t, []int{4, 4, 4}, measured(&l, 3, computing(8, 0.02)))
	l = newLimiter(1)
	assert.Equal(t, []int{1, 1, 1}, measured(&l, 3, computing(8, 0.02)))
}

func TestLimiterTellsHeavyFeaturesFromACrowd(t *testing.T) {
	t.Parallel()
	l := newLimiter(8)
	measured(&l, 10, computing(8, 0.02))
	require.Equal(t, 8, l.limit)
	measured(&l, 40, computing(8, 0.2))
	assert.GreaterOrEqual(t, l.limit, 6, "fewer requests would not make them faster")

	// A service that slows down by more than the requests in flight gets fewer of them.
	thrashing := func(limit int) float64 { return 0.2 * float64(limit*limit) }
	measured(&l, 20, thrashing)
	assert.LessOrEqual(t, l.limit, 4)
}

func TestLimiterComesBackAfterAnOverload(t *testing.T) {
	t.Parallel()
	l := newLimiter(8)
	measured(&l, 10, computing(8, 0.02))
	epoch := l.epoch
	l.overloaded(epoch)
	require.Equal(t, 4, l.limit)
	l.overloaded(epoch)
	require.Equal(t, 4, l.limit, "all that was in flight fails together, and counts once")
	assert.Equal(t, []int{5, 6, 7, 8, 8}, measured(&l, 5, computing(8, 0.02)))
}

// A proxy that gives up after some seconds is met a few times and then kept clear of.
func TestAdaptationKeepsClearOfTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(2)
		m.cost = func(int) time.Duration { return 40 * time.Millisecond }
		m.limit = 10 * time.Second
		var timeouts atomic.Int64
		service := &fake{answer: func(ctx context.Context, positions []int) error {
			err := m.answer(ctx, positions)
			if err != nil {
				timeouts.Add(1)
			}
			return err
		}}
		outcomes, err := collect(Extract(t.Context(), service, features(5000), Options{DatasetIDs: dataset}))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 5000))
		assert.LessOrEqual(t, timeouts.Load(), int64(8))
		t.Logf("%d timeouts in %d requests", timeouts.Load(), len(service.requests))
	})
}

// A service that refuses more than three requests at a time is not asked for more for long.
func TestAdaptationBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inFlight, refused atomic.Int64
		service := &fake{answer: func(ctx context.Context, positions []int) error {
			defer inFlight.Add(-1)
			if inFlight.Add(1) > 3 {
				refused.Add(1)
				return status(503)
			}
			return wait(ctx, time.Duration(len(positions))*10*time.Millisecond)
		}}
		o := Options{DatasetIDs: dataset, Concurrency: 16, BatchSize: 20}
		outcomes, err := collect(Extract(t.Context(), service, features(5000), o))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 5000))
		t.Logf("%d of %d requests refused", refused.Load(), len(service.requests))
		assert.Less(t, refused.Load(), int64(len(service.requests)/4))
	})
}
