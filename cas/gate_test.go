package cas_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
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
		s, client := serveInBubble(t, nil, failing(429, "Retry-After", "5"), reply(200, oneProvider))
		var calls sync.WaitGroup
		calls.Go(func() { _, err := client.Provider(t.Context(), "p"); assert.NoError(t, err) })
		time.Sleep(time.Second)
		async := client.Async()
		for i := range 20 {
			calls.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = client.Provider(t.Context(), "p")
				} else {
					_, err = async.Provider(t.Context(), "p").Wait(t.Context())
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
				s, client := serveInBubble(t, []cas.Option{cas.WithRetry(c.policy)}, failing(429, "Retry-After", "5"), reply(200, oneProvider))
				ctx, cancel := context.WithTimeout(t.Context(), c.limit)
				defer cancel()
				_, err := client.Provider(ctx, "p")
				require.ErrorIs(t, err, cas.ErrRateLimited)
				_, err = client.Provider(t.Context(), "p")
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
			failing(429, "Retry-After", "61"), failing(503, "Retry-After", "5"), reply(200, oneProvider))
		for range 3 {
			_, _ = client.Provider(t.Context(), "p")
		}
		assert.Equal(t, []time.Duration{0, 0, 0}, s.times())
	})
}

func TestALongerPauseStays(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})},
			after(time.Second, failing(429, "Retry-After", "30")), after(2*time.Second, failing(429, "Retry-After", "3")), reply(200, oneProvider))
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = client.Provider(t.Context(), "p") })
		synctest.Wait()
		calls.Go(func() { _, _ = client.Provider(t.Context(), "p") })
		calls.Wait()
		_, err := client.Provider(t.Context(), "p")
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, 0, 32 * time.Second}, s.times())
	})
}

// Attempts are spaced evenly over all calls, repetitions included.
func TestRequestsPerMinuteSpacesAttemptsEvenly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(120)}, failing(503, "Retry-After", "0"), reply(200, oneProvider))
		var calls sync.WaitGroup
		for i := range 12 {
			calls.Go(func() {
				var err error
				if i%2 == 0 {
					_, err = client.Provider(t.Context(), "p")
				} else {
					_, err = client.Async().Provider(t.Context(), "p").Wait(t.Context())
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
		_, err := client.Provider(t.Context(), "p")
		require.NoError(t, err)
		_, err = client.Provider(t.Context(), "p")
		require.NoError(t, err)
		times = s.times()
		assert.Equal(t, 66*time.Second, times[13], "time that nobody used is not saved up")
		assert.Equal(t, times[13]+500*time.Millisecond, times[14])
	})
}

// Pace and pause together: behind the pause, evenly.
func TestAfterAPauseThePaceGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(60)}, failing(429, "Retry-After", "9"), reply(200, oneProvider))
		var calls sync.WaitGroup
		for range 5 {
			calls.Go(func() { _, err := client.Provider(t.Context(), "p"); assert.NoError(t, err) })
		}
		calls.Wait()
		assert.Equal(t, []time.Duration{0, 10 * time.Second, 11 * time.Second, 12 * time.Second, 13 * time.Second, 14 * time.Second}, s.times())
	})
}

// Who gives up in the line leaves no gap: the next one has the turn.
func TestGivingUpInTheLineLeavesNoGap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, oneProvider))
		_, err := client.Provider(t.Context(), "p")
		require.NoError(t, err)
		why := errors.New("enough")
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				ctx, cancel := context.WithTimeoutCause(t.Context(), 30*time.Second, why)
				defer cancel()
				var info cas.ResponseInfo
				started := time.Now()
				_, err := client.Provider(ctx, "p", cas.WithResponseInfo(&info))
				assert.Equal(t, 30*time.Second, time.Since(started))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.ErrorIs(t, err, why)
				assert.Equal(t, cas.ErrorTypeTransport, asError(t, err).Type)
				assert.Equal(t, cas.ResponseInfo{Elapsed: 30 * time.Second}, info, "nothing was sent")
			})
		}
		calls.Wait()
		_, err = client.Provider(t.Context(), "p")
		require.NoError(t, err)
		assert.Equal(t, []time.Duration{0, time.Minute}, s.times())
	})
}

// Two clients have two gates.
func TestEveryClientHasItsOwnGate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, one := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, oneProvider))
		_, two := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, oneProvider))
		started := time.Now()
		for _, client := range []*cas.Client{one, two} {
			_, err := client.Provider(t.Context(), "p")
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(started))
		assert.True(t, slices.Equal([]time.Duration{0}, s.times()))
	})
}

// Health goes around the gate: the service does not count it, and it is what one asks by when all else waits.
func TestHealthGoesAroundTheGate(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})},
			failing(429, "Retry-After", "50"), reply(200, healthy))
		_, err := client.Provider(t.Context(), "p")
		require.ErrorIs(t, err, cas.ErrRateLimited)
		started := time.Now()
		for range 3 {
			_, err = client.Health(t.Context())
			require.NoError(t, err)
		}
		assert.Zero(t, time.Since(started))
	})
}

// A call whose context ends within the pause is told so at once, and by the name of what it met.
func TestAPauseBeyondTheDeadlineFailsAtOnce(t *testing.T) {
	for name, policy := range map[string]cas.RetryPolicy{"retries": {}, "no retries": {MaxAttempts: 1}} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var log bytes.Buffer
				logger := slog.New(slog.NewJSONHandler(&log, nil))
				s, client := serveInBubble(t, []cas.Option{cas.WithLogger(logger), cas.WithRetry(policy)},
					failing(429, "Retry-After", "50"), reply(200, oneProvider))
				short := func(d time.Duration) error {
					ctx, cancel := context.WithTimeout(t.Context(), d)
					defer cancel()
					_, err := client.Provider(ctx, "p")
					return err
				}
				require.ErrorIs(t, short(time.Second), cas.ErrRateLimited)
				started := time.Now()
				for range 3 {
					err := short(20 * time.Second)
					require.ErrorIs(t, err, cas.ErrRateLimited)
					require.NotErrorIs(t, err, context.DeadlineExceeded, "which has not passed")
					e := asError(t, err)
					assert.Equal(t, 51*time.Second, e.RetryAfter)
					assert.Equal(t, cas.ErrorTypeRateLimited, e.Type)
					assert.Zero(t, e.Attempts)
				}
				assert.Zero(t, time.Since(started))
				assert.Len(t, s.Requests(), 1)
				assert.Contains(t, log.String(), "provider was not sent: after a 429 all calls of this client pause for another 51s")

				log.Reset()
				require.NoError(t, short(time.Minute), "which is long enough")
				assert.Equal(t, 51*time.Second, time.Since(started))
				assert.Contains(t, log.String(), `"msg":"cas: waiting, for the service asked all calls to pause","operation":"provider","attempt":1,"wait":51000000000`)
			})
		})
	}
}

// One that waits already, in the line or at its head, is told when a pause begins.
func TestAPauseThatBeginsDuringTheWait(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(2), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})},
			after(5*time.Second, failing(429, "Retry-After", "50")), reply(200, oneProvider))
		var calls sync.WaitGroup
		calls.Go(func() { _, err := client.Provider(t.Context(), "p"); assert.ErrorIs(t, err, cas.ErrRateLimited) })
		synctest.Wait()
		started := time.Now()
		for range 3 {
			calls.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
				defer cancel()
				_, err := client.Provider(ctx, "p")
				assert.ErrorIs(t, err, cas.ErrRateLimited)
				assert.Equal(t, 5*time.Second, time.Since(started))
			})
		}
		calls.Wait()
	})
}
