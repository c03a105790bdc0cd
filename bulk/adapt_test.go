package bulk

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A proxy that gives up after some seconds does so a few times; then requests are short enough for it.
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
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(5000), Options{DatasetIDs: dataset}))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 5000))
		assert.LessOrEqual(t, timeouts.Load(), int64(8))
		t.Logf("%d timeouts in %d requests", timeouts.Load(), len(service.requests))
	})
}

// A service that refuses more than three requests at a time soon gets no more.
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
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(5000), o))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 5000))
		t.Logf("%d of %d requests refused", refused.Load(), len(service.requests))
		assert.Less(t, refused.Load(), int64(len(service.requests)/4))
	})
}

// Requests that open connections are sent one after the other; those that have a connection do not wait.
func TestRequestsInFlightBecomeMoreOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var began []time.Duration
		start := time.Now()
		service := &fake{answer: func(ctx context.Context, _ []int) error {
			mu.Lock()
			began = append(began, time.Since(start))
			mu.Unlock()
			return wait(ctx, time.Second)
		}}
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(100), Options{DatasetIDs: dataset, BatchSize: 10}))
		require.NoError(t, err)
		require.Empty(t, requireWhole(t, outcomes, 100))
		// Two at first; when both are answered, four are tried, two of which have connections.
		assert.Equal(t, []time.Duration{0, apart, time.Second, time.Second + apart, time.Second + apart, time.Second + 2*apart}, began[:6])
	})
}
