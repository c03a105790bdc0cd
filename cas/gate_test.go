package cas_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// A 429 pauses every call of the client, those made through Async too, for what it asks and a second.
func TestA429PausesEveryCallOfTheClient(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, nil, failing(429, "Retry-After", "5"), reply(200, healthy))
		var calls sync.WaitGroup
		calls.Go(func() { _, err := client.Health(t.Context()); assert.NoError(t, err) })
		time.Sleep(time.Second)
		async := client.Async()
		for i := range 20 {
			calls.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = client.Health(t.Context())
				} else {
					_, err = async.Health(t.Context()).Wait(t.Context())
				}
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		times := s.times()
		assert.Len(t, times, 22)
		for _, at := range times[1:] {
			assert.Equal(t, 6*time.Second, at)
		}
	})
}

// The pause holds after the call that met it has ended, whatever it ended by.
func TestThePauseOutlivesItsCall(t *testing.T) {
	for name, c := range map[string]struct {
		policy cas.RetryPolicy
		limit  time.Duration
	}{
		"no attempts left": {cas.RetryPolicy{MaxAttempts: 1}, time.Hour},
		"no time left":     {cas.RetryPolicy{}, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, client := serveInBubble(t, []cas.Option{cas.WithRetry(c.policy)}, failing(429, "Retry-After", "5"), reply(200, healthy))
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				_, err := client.Health(ctx)
				require.ErrorIs(t, err, cas.ErrRateLimited)
				_, err = client.Health(t.Context())
				require.NoError(t, err)
				assert.Equal(t, []time.Duration{0, 6 * time.Second}, s.times())
			})
		})
	}
}

// A 429 that asks for too much is its caller's business, and 503 is no limit: neither holds others up.
func TestOnlyA429ThatMayBeWaitedForPauses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})},
			failing(429, "Retry-After", "61"), failing(503, "Retry-After", "5"), reply(200, healthy))
		for range 3 {
			_, _ = client.Health(t.Context())
		}
		assert.Equal(t, []time.Duration{0, 0, 0}, s.times())
	})
}

func TestALongerPauseStays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})},
			after(time.Second, failing(429, "Retry-After", "30")), after(2*time.Second, failing(429, "Retry-After", "3")), reply(200, healthy))
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = client.Health(t.Context()) })
		synctest.Wait()
		calls.Go(func() { _, _ = client.Health(t.Context()) })
		calls.Wait()
		_, err := client.Health(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, 0, 32 * time.Second}, s.times())
	})
}

// Attempts are spaced evenly over all calls, repetitions included.
func TestRequestsPerMinuteSpacesAttemptsEvenly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(120)}, failing(503, "Retry-After", "0"), reply(200, healthy))
		var calls sync.WaitGroup
		for i := range 12 {
			calls.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = client.Health(t.Context())
				} else {
					_, err = client.Async().Health(t.Context()).Wait(t.Context())
				}
				assert.NoError(t, err)
			})
		}
		calls.Wait()
		times := s.times()
		assert.Len(t, times, 13)
		for i, at := range times {
			assert.Equal(t, time.Duration(i)*500*time.Millisecond, at)
		}
		time.Sleep(time.Minute)
		_, err := client.Health(t.Context())
		require.NoError(t, err)
		_, err = client.Health(t.Context())
		require.NoError(t, err)
		times = s.times()
		assert.Equal(t, 66*time.Second, times[13], "time that nobody used is not saved up")
		assert.Equal(t, times[13]+500*time.Millisecond, times[14])
	})
}

// Pace and pause together: behind the pause, evenly.
func TestAfterAPauseThePaceGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(60)}, failing(429, "Retry-After", "9"), reply(200, healthy))
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() { _, err := client.Health(t.Context()); assert.NoError(t, err) })
		}
		calls.Wait()
		assert.Equal(t, []time.Duration{0, 10 * time.Second, 11 * time.Second, 12 * time.Second, 13 * time.Second, 14 * time.Second}, s.times())
	})
}

// Who gives up in the line leaves no gap: the next one has the turn.
func TestGivingUpInTheLineLeavesNoGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, healthy))
		_, err := client.Health(t.Context())
		require.NoError(t, err)
		why := errors.New("enough")
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				ctx, cancel := context.WithTimeoutCause(t.Context(), 30*time.Second, why)
				defer cancel()
				var info cas.ResponseInfo
				started := time.Now()
				_, err := client.Health(ctx, cas.WithResponseInfo(&info))
				assert.Equal(t, 30*time.Second, time.Since(started))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorIs(t, err, why)
				assert.Equal(t, cas.ErrorTypeTransport, asError(t, err).Type)
				assert.Equal(t, cas.ResponseInfo{Elapsed: 30 * time.Second}, info, "nothing was sent")
			})
		}
		calls.Wait()
		_, err = client.Health(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, time.Minute}, s.times())
	})
}

// Two clients have two gates.
func TestEveryClientHasItsOwnGate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, one := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, healthy))
		_, two := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, healthy))
		started := time.Now()
		for _, client := range []*cas.Client{one, two} {
			_, err := client.Health(t.Context())
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(started))
		assert.True(t, slices.Equal([]time.Duration{0}, s.times()))
	})
}
