package castest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// once is a client that does not try again.
func once(server *castest.Server, options ...cas.Option) *cas.Client {
	return server.Client(append([]cas.Option{cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})}, options...)...)
}

func elevation() cas.ExtractRequest {
	return cas.ExtractRequest{Geometry: cas.Point(-84.2308, 36.1983), DatasetIDs: []string{"local_dem:elevation"}}
}

// Every fault is seen by the real client as what it is, and only by one call.
func TestFaults(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	type check = func(t *testing.T, err *cas.Error)
	is := func(target error, status int, kind cas.ErrorType) check {
		return func(t *testing.T, err *cas.Error) {
			t.Helper()
			if target != nil {
				require.ErrorIs(t, err, target)
			}
			assert.Equal(t, status, err.StatusCode)
			assert.Equal(t, kind, err.Type)
		}
	}
	transport := func(t *testing.T, err *cas.Error) {
		t.Helper()
		assert.Zero(t, err.StatusCode)
		assert.Equal(t, cas.ErrorTypeTransport, err.Type)
	}
	cut := func(t *testing.T, err *cas.Error) {
		t.Helper()
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
	waits := func(low, high time.Duration) check {
		return func(t *testing.T, err *cas.Error) {
			t.Helper()
			require.ErrorIs(t, err, cas.ErrRateLimited)
			assert.GreaterOrEqual(t, err.RetryAfter, low)
			assert.LessOrEqual(t, err.RetryAfter, high)
		}
	}
	page := func(status int) check {
		return func(t *testing.T, err *cas.Error) {
			t.Helper()
			assert.Equal(t, status, err.StatusCode)
			assert.Equal(t, cas.ErrorTypeHTTP, err.Type)
			assert.Contains(t, string(err.Body), "<html>")
			assert.Len(t, err.RequestID, 12, "from the header")
		}
	}
	for name, c := range map[string]struct {
		fault castest.Fault
		check check
	}{
		"400":               {castest.Fault{Status: 400}, is(nil, 400, cas.ErrorTypeBadRequest)},
		"401":               {castest.Fault{Status: 401}, is(cas.ErrUnauthorized, 401, cas.ErrorTypeUnauthorized)},
		"404":               {castest.Fault{Status: 404}, is(cas.ErrNotFound, 404, cas.ErrorTypeNotFound)},
		"405":               {castest.Fault{Status: 405}, is(nil, 405, cas.ErrorTypeMethodNotAllowed)},
		"422":               {castest.Fault{Status: 422}, is(cas.ErrValidation, 422, cas.ErrorTypeValidation)},
		"500":               {castest.Fault{Status: 500}, is(cas.ErrInternal, 500, cas.ErrorTypeInternal)},
		"502":               {castest.Fault{Status: 502}, is(cas.ErrUpstream, 502, cas.ErrorTypeUpstream)},
		"502 of a proxy":    {castest.Fault{Status: 502, Body: castest.ProxyPage}, page(502)},
		"503 of a proxy":    {castest.Fault{Status: 503}, page(503)},
		"504 of a proxy":    {castest.Fault{Status: 504}, page(504)},
		"login page":        {castest.Fault{Body: castest.ProxyPage}, is(cas.ErrMalformedResponse, 200, cas.ErrorTypeMalformed)},
		"204":               {castest.Fault{Status: 204}, is(cas.ErrMalformedResponse, 204, cas.ErrorTypeMalformed)},
		"null":              {castest.Fault{Body: "null"}, is(cas.ErrMalformedResponse, 200, cas.ErrorTypeMalformed)},
		"redirect":          {castest.Fault{Status: 302, Header: http.Header{"location": {"https://elsewhere.example/"}}}, is(cas.ErrRedirect, 302, cas.ErrorTypeRedirect)},
		"429 in seconds":    {castest.Fault{Status: 429, RetryAfter: "7"}, waits(7*time.Second, 7*time.Second)},
		"429 with a date":   {castest.Fault{Status: 429, RetryAfter: in(time.Hour)}, waits(time.Hour-time.Minute, time.Hour)},
		"429 in the past":   {castest.Fault{Status: 429, RetryAfter: in(-time.Hour)}, waits(0, 0)},
		"429 with junk":     {castest.Fault{Status: 429, RetryAfter: "soon"}, waits(0, 0)},
		"429 of no length":  {castest.Fault{Status: 429}, waits(0, 0)},
		"drop":              {castest.Fault{Drop: true}, transport},
		"late drop":         {castest.Fault{Drop: true, Delay: time.Millisecond}, transport},
		"cut":               {castest.Fault{Truncate: 100}, cut},
		"cut at once":       {castest.Fault{Truncate: -1}, cut},
		"cut error":         {castest.Fault{Status: 503, Truncate: 10}, is(nil, 503, cas.ErrorTypeHTTP)},
		"cut in the blanks": {castest.Fault{Pad: 1000, Truncate: 600}, cut},
		"too slow":          {castest.Fault{Delay: time.Hour}, is(context.DeadlineExceeded, 0, cas.ErrorTypeTransport)},
		"trickle too slow":  {castest.Fault{Trickle: time.Hour}, is(context.DeadlineExceeded, 0, cas.ErrorTypeTransport)},
		"huge":              {castest.Fault{Pad: 1 << 40}, is(cas.ErrResponseTooLarge, 200, cas.ErrorTypeTooLarge)},
		"huge, as blanks":   {castest.Fault{Body: "{", Pad: 1 << 30}, is(cas.ErrResponseTooLarge, 200, cas.ErrorTypeTooLarge)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := castest.NewServer()
			defer server.Close()
			options := []cas.Option{cas.WithMaxResponseBytes(1 << 20)}
			if c.fault.Delay > time.Minute || c.fault.Trickle > 0 {
				options = append(options, cas.WithTimeout(50*time.Millisecond))
			}
			client := once(server, options...)
			server.FailNext(c.fault)
			_, err := client.Extract(t.Context(), elevation())
			var failure *cas.Error
			require.ErrorAs(t, err, &failure)
			c.check(t, failure)

			response, err := once(server).Extract(t.Context(), elevation())
			require.NoError(t, err, "the fault is used up")
			assert.Equal(t, "1076", response.Results[0].Value.String())
		})
	}
}

// Faults that leave the answer whole leave it right.
func TestHarmlessFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]castest.Fault{
		"none":       {},
		"late":       {Delay: time.Millisecond},
		"trickle":    {Trickle: time.Millisecond},
		"padded":     {Pad: 1 << 20},
		"reset":      {Reset: true},
		"cut beyond": {Truncate: 1 << 20},
		"all":        {Delay: time.Millisecond, Trickle: time.Millisecond, Pad: 1000, Reset: true},
		"header":     {Header: http.Header{"content-type": {"application/json; charset=utf-8"}, "X-Request-Id": nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := castest.NewServer()
			defer server.Close()
			for range 3 {
				server.FailNext(fault)
				response, err := server.Client().Extract(t.Context(), elevation())
				require.NoError(t, err)
				assert.Equal(t, "1076", response.Results[0].Value.String())
			}
		})
	}
}

// After a 500 the connection ends, without a header that says so; a client that tries again gets by.
func TestResetAfter500(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	res := post(t, server, "/api/v1/extract", `{"geometry":{"type":"Point","coordinates":[1,2]},"dataset_ids":["a:b"],"aggregation":NaN}`)
	assert.Equal(t, http.StatusInternalServerError, res.StatusCode)
	assert.False(t, res.Close)
	assert.Empty(t, res.Header.Get("Connection"))

	client := server.Client(cas.WithRetry(cas.RetryPolicy{MinBackoff: time.Millisecond}))
	server.FailNext(castest.Fault{Status: 500})
	for range 100 {
		_, err := client.Extract(t.Context(), elevation())
		require.NoError(t, err)
	}
}

func post(t *testing.T, server *castest.Server, path, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res
}

// Faults in line come first, then what the hook says; it may read the request.
func TestFailWith(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	var asked atomic.Int64
	server.FailWith(func(r *http.Request) *castest.Fault {
		asked.Add(1)
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		if strings.Contains(string(body), "slope_class") {
			return &castest.Fault{Status: 404}
		}
		return nil
	})
	server.FailNext(castest.Fault{Status: 422})

	client := once(server)
	_, err := client.Extract(t.Context(), elevation())
	require.ErrorIs(t, err, cas.ErrValidation)
	assert.Zero(t, asked.Load())
	_, err = client.Extract(t.Context(), elevation())
	require.NoError(t, err)
	slope := elevation()
	slope.DatasetIDs = []string{"local_dem:slope_class"}
	_, err = client.Extract(t.Context(), slope)
	require.ErrorIs(t, err, cas.ErrNotFound)
	assert.EqualValues(t, 2, asked.Load())

	server.FailWith(nil)
	_, err = client.Extract(t.Context(), slope)
	require.NoError(t, err)
}

// Close ends what is under way, and may be called again.
func TestClose(t *testing.T) {
	t.Parallel()
	server := castest.NewServer(castest.WithDatasets(castest.Dataset{
		Dataset: cas.Dataset{ID: "slow:one"},
		Answer: func(ctx context.Context, _ castest.Query) (cas.AttributeResult, error) {
			<-ctx.Done()
			return cas.AttributeResult{}, ctx.Err()
		},
	}))
	server.FailNext(castest.Fault{Delay: time.Hour}, castest.Fault{Trickle: time.Hour})
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := once(server).Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(1, 2), DatasetIDs: []string{"slow:one"}})
			done <- err
		}()
	}
	require.Eventually(t, func() bool { return len(server.Requests()) == 4 }, 10*time.Second, time.Millisecond)
	server.Close()
	server.Close()
	for range 4 {
		require.Error(t, <-done)
	}
	_, err := once(server).Health(t.Context())
	var failure *cas.Error
	require.True(t, errors.As(err, &failure) || errors.Is(err, cas.ErrClosed), "%v", err)
}
