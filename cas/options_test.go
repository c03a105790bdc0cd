package cas_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

func TestHeadersOfTheClientAndOfTheCall(t *testing.T) {
	t.Parallel()
	for name, op := range operations {
		s := serve(t, reply(200, op.answer))
		client := s.client(t, cas.WithHeader("authorization", "Bearer a"), cas.WithHeader("X-Tenant", "one"), cas.WithHeader("X-Tenant", "two"), cas.WithAPIKey(key))
		require.NoError(t, op.call(t, client))
		got := s.Last(t).Header
		assert.Equal(t, []string{"Bearer a"}, got["Authorization"], name)
		assert.Equal(t, []string{"two"}, got["X-Tenant"], "the later one counts")
		assert.Equal(t, []string{key}, got["X-Api-Key"])

		require.NoError(t, op.call(t, client, cas.WithHeader("X-Tenant", "three"), cas.WithHeader("traceparent", "00-1-2-01"), cas.WithHeader("Authorization", "")))
		got = s.Last(t).Header
		assert.Equal(t, []string{"three"}, got["X-Tenant"], "a call's before the client's")
		assert.Equal(t, []string{"00-1-2-01"}, got["Traceparent"])
		assert.NotContains(t, got, "Authorization", "an empty one leaves it out")

		require.NoError(t, op.call(t, client))
		got = s.Last(t).Header
		assert.Equal(t, []string{"two"}, got["X-Tenant"], "a call's options are its own")
		assert.NotContains(t, got, "Traceparent")
	}
}

func TestHeadersThatAreRefused(t *testing.T) {
	t.Parallel()
	client := serve(t, reply(200, healthy)).client(t)
	for name, want := range map[string]string{
		"X-API-Key": "use WithAPIKey", "x-api-key": "use WithAPIKey", "User-Agent": "use WithUserAgent", "Host": "set by the client", "content-length": "set by",
		"Content-Type": "set by", "Transfer-Encoding": "set by", "Connection": "set by", "Accept-Encoding": "set by", "Accept": "set by", "TE": "set by", "Expect": "set by",
		"": "not the name", "a b": "not the name", "a:": "not the name", "é": "not the name", "a\n": "not the name",
	} {
		_, err := cas.NewClient("", cas.WithHeader(name, "x"))
		require.ErrorIs(t, err, cas.ErrInvalidRequest, name)
		assert.ErrorContains(t, err, want)
		_, err = client.Health(t.Context(), cas.WithHeader(name, "x"))
		require.ErrorIs(t, err, cas.ErrInvalidRequest, name)
	}
	for _, value := range []string{"a\nb", "a\r", "\x00", "\x7f"} {
		_, err := cas.NewClient("", cas.WithHeader("X-A", "secret"+value))
		require.ErrorIs(t, err, cas.ErrInvalidRequest)
		assert.NotContains(t, err.Error(), "secret")
	}
}

func TestCallTimeoutAndRetry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for name, op := range operations {
			s, client := serveInBubble(t, []cas.Option{cas.WithTimeout(time.Hour), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})}, stall)
			started := time.Now()
			err := op.call(t, client, cas.WithCallTimeout(3*time.Second), cas.WithCallRetry(cas.RetryPolicy{MaxAttempts: 2, MaxBackoff: 1, Timeouts: true}))
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
			assert.ErrorContains(t, err, "no whole answer within 3s")
			assert.InDelta(t, 6*time.Second, time.Since(started), float64(time.Millisecond))
			assert.Len(t, s.Requests(), 2)
		}
		_, client := serveInBubble(t, nil, reply(200, healthy))
		for _, bad := range []cas.CallOption{cas.WithCallTimeout(0), cas.WithCallTimeout(-1), cas.WithCallRetry(cas.RetryPolicy{MaxAttempts: -1})} {
			for _, op := range operations {
				assert.ErrorIs(t, op.call(t, client, bad), cas.ErrInvalidRequest)
			}
			_, err := client.Async().Health(t.Context(), bad).Wait(t.Context())
			require.ErrorIs(t, err, cas.ErrInvalidRequest)
			for _, err := range client.AllProviders(t.Context(), bad) {
				assert.ErrorIs(t, err, cas.ErrInvalidRequest)
			}
			for _, err := range client.ProviderDetails(t.Context(), bad) {
				assert.ErrorIs(t, err, cas.ErrInvalidRequest)
			}
		}
	})
}

// The iterators pass their options on to every request; info is that of the item just yielded.
func TestOptionsOfIterators(t *testing.T) {
	t.Parallel()
	d := &details{n: 20, failing: -1}
	s := serve(t, d.serve)
	var info cas.ResponseInfo
	n := 0
	for _, err := range s.client(t).ProviderDetails(t.Context(), cas.WithHeader("Traceparent", "x"), cas.WithResponseInfo(&info)) {
		require.NoError(t, err)
		assert.Equal(t, 200, info.StatusCode)
		assert.Equal(t, 1, info.Attempts)
		info = cas.ResponseInfo{}
		n++
	}
	assert.Equal(t, 20, n)
	for _, r := range s.Requests() {
		assert.Equal(t, "x", r.Header.Get("Traceparent"))
	}
	s = serve(t, catalog(1500, 1500))
	for _, err := range s.client(t).AllDatasets(t.Context(), cas.DatasetFilter{}, cas.WithHeader("Traceparent", "y"), cas.WithResponseInfo(&info)) {
		require.NoError(t, err)
	}
	assert.Equal(t, 200, info.StatusCode)
	assert.Equal(t, "y", s.Last(t).Header.Get("Traceparent"))
}

func TestTheHeaderOfTheAnswer(t *testing.T) {
	t.Parallel()
	var info cas.ResponseInfo
	s := serve(t, reply(200, healthy, "X-Served-By", "gateway 7", "X-Echo", key), reply(307, "", "Location", "/elsewhere"))
	client := s.client(t, cas.WithAPIKey(key))
	_, err := client.Health(t.Context(), cas.WithResponseInfo(&info))
	require.NoError(t, err)
	assert.Equal(t, "gateway 7", info.Header.Get("X-Served-By"))
	assert.Equal(t, "[redacted]", info.Header.Get("X-Echo"))
	_, err = client.Health(t.Context(), cas.WithResponseInfo(&info))
	require.ErrorIs(t, err, cas.ErrRedirect)
	assert.Equal(t, "/elsewhere", info.Header.Get("Location"))
}

func TestNewClientFromEnvironment(t *testing.T) {
	s := serve(t, reply(200, healthy))
	t.Setenv("CAS_URL", s.URL)
	t.Setenv("CAS_API_KEY", key)
	for want, opts := range map[string][]cas.Option{key: nil, "another": {cas.WithAPIKey("another")}, "": {cas.WithAPIKey("")}} {
		client, err := cas.NewClientFromEnvironment(opts...)
		require.NoError(t, err)
		_, err = client.Health(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, s.Last(t).Header.Get("X-API-Key"))
		require.NoError(t, client.Close())
	}
	t.Setenv("CAS_API_KEY", key+"\n")
	_, err := cas.NewClientFromEnvironment()
	require.ErrorContains(t, err, "trim it")
	keepsKey(t, err)
	t.Setenv("CAS_URL", "cas.example.com")
	_, err = cas.NewClientFromEnvironment()
	require.ErrorIs(t, err, cas.ErrInvalidRequest)
	t.Setenv("CAS_URL", "")
	t.Setenv("CAS_API_KEY", "")
	client, err := cas.NewClientFromEnvironment()
	require.NoError(t, err)
	require.NoError(t, client.Close())
}

// counter is a transport of a program's own, around the tuned one.
type counter struct {
	http.RoundTripper
	n atomic.Int64
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

func TestNewTransportCanBeWrapped(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	transport := cas.NewTransport()
	defer transport.CloseIdleConnections()
	wrapped := &counter{RoundTripper: transport}
	_, err := s.client(t, cas.WithHTTPClient(&http.Client{Transport: wrapped})).Health(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, wrapped.n.Load())
	assert.NotSame(t, cas.NewTransport(), transport)
}

func TestResolved(t *testing.T) {
	t.Parallel()
	v, err := cas.Resolved(7, nil).Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 7, v)
	_, err = cas.Resolved(0, cas.ErrClosed).Wait(t.Context())
	require.ErrorIs(t, err, cas.ErrClosed)
	<-cas.Resolved("x", nil).Done()
}

// A zero client, a nil one and a nil context are errors that say what to do, in every call.
func TestNothingPanicsForWantOfAClientOrAContext(t *testing.T) {
	t.Parallel()
	good := serve(t, reply(200, healthy)).client(t)
	var zero cas.Client
	for name, c := range map[string]struct {
		client *cas.Client
		ctx    context.Context
	}{"zero": {&zero, t.Context()}, "nil client": {nil, t.Context()}, "nil context": {good, nil}} {
		var errs []error
		add := func(_ any, err error) { errs = append(errs, err) }
		add(c.client.Extract(c.ctx, aRequest()))
		add(c.client.BatchExtract(c.ctx, aBatch(1)))
		add(c.client.Providers(c.ctx, cas.Page{}))
		add(c.client.Provider(c.ctx, "p"))
		add(c.client.Datasets(c.ctx, cas.DatasetFilter{}))
		add(c.client.Health(c.ctx))
		for v, err := range c.client.AllProviders(c.ctx) {
			add(v, err)
		}
		for v, err := range c.client.AllDatasets(c.ctx, cas.DatasetFilter{}) {
			add(v, err)
		}
		for v, err := range c.client.ProviderDetails(c.ctx) {
			add(v, err)
		}
		for v, err := range c.client.StreamBatch(c.ctx, aBatch(1)) {
			add(v, err)
		}
		async := c.client.Async()
		add(async.Extract(c.ctx, aRequest()).Wait(t.Context()))
		add(async.BatchExtract(c.ctx, aBatch(1)).Wait(t.Context()))
		add(async.Providers(c.ctx, cas.Page{}).Wait(t.Context()))
		add(async.Provider(c.ctx, "p").Wait(t.Context()))
		add(async.Datasets(c.ctx, cas.DatasetFilter{}).Wait(t.Context()))
		add(async.Health(c.ctx).Wait(t.Context()))
		var none context.Context
		add(new(cas.AsyncClient).Health(none).Wait(t.Context()))
		assert.Len(t, errs, 17, name)
		assert.False(t, slices.ContainsFunc(errs, func(err error) bool { return err == nil }), name)
		for _, err := range errs {
			assert.ErrorIs(t, err, cas.ErrInvalidRequest, name)
		}
		if name != "nil context" {
			require.NoError(t, c.client.Close())
			require.NoError(t, async.Close())
		}
	}
}
