package cas_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// The request is encoded before the method returns: its parts may be changed then.
func TestAnAsyncRequestIsEncodedBeforeTheMethodReturns(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(1)}, reply(200, healthy), reply(200, emptyExtract), reply(200, emptyBatch), reply(200, emptyDatasets))
		async := client.Async()
		_, err := async.Health(t.Context()).Wait(t.Context())
		require.NoError(t, err)
		text := []byte(`{"type":"Point","coordinates":[1,2]}`)
		ids := []string{"a:b"}
		period := &cas.Dates{"2020-01-01", "2020-01-02"}
		least := 5.0
		one := async.Extract(t.Context(), cas.ExtractRequest{Geometry: text, DatasetIDs: ids, TimeRange: period})
		synctest.Wait() // each is in the line before the next one
		geometries := []cas.GeometryLike{text}
		many := async.BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: geometries, DatasetIDs: ids})
		synctest.Wait()
		list := async.Datasets(t.Context(), cas.DatasetFilter{MinResolution: &least})
		clear(text)
		geometries[0], ids[0], least = nil, "changed", 6
		period[0] = "1999-01-01"
		for _, wait := range []func() error{
			func() error { _, err := one.Wait(t.Context()); return err },
			func() error { _, err := many.Wait(t.Context()); return err },
			func() error { _, err := list.Wait(t.Context()); return err },
		} {
			require.NoError(t, wait())
		}
		requests := s.Requests()
		assert.Equal(t, `{"geometry":{"type":"Point","coordinates":[1,2]},"dataset_ids":["a:b"],"time_range":{"start":"2020-01-01T00:00:00","end":"2020-01-02T00:00:00"}}`, requests[1].Body)
		assert.Equal(t, `{"geometries":[{"type":"Point","coordinates":[1,2]}],"dataset_ids":["a:b"]}`, requests[2].Body)
		assert.Equal(t, "/api/v1/datasets?min_resolution=5", requests[3].URI)
	})
}

// Wait's context ends the waiting, the method's the call.
func TestWaitsContextEndsTheWaitingOnly(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, nil, after(time.Minute, reply(200, healthy)))
		var info cas.ResponseInfo
		future := client.Async().Health(t.Context(), cas.WithResponseInfo(&info))
		why := errors.New("impatient")
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, why)
		defer cancel()
		health, err := future.Wait(short)
		assert.Nil(t, health)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, why)
		select {
		case <-future.Done():
			t.Error("the call goes on")
		default:
		}
		var waiters sync.WaitGroup
		for range 10 {
			waiters.Go(func() {
				health, err := future.Wait(t.Context())
				assert.NoError(t, err)
				assert.Equal(t, "ok", health.Status)
			})
		}
		<-future.Done()
		assert.Equal(t, headerID, info.Header.Get("X-Request-ID"))
		assert.Equal(t, cas.ResponseInfo{StatusCode: 200, Header: info.Header, RequestID: headerID, Attempts: 1, Elapsed: time.Minute, Bytes: int64(len(healthy))}, info)
		waiters.Wait()
		_, err = future.Wait(short)
		assert.NoError(t, err, "an outcome that is there is given")
		assert.Len(t, s.Requests(), 1)
	})
	bubble(t, func(t *testing.T) {
		_, client := serveInBubble(t, nil, stall)
		ctx, cancel := context.WithCancel(t.Context())
		future := client.Async().Health(ctx)
		synctest.Wait()
		cancel()
		_, err := future.Wait(t.Context())
		assert.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 1, asError(t, err).Attempts)
	})
}

// everyCall makes each call of both clients and of the iterators, and gives their errors.
func everyCall(t *testing.T, c *cas.Client) map[string]error {
	errs := map[string]error{}
	for name, op := range operations {
		errs[name] = op.call(t, c)
	}
	a := c.Async()
	_, errs["async Extract"] = a.Extract(t.Context(), aRequest()).Wait(t.Context())
	_, errs["async BatchExtract"] = a.BatchExtract(t.Context(), aBatch(1)).Wait(t.Context())
	_, errs["async Providers"] = a.Providers(t.Context(), cas.Page{}).Wait(t.Context())
	_, errs["async Provider"] = a.Provider(t.Context(), "p").Wait(t.Context())
	_, errs["async Datasets"] = a.Datasets(t.Context(), cas.DatasetFilter{}).Wait(t.Context())
	_, errs["async Health"] = a.Health(t.Context()).Wait(t.Context())
	_, errs["AllProviders"] = collect(t, c.AllProviders(t.Context()), slug)
	_, errs["AllDatasets"] = collect(t, c.AllDatasets(t.Context(), cas.DatasetFilter{}), func(d cas.Dataset) string { return d.ID })
	_, errs["ProviderDetails"] = collect(t, c.ProviderDetails(t.Context()), detailSlug)
	return errs
}

// Closing either face closes both, and twice is fine; later calls are ErrClosed and send nothing.
func TestAfterCloseEveryCallIsErrClosed(t *testing.T) {
	for name, closing := range map[string]func(*cas.Client) error{
		"Client":      (*cas.Client).Close,
		"AsyncClient": func(c *cas.Client) error { return c.Async().Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(200, healthy))
			client, err := cas.NewClient(s.URL)
			require.NoError(t, err)
			require.NoError(t, closing(client))
			require.NoError(t, client.Close())
			require.NoError(t, client.Async().Close())
			for call, err := range everyCall(t, client) {
				assert.ErrorIs(t, err, cas.ErrClosed, call)
				assert.Equal(t, "ErrClosed", kinds(err), call)
			}
			assert.Empty(t, s.Requests())
		})
	}
	async, err := cas.NewAsyncClient("")
	require.NoError(t, err)
	require.NoError(t, async.Close())
	_, err = async.Health(t.Context()).Wait(t.Context())
	assert.ErrorIs(t, err, cas.ErrClosed)
}

// Calls in flight finish, those that wait for their turn or between two attempts too.
func TestCloseLetsCallsInFlightFinish(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s, client := serveInBubble(t, []cas.Option{cas.WithRequestsPerMinute(60)}, after(3*time.Second, failing(503, "Retry-After", "9")), after(time.Second, reply(200, healthy)))
		async := client.Async()
		futures := make([]*cas.Future[*cas.Health], 5)
		for i := range futures {
			futures[i] = async.Health(t.Context())
		}
		require.NoError(t, async.Close()) // no goroutine of theirs need have run so far
		_, err := client.Health(t.Context())
		require.ErrorIs(t, err, cas.ErrClosed)
		for _, future := range futures {
			health, err := future.Wait(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "ok", health.Status)
		}
		assert.Len(t, s.Requests(), 6)
	})
}
