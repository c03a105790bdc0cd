package castest_test

import (
	"context"
	"encoding/json"
	"fmt"
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

// A window lasts a minute from the caller's first request; Retry-After is rounded down, so that who obeys it comes too early.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := castest.NewServer(castest.WithRateLimit(2), castest.WithClock(clock.now))
	defer server.Close()
	wait := func() time.Duration {
		_, err := once(server).Providers(t.Context(), cas.Page{}) // a client that was told to wait does so, in real time
		var failure *cas.Error
		if err == nil {
			return 0
		}
		require.ErrorAs(t, err, &failure)
		require.ErrorIs(t, err, cas.ErrRateLimited)
		assert.Equal(t, fmt.Sprintf("Rate limit exceeded; retry after %ds", failure.RetryAfter/time.Second), failure.Message)
		return failure.RetryAfter
	}
	for _, step := range []struct{ after, wait time.Duration }{
		{0, 0},
		{10 * time.Second, 0},
		{0, 50 * time.Second},
		{10 * time.Millisecond, 49 * time.Second},
		{49 * time.Second, time.Second},
		{989 * time.Millisecond, time.Second},
		{time.Millisecond, 0},
		{0, 0},
		{0, 60 * time.Second},
	} {
		clock.add(step.after)
		assert.Equal(t, step.wait, wait())
	}
	_, err := once(server).Health(t.Context())
	require.NoError(t, err, "health is not counted")
	_, err = once(server, cas.WithAPIKey("another")).Providers(t.Context(), cas.Page{})
	require.NoError(t, err, "a key is a caller of its own")
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	server := castest.NewServer(castest.WithAPIKeys("k1", "k2", "k\u00e9"))
	defer server.Close()
	for _, c := range []struct {
		options []cas.Option
		ok      bool
	}{
		{nil, true},
		{[]cas.Option{cas.WithAPIKey("k2")}, true},
		{[]cas.Option{cas.WithAPIKey("K1")}, false},
		{[]cas.Option{cas.WithAPIKey("")}, false},
		{[]cas.Option{cas.WithAPIKey("k\u00e9")}, false},
	} {
		_, err := once(server, c.options...).Provider(t.Context(), "local_dem")
		if c.ok {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, cas.ErrUnauthorized)
	}
}

// Requests are remembered, without a key that could be printed.
func TestRequests(t *testing.T) {
	t.Parallel()
	server := castest.NewServer(castest.WithAPIKeys("s3cret"), castest.WithRecording(2))
	defer server.Close()
	client := server.Client()
	_, err := client.Health(t.Context())
	require.NoError(t, err)
	_, err = client.Datasets(t.Context(), cas.DatasetFilter{Provider: "local_dem", Page: cas.Page{Limit: 2}})
	require.NoError(t, err)
	_, err = client.Extract(t.Context(), elevation())
	require.NoError(t, err)

	got := server.Requests()
	require.Len(t, got, 2, "the last ones")
	assert.Equal(t, http.MethodGet, got[0].Method)
	assert.Equal(t, "/api/v1/datasets", got[0].Path)
	assert.Equal(t, "2", got[0].Query.Get("limit"))
	assert.True(t, strings.HasSuffix(server.URL(), got[0].Host))
	assert.Equal(t, http.MethodPost, got[1].Method)
	assert.True(t, json.Valid(got[1].Body))
	assert.Contains(t, string(got[1].Body), "local_dem:elevation")
	assert.Equal(t, "application/json", got[1].Header.Get("Content-Type"))
	assert.WithinDuration(t, time.Now(), got[1].Time, time.Minute)
	assert.True(t, got[1].SentKey("s3cret"))
	assert.False(t, got[1].SentKey(""))
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(format, got), "s3cret")
	}
	_, err = once(server, cas.WithAPIKey("")).Health(t.Context())
	require.NoError(t, err)
	assert.True(t, server.Requests()[1].SentKey(""))

	silent := castest.NewServer(castest.WithRecording(0))
	defer silent.Close()
	_, err = silent.Client().Health(t.Context())
	require.NoError(t, err)
	assert.Empty(t, silent.Requests())
}

// Ten geometries of a batch are worked on at a time, and the datasets of one all at once.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	gate := make(chan struct{})
	answer := func(ctx context.Context, _ castest.Query) (cas.AttributeResult, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		select {
		case <-gate:
		case <-ctx.Done():
		}
		return cas.AttributeResult{Value: cas.NumberValue(1)}, nil
	}
	server := castest.NewServer(castest.WithDatasets(
		castest.Dataset{Dataset: cas.Dataset{ID: "a:1"}, Answer: answer}, castest.Dataset{Dataset: cas.Dataset{ID: "b:2"}, Answer: answer},
	))
	defer server.Close()
	points := make([]cas.Geometry, 35)
	for i := range points {
		points[i] = cas.Point(float64(i), 0)
	}
	done := make(chan error)
	go func() {
		_, err := server.Client().BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: cas.Geometries(points...), DatasetIDs: []string{"a:1", "b:2"}})
		done <- err
	}()
	require.Eventually(t, func() bool { return now.Load() == 20 }, 10*time.Second, time.Millisecond)
	close(gate)
	require.NoError(t, <-done)
	assert.EqualValues(t, 20, most.Load())
}

// A latency is taken once for a geometry, ten at a time, and not again from the cache.
func TestLatency(t *testing.T) {
	t.Parallel()
	const latency = 30 * time.Millisecond
	server := castest.NewServer(castest.WithLatency(latency))
	defer server.Close()
	points := make([]cas.Geometry, 25)
	for i := range points {
		points[i] = cas.Point(-84.3+float64(i)*0.001, 36.2)
	}
	request := cas.BatchExtractRequest{Geometries: cas.Geometries(points...), DatasetIDs: demDatasets}
	started := time.Now()
	first, err := server.Client().BatchExtract(t.Context(), request)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, time.Since(started), 3*latency)
	assert.GreaterOrEqual(t, first.Responses[0].ElapsedMS, latency.Milliseconds())
	assert.GreaterOrEqual(t, first.Responses[0].Results[0].ElapsedMS, latency.Milliseconds())
	again, err := server.Client().BatchExtract(t.Context(), request)
	require.NoError(t, err)
	assert.Equal(t, first.Responses[0].Results, again.Responses[0].Results, "cached, with the time that it took then")
}

// A latency beyond a time limit ends as the limit does.
func TestLatencyBeyondTimeouts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		provider, request time.Duration
		warnings          []string
	}{
		{20 * time.Millisecond, 0, []string{"local_dem:elevation: Extraction failed for local_dem:elevation: timeout after 0s"}},
		{0, 20 * time.Millisecond, []string{}},
	} {
		server := castest.NewServer(castest.WithLatency(time.Hour), castest.WithTimeouts(c.provider, c.request))
		r, err := server.Client().Extract(t.Context(), elevation())
		server.Close()
		require.NoError(t, err)
		assert.Empty(t, r.Results)
		assert.Equal(t, c.warnings, r.Warnings)
	}
}

// What a dataset leaves open is filled in; what it says stays.
func TestDatasets(t *testing.T) {
	t.Parallel()
	server := castest.NewServer(castest.WithDatasets(
		castest.Constant("mine:number", cas.NumberValue(7)),
		castest.Constant("mine:shares", cas.DistributionValue(map[string]float64{"1": 0.5})),
		castest.Constant("mine:nothing", cas.Value{}),
		castest.Constant("modis_lc:land_cover", cas.NumberValue(300)),
		castest.Dataset{Dataset: cas.Dataset{ID: "mine:query"}, Answer: func(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
			return cas.AttributeResult{Value: cas.NumberValue(1), Units: "m", Provenance: fmt.Sprint(
				q.DatasetID, " ", q.Geometry.Type, " ", string(q.Geometry.Coordinates), " ", q.Start, " ", q.End, " ", q.Aggregation)}, nil
		}},
	), castest.WithProviders(cas.ProviderSummary{Slug: "empty", Name: "No catalog", Protocol: "mirror", BaseURL: "(local mirror)"}))
	defer server.Close()
	client := server.Client()
	r, err := client.Extract(t.Context(), cas.ExtractRequest{
		Geometry:    cas.Point(1.5, 2),
		DatasetIDs:  []string{"mine:number", "mine:shares", "mine:nothing", "modis_lc:land_cover", "mine:query", "mine:other"},
		Aggregation: cas.AggregationMax, TimeRange: cas.Dates{"2020-01-01", "2020-12-31T00:00:00Z"},
	})
	require.NoError(t, err)
	lookup := func(id string) cas.AttributeResult {
		result, ok := cas.Lookup(r, id)
		require.True(t, ok, id)
		result.ElapsedMS = 0
		return result
	}
	assert.Equal(t, cas.AttributeResult{
		DatasetID: "mine:number", Variable: "number", Value: cas.NumberValue(7), Units: "1", Aggregation: cas.AggregationMean,
		Quality: cas.QualityGood, CoverageFraction: 1, PixelCount: 1, Provider: "mine",
	}, lookup("mine:number"))
	assert.Equal(t, cas.AggregationDistribution, lookup("mine:shares").Aggregation)
	assert.Equal(t, "class", lookup("mine:shares").Units)
	assert.Equal(t, cas.QualityMissing, lookup("mine:nothing").Quality)
	assert.Equal(t, cas.QualitySuspect, lookup("modis_lc:land_cover").Quality, "over the usual range")
	assert.Equal(t, "class", lookup("modis_lc:land_cover").Units, "the known metadata")
	assert.Equal(t, "mine:query Point [1.5,2] 2020-01-01T00:00:00 2020-12-31T00:00:00Z max", lookup("mine:query").Provenance)
	assert.Equal(t, []string{
		"mine:nothing: coverage 0% below minimum threshold (30%)",
		"mine:other: [mine] Unknown dataset: other",
		"modis_lc:land_cover: value 300.0 outside expected range [0.0, 255.0] for 'land_cover'",
	}, r.Warnings)

	mine, err := client.Provider(t.Context(), "mine")
	require.NoError(t, err)
	assert.Len(t, mine.Datasets, 4)
	empty, err := client.Provider(t.Context(), "empty")
	require.NoError(t, err)
	assert.Empty(t, empty.Datasets)
	var slugs []string
	for p, err := range client.AllProviders(t.Context()) {
		require.NoError(t, err)
		slugs = append(slugs, p.Slug)
	}
	assert.Equal(t, []string{"copernicus_dem", "empty", "esa_worldcover", "isric_soilgrids", "local_dem", "mine", "modis_lc"}, slugs)

	for _, id := range []string{"", "no colon", ":x"} {
		assert.Panics(t, func() { castest.NewServer(castest.WithDatasets(castest.Constant(id, cas.Value{}))) }, id)
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	client := server.Client()
	for range 2 {
		_, err := client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.3), DatasetIDs: []string{"local_dem:elevation", "nope:x"}})
		require.NoError(t, err)
	}
	_, err := client.Provider(t.Context(), "nope")
	require.Error(t, err)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/metrics", nil)
	require.NoError(t, err)
	r.Close = true
	res, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	for _, line := range []string{
		`cas_http_requests_total{method="POST",path="/api/v1/extract",status="200"} 2.0`,
		`cas_http_requests_total{method="GET",path="/api/v1/providers/{slug}",status="404"} 1.0`,
		`cas_http_request_duration_seconds_bucket{le="+Inf",method="POST",path="/api/v1/extract"} 2.0`,
		`cas_provider_failures_total{dataset="aggregate"} 2.0`,
		`cas_result_cache_hit_rate 0.25`,
		`cas_result_cache_size 1.0`,
	} {
		assert.Contains(t, string(body), line+"\n")
	}
}
