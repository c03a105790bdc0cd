package pace_test

import (
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/internal/pace"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSizerDoublesUpToItsTarget(t *testing.T) {
	t.Parallel()
	s := pace.NewSizer(1000, 1<<20, 20*time.Second)
	var sizes []int
	for range 8 { // 50 ms a feature: 400 take 20 s
		sizes = append(sizes, s.Size)
		s.Answered(s.Size, time.Duration(s.Size)*50*time.Millisecond, false)
	}
	assert.Equal(t, []int{10, 20, 40, 80, 160, 320, 400, 400}, sizes)

	s.Answered(200, 40*time.Second, false)
	assert.Less(t, s.Size, 250, "features that take longer make requests smaller")
	size := s.Size
	s.Answered(s.Size/2, time.Millisecond, false)
	s.Answered(s.Size/2, time.Millisecond, false)
	assert.LessOrEqual(t, s.Size, size, "requests that were begun when it was smaller do not make it grow")
}

func TestSizerWaitsForTheLimit(t *testing.T) {
	t.Parallel()
	s := pace.NewSizer(1000, 1<<20, 20*time.Second)
	s.Answered(10, 2*time.Second, true)
	assert.Equal(t, 10, s.Size, "a long request does not become longer while concurrency is sought")
	s.Answered(10, 100*time.Millisecond, true)
	assert.Equal(t, 20, s.Size)
}

func TestSizerFallsBack(t *testing.T) {
	t.Parallel()
	s := pace.NewSizer(1000, 1000, 20*time.Second)
	for range 6 {
		s.Answered(s.Size, time.Millisecond, false)
	}
	require.Equal(t, 640, s.Size)
	s.Failed(640)
	assert.Equal(t, 320, s.Size)
	s.Failed(640)
	assert.Equal(t, 320, s.Size, "one begun before says nothing new")
	s.TimedOut(320, 12*time.Second)
	assert.Equal(t, 4*time.Second, s.Target, "a third of what was too long")
	assert.LessOrEqual(t, s.Size, 160)
	size := s.Size
	s.Answered(s.Size, time.Millisecond, false)
	assert.LessOrEqual(t, s.Size, size+size/4+1, "no more doubling")
	s.TimedOut(1, 0)
	assert.Equal(t, time.Second, s.Target)
	s.TooLarge(1000)
	s.TooLarge(1000)
	assert.Equal(t, 500, s.Bytes)
	s.TooLarge(1)
	assert.Equal(t, 1, s.Bytes)
}

// Sizer and Limiter stay within their bounds for any sequence of events.
func TestControllersStayWithinTheirBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 1000).Draw(t, "most")
		s := pace.NewSizer(most, 1000, 20*time.Second)
		workers := rapid.IntRange(1, 64).Draw(t, "workers")
		l := pace.NewLimiter(workers)
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			n := rapid.IntRange(1, most).Draw(t, "n")
			took := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took"))
			epoch := l.Epoch - rapid.IntRange(0, 1).Draw(t, "ago")
			switch rapid.IntRange(0, 4).Draw(t, "event") {
			case 0:
				s.Failed(n)
				l.Overloaded(epoch)
			case 1:
				s.TimedOut(n, took)
				l.Overloaded(epoch)
			case 2:
				s.TooLarge(n)
			default:
				s.Answered(n, took, l.Starting)
				l.Answered(epoch, n, took)
			}
			require.GreaterOrEqual(t, s.Size, 1)
			require.LessOrEqual(t, s.Size, most)
			require.GreaterOrEqual(t, s.Bytes, 1)
			require.GreaterOrEqual(t, l.Limit, 1)
			require.LessOrEqual(t, l.Limit, workers)
			share := pace.Share(s.Size, n, l.Limit)
			require.GreaterOrEqual(t, share, 1)
			require.LessOrEqual(t, share, s.Size)
		}
	})
}

// measured gives the limiter measurements of a service that takes so many seconds per feature at a limit.
func measured(l *pace.Limiter, times int, seconds func(limit int) float64) (limits []int) {
	for range times {
		epoch, limit := l.Epoch, l.Limit
		for range limit {
			l.Answered(epoch, 10, time.Duration(10*seconds(limit)*float64(time.Second)))
		}
		limits = append(limits, l.Limit)
	}
	return limits
}

// computing is a service with some processes that compute.
func computing(processes int, cost float64) func(limit int) float64 {
	return func(limit int) float64 { return cost * max(1, float64(limit)/float64(processes)) }
}

func TestLimiterFindsTheProcesses(t *testing.T) {
	t.Parallel()
	l := pace.NewLimiter(32)
	assert.Equal(t, []int{4, 8, 16, 16, 16}, measured(&l, 5, computing(8, 0.02)), "the first that brings no more stays")
	measured(&l, 200, computing(8, 0.02))
	assert.Equal(t, 16, l.Limit, "trying more does not pay")

	measured(&l, 200, computing(32, 0.02))
	assert.GreaterOrEqual(t, l.Limit, 28, "the service has more processes now")

	l = pace.NewLimiter(4)
	assert.Equal(t, []int{4, 4, 4}, measured(&l, 3, computing(8, 0.02)))
	l = pace.NewLimiter(1)
	assert.Equal(t, []int{1, 1, 1}, measured(&l, 3, computing(8, 0.02)))
}

func TestLimiterTellsHeavyFeaturesFromACrowd(t *testing.T) {
	t.Parallel()
	l := pace.NewLimiter(8)
	measured(&l, 10, computing(8, 0.02))
	require.Equal(t, 8, l.Limit)
	measured(&l, 40, computing(8, 0.2))
	assert.GreaterOrEqual(t, l.Limit, 6, "fewer requests would not make them faster")

	// A service that slows down by more than the requests in flight explain gets fewer of them.
	thrashing := func(limit int) float64 { return 0.2 * float64(limit*limit) }
	measured(&l, 20, thrashing)
	assert.LessOrEqual(t, l.Limit, 4)
}

func TestLimiterComesBackAfterAnOverload(t *testing.T) {
	t.Parallel()
	l := pace.NewLimiter(8)
	measured(&l, 10, computing(8, 0.02))
	epoch := l.Epoch
	l.Overloaded(epoch)
	require.Equal(t, 4, l.Limit)
	l.Overloaded(epoch)
	require.Equal(t, 4, l.Limit, "all that was in flight fails together, and counts once")
	assert.Equal(t, []int{5, 6, 7, 8, 8}, measured(&l, 5, computing(8, 0.02)))
}
