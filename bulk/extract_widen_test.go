package bulk

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Requests that open connections come one after the other; those that have a connection do not wait.
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
		// Two at first; when both are answered, four are tried, of which two have connections.
		assert.Equal(t, []time.Duration{0, apart, time.Second, time.Second + apart, time.Second + apart, time.Second + 2*apart}, began[:6])
	})
}
