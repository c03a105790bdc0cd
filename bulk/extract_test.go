package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/cas"
)

func TestExtractYieldsEveryFeatureInOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, n := range []int{0, 1, 9, 10, 11, 1000, 12345} {
		for _, o := range []Options{{}, {BatchSize: 1}, {BatchSize: 7, Concurrency: 1}, {BatchBytes: 1}, {Concurrency: 16}} {
			if n > 1000 && o.BatchSize == 1 {
				continue
			}
			o.DatasetIDs = dataset
			service := &fake{}
			outcomes, err := collect(Extract(t.Context(), service, someFeatures(n), o))
			require.NoError(t, err)
			require.Empty(t, requireWhole(t, outcomes, n))
			require.Len(t, service.asked(), n)
			for position, times := range service.asked() {
				require.Equalf(t, 1, times, "feature %d", position)
			}
			if o.BatchSize > 0 {
				for _, request := range service.requests {
					require.LessOrEqual(t, len(request), o.BatchSize)
				}
			}
			if o.Concurrency > 0 {
				require.LessOrEqual(t, service.most, o.Concurrency)
			}
		}
	}
}

func TestExtractRefusesBadOptionsBeforeItReads(t *testing.T) {
	t.Parallel()
	input := func(func(features.Feature, error) bool) { t.Error("the input was read") }
	for want, o := range map[string]Options{
		"BatchSize is 1001":     {DatasetIDs: dataset, BatchSize: 1001},
		"Concurrency is -1":     {DatasetIDs: dataset, Concurrency: -1},
		"DatasetIDs is empty":   {},
		"RequestTime is -1":     {DatasetIDs: dataset, RequestTime: -1},
		"opened for another ru": {DatasetIDs: []string{"p:y"}, Journal: openJournal1(t, t.TempDir()+"/j")},
	} {
		outcomes, err := collect(Extract(t.Context(), &fake{}, input, o))
		assert.Empty(t, outcomes)
		assert.ErrorContains(t, err, want)
	}
}

// A feature that is refused before it is sent costs no request, and no other feature fails because of it.
func TestExtractChecksBeforeItAsks(t *testing.T) {
	t.Parallel()
	input := func(yield func(features.Feature, error) bool) {
		bad := features.Feature{ID: "bad", Index: 1, Geometry: []byte(`{"type":"LineString","coordinates":[[0,0],[1,1]]}`)}
		_ = yield(feature(0), nil) && yield(bad, nil) && yield(feature(2), nil)
	}
	service := &fake{}
	outcomes, err := collect(Extract(t.Context(), service, input, Options{DatasetIDs: dataset}))
	require.NoError(t, err)
	require.Len(t, outcomes, 3)
	var refused *preflight.Error
	require.ErrorAs(t, outcomes[1].Err, &refused)
	assert.Equal(t, preflight.WrongType, refused.Code)
	assert.Nil(t, outcomes[1].Response)
	assert.NoError(t, outcomes[2].Err)
	assert.Equal(t, map[int]int{0: 1, 2: 1}, service.asked())

	own := errors.New("no points here")
	outcomes, err = collect(Extract(t.Context(), service, someFeatures(1), Options{DatasetIDs: dataset, Check: func(features.Feature) error { return own }}))
	require.NoError(t, err)
	assert.Equal(t, own, outcomes[0].Err)
	assert.Equal(t, []cas.DatasetFailure{{Reason: "no points here"}}, outcomes[0].Failures())
}

// A failure inside a 200 becomes an error of the feature.
func TestExtractFindsWhatA200Hides(t *testing.T) {
	t.Parallel()
	service := &fake{respond: func(position int, r *cas.AttributeResponse) {
		switch position {
		case 1:
			r.Results, r.Warnings = r.Results[:1], []string{"p:y: [p] upstream returned HTTP 503"}
		case 2:
			*r = cas.AttributeResponse{
				RequestID: "b", GeometryHash: "error", Results: []cas.AttributeResult{},
				Warnings: []string{"Geometry too complex: 10001 vertices > limit 10000"},
			}
		case 3:
			r.Results[0].Value = cas.Value{} // null is an answer
		}
	}}
	outcomes, err := collect(Extract(t.Context(), service, someFeatures(4), Options{DatasetIDs: []string{"p:x", "p:y"}}))
	require.NoError(t, err)
	assert.NoError(t, outcomes[0].Err)
	assert.Nil(t, outcomes[0].Failures())
	assert.EqualError(t, outcomes[1].Err, "no result for p:y: [p] upstream returned HTTP 503")
	assert.NotNil(t, outcomes[1].Response)
	assert.Equal(t, []cas.DatasetFailure{{DatasetID: "p:y", Reason: "[p] upstream returned HTTP 503"}}, outcomes[1].Failures())
	assert.ErrorIs(t, outcomes[2].Err, cas.ErrRequestLimit)
	assert.Nil(t, outcomes[2].Response)
	assert.NoError(t, outcomes[3].Err)
}

func TestExtractEndsWithWhatNoOtherRequestWouldCure(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, code := range []int{401, 403, 404, 405} {
		service := &fake{answer: func(_ context.Context, positions []int) error {
			if positions[0] >= 30 {
				return status(code)
			}
			return nil
		}}
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(5000), Options{DatasetIDs: dataset, Concurrency: 2}))
		var failure *cas.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, code, failure.StatusCode)
		requireWhole(t, outcomes, len(outcomes))
		require.GreaterOrEqual(t, len(outcomes), 20)
		require.Less(t, len(service.requests), 8)
	}
}

func TestExtractEndsWithTheInputsError(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("line 31: not GeoJSON")
	input := func(yield func(features.Feature, error) bool) {
		for f := range someFeatures(30) {
			if !yield(f, nil) {
				return
			}
		}
		yield(features.Feature{}, broken)
	}
	outcomes, err := collect(Extract(t.Context(), &fake{}, input, Options{DatasetIDs: dataset}))
	require.ErrorIs(t, err, broken)
	requireWhole(t, outcomes, len(outcomes))
}

func TestBreakEndsEverything(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, after := range []int{1, 10, 777} {
		seen := 0
		for _, err := range Extract(t.Context(), &fake{}, someFeatures(100_000), Options{DatasetIDs: dataset}) {
			require.NoError(t, err)
			if seen++; seen == after {
				break
			}
		}
	}
}

func TestCancelEndsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		service := &fake{answer: func(ctx context.Context, _ []int) error { return wait(ctx, time.Second) }}
		time.AfterFunc(3500*time.Millisecond, func() { cancel(own) })
		start := time.Now()
		outcomes, err := collect(Extract(ctx, service, someFeatures(100_000), Options{DatasetIDs: dataset}))
		require.ErrorIs(t, err, own)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 3500*time.Millisecond, time.Since(start))
		require.Empty(t, requireWhole(t, outcomes, len(outcomes)))
		require.NotEmpty(t, outcomes)
	})
}

// Draining finishes the requests in flight and sends no more.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		drain := make(chan struct{})
		service := &fake{answer: func(ctx context.Context, _ []int) error { return wait(ctx, time.Second) }}
		time.AfterFunc(3500*time.Millisecond, func() { close(drain) })
		start := time.Now()
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(100_000), Options{DatasetIDs: dataset, Drain: drain}))
		require.ErrorIs(t, err, ErrDrained)
		require.InDelta(t, 4, time.Since(start).Seconds(), 4*apart.Seconds(), "the requests in flight took until then")
		require.Empty(t, requireWhole(t, outcomes, len(outcomes)))
		require.Len(t, service.asked(), len(outcomes), "all that was asked for was yielded")
	})
}

func TestDrainAfterTheEndIsNoError(t *testing.T) {
	t.Parallel()
	drain := make(chan struct{})
	close(drain)
	_, err := collect(Extract(t.Context(), &fake{}, someFeatures(0), Options{DatasetIDs: dataset, Drain: drain}))
	if err != nil {
		require.ErrorIs(t, err, ErrDrained) // the run may notice it before the empty input
	}
	drain = make(chan struct{})
	for _, err := range Extract(t.Context(), &fake{}, someFeatures(10), Options{DatasetIDs: dataset, Drain: drain, BatchSize: 10}) {
		require.NoError(t, err)
		if drain != nil {
			close(drain)
			drain = nil
		}
	}
}

// A slow input does not hold up the features that were read already.
func TestFeaturesThatArriveSlowlyAreNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		input := func(yield func(features.Feature, error) bool) {
			for i := range 5 {
				time.Sleep(time.Minute)
				if !yield(feature(i), nil) {
					return
				}
			}
		}
		i := 0
		for o, err := range Extract(t.Context(), &fake{}, input, Options{DatasetIDs: dataset}) {
			require.NoError(t, err)
			require.Equal(t, feature(i), o.Feature)
			i++
			require.LessOrEqual(t, time.Since(start)-time.Duration(i)*time.Minute, linger)
		}
		require.Equal(t, 5, i)
	})
}

// The window bounds how far the input is read ahead of what was taken, by number and by bytes.
func TestTheWindowBoundsWhatIsRead(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{BatchSize: 20, Concurrency: 3},
		{BatchSize: 1000, BatchBytes: 20 * (itemBytes + 50), Concurrency: 3},
	} {
		o.DatasetIDs = dataset
		var read atomic.Int64
		input := func(yield func(features.Feature, error) bool) {
			for f := range someFeatures(3000) {
				read.Add(1)
				if !yield(f, nil) {
					return
				}
			}
		}
		taken := 0
		for _, err := range Extract(t.Context(), &fake{}, input, o) {
			require.NoError(t, err)
			taken++
			// The features in the window, those that were taken from it at once, and the one that waits for room.
			require.LessOrEqual(t, int(read.Load())-taken, 5*20+atOnce+1)
		}
		require.Equal(t, 3000, taken)
	}
}

func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &fake{answer: func(ctx context.Context, positions []int) error {
			return wait(ctx, time.Duration(len(positions))*100*time.Millisecond)
		}}
		var reports []Progress
		o := Options{DatasetIDs: dataset, Total: 500, Progress: func(p Progress) { reports = append(reports, p) }}
		outcomes, err := collect(Extract(t.Context(), service, someFeatures(500), o))
		require.NoError(t, err)
		require.Len(t, outcomes, 500)
		last := reports[len(reports)-1]
		assert.Equal(t, 500, last.Done)
		assert.Equal(t, 500, last.Read)
		assert.Equal(t, len(service.requests), last.Requests)
		assert.Zero(t, last.InFlight)
		assert.Positive(t, last.Sent)
		for i := 1; i < len(reports); i++ {
			assert.GreaterOrEqual(t, reports[i].Done, reports[i-1].Done)
			assert.GreaterOrEqual(t, reports[i].Elapsed, reports[i-1].Elapsed)
		}
		left, ok := last.Remaining()
		assert.True(t, ok)
		assert.Zero(t, left)
		assert.Greater(t, len(reports), 5)
		assert.InDelta(t, 500/last.Elapsed.Seconds(), last.Rate, 15, fmt.Sprint(last))
	})
}
