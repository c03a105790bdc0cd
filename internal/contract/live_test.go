package contract_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbjson "github.com/paulmach/orb/geojson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	wirecheck "github.com/community-attribute-service/cas-go/internal/contract/exchange"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// summit is Cross Mountain, Tennessee, the highest pixel of the local elevation model: 1076 m.
var summit = [2]float64{-84.2308, 36.1983}

const (
	elevation  = "local_dem:elevation"
	slopeClass = "local_dem:slope_class"
)

// watched is a client every exchange of which is held against the document.
func watched(t *testing.T, url string, opts ...cas.Option) *cas.Client {
	t.Helper()
	checker, err := wirecheck.New(api.Document)
	require.NoError(t, err)
	transport := checker.Transport(nil)
	client, err := cas.NewClient(url, append(opts, cas.WithHTTPClient(&http.Client{Transport: transport}))...)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close())
		assert.NoError(t, transport.Faults())
		assert.NotZero(t, transport.Exchanges())
	})
	return client
}

func TestLiveEveryWayToAskGivesTheSummit(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t))
	client := watched(t, running.URL())
	ctx := t.Context()
	point := `{"type":"Point","coordinates":[-84.2308,36.1983]}`
	for name, geometry := range map[string]cas.GeometryLike{
		"Point":      cas.Point(summit[0], summit[1]),
		"a Feature":  `{"type":"Feature","properties":{},"geometry":` + point + `}`,
		"a map":      map[string]any{"type": "Point", "coordinates": summit},
		"raw bytes":  []byte(point),
		"text":       point,
		"orb":        orbjson.NewGeometry(orb.Point(summit)),
		"an orb map": orbjson.NewFeature(orb.Point(summit)),
	} {
		t.Run(name, func(t *testing.T) {
			request := cas.ExtractRequest{Geometry: geometry, DatasetIDs: []string{elevation}}
			assertSummit(t)(client.Extract(ctx, request))
			assertSummit(t)(client.Async().Extract(ctx, request).Wait(ctx))
		})
	}
	batch := cas.BatchExtractRequest{Geometries: cas.Geometries(point, point), DatasetIDs: []string{elevation}}
	whole, err := client.BatchExtract(ctx, batch)
	require.NoError(t, err)
	require.Len(t, whole.Responses, 2)
	n := 0
	for response, err := range client.StreamBatch(ctx, batch) {
		assertSummit(t)(response, err)
		assertSummit(t)(&whole.Responses[n], nil)
		n++
	}
	assert.Equal(t, 2, n)
}

func assertSummit(t *testing.T) func(*cas.AttributeResponse, error) {
	return func(answer *cas.AttributeResponse, err error) {
		t.Helper()
		require.NoError(t, err)
		result, ok := cas.Lookup(answer, elevation)
		require.True(t, ok)
		metres, ok := result.Value.Float64()
		assert.True(t, ok)
		assert.Equal(t, 1076.0, metres)
		assert.Equal(t, "m", result.Units)
		assert.Equal(t, cas.QualityGood, result.Quality)
	}
}

// TestLiveAnswers walks through everything that the service with its local connector can be made to answer.
func TestLiveAnswers(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t), "CAS_PROVIDER_TIMEOUT_S=1")
	client := watched(t, running.URL())
	ctx := t.Context()
	here := cas.Point(summit[0], summit[1])

	t.Run("what failed is missing, with the service's reason", func(t *testing.T) {
		ids := []string{elevation, "local_dem:fail", "local_dem:boom", "local_dem:slow", "nope:x"}
		answer, err := client.Extract(ctx, cas.ExtractRequest{Geometry: here, DatasetIDs: ids})
		require.NoError(t, err)
		reasons := map[string]string{}
		for _, m := range cas.Missing(answer, ids) {
			reasons[m.DatasetID] = m.Reason
		}
		assert.Equal(t, map[string]string{
			"local_dem:fail": "[local_dem] upstream returned HTTP 503",
			"local_dem:boom": "Extraction failed for local_dem:boom: boom: unexpected internal state",
			"local_dem:slow": "Extraction failed for local_dem:slow: timeout after 1s",
			"nope:x":         `Extraction failed for nope:x: "No connector registered for provider 'nope'"`,
		}, reasons)
	})
	t.Run("null, distributions and times arrive as they are", func(t *testing.T) {
		answer, err := client.Extract(ctx, cas.ExtractRequest{Geometry: here, DatasetIDs: []string{
			slopeClass, "local_dem:nan", "local_dem:nandict", "local_dem:unicode", "local_dem:bigint", "local_dem:ts_naive", "local_dem:ts_plus2",
		}})
		require.NoError(t, err)
		value := func(id string) cas.Value {
			r, ok := cas.Lookup(answer, id)
			require.True(t, ok, id)
			return r.Value
		}
		assert.True(t, value("local_dem:nan").IsNull())
		assert.Equal(t, `{"1":null,"2":0.5}`, value("local_dem:nandict").String())
		assert.Equal(t, `{"a/b":0.75,"forêt":0.25}`, value("local_dem:unicode").String())
		assert.Equal(t, "1152921504606847000", value("local_dem:bigint").String())
		naive, _ := cas.Lookup(answer, "local_dem:ts_naive")
		assert.False(t, naive.Timestamp.HasZone())
		assert.Equal(t, "2020-01-02T03:04:05", naive.Timestamp.String())
		east, _ := cas.Lookup(answer, "local_dem:ts_plus2")
		assert.True(t, east.Timestamp.HasZone())
		assert.Len(t, cas.AggregationMismatches(answer, ""), 1, "the slope classes are a distribution")
	})
	t.Run("a time range goes out without a zone", func(t *testing.T) {
		answer, err := client.Extract(ctx, cas.ExtractRequest{
			Geometry: here, DatasetIDs: []string{"local_dem:elevation_daily"},
			TimeRange: cas.Dates{"2020-01-01", "2020-12-31"},
		})
		require.NoError(t, err)
		result, ok := cas.Lookup(answer, "local_dem:elevation_daily")
		require.True(t, ok)
		assert.Equal(t, "2020-01-01T00:00:00", result.Timestamp.String())
	})
	t.Run("a geometry over the limit is an error inside the batch", func(t *testing.T) {
		ring := make([][2]float64, 10001)
		for i := range ring {
			ring[i] = [2]float64{summit[0] + float64(i%100)*1e-5, summit[1]}
		}
		answer, err := client.BatchExtract(ctx, cas.BatchExtractRequest{Geometries: cas.Geometries(here, cas.Polygon(ring)), DatasetIDs: []string{elevation}})
		require.NoError(t, err)
		assert.NoError(t, cas.ResponseError(&answer.Responses[0]))
		refused := cas.ResponseError(&answer.Responses[1])
		assert.ErrorIs(t, refused, cas.ErrRequestLimit)
		assert.ErrorContains(t, refused, "10001 vertices > limit 10000")

		_, err = client.Extract(ctx, cas.ExtractRequest{Geometry: cas.Polygon(ring), DatasetIDs: []string{elevation}})
		assert.ErrorIs(t, err, cas.ErrRequestLimit)
	})
	t.Run("errors say what and where", func(t *testing.T) { assertErrorShapes(t, client) })
	t.Run("a catalog with NaN in it is read", func(t *testing.T) {
		detail, err := client.Provider(ctx, "local_nancat")
		require.NoError(t, err)
		require.Len(t, detail.Datasets, 2)
		assert.True(t, detail.Datasets[0].ResolutionM.IsNull())
		broken, err := client.Provider(ctx, "local_broken")
		require.NoError(t, err)
		assert.Empty(t, broken.Datasets)
	})
}

// assertErrorShapes holds the client's errors against what the seed guide and the contract promise.
func assertErrorShapes(t *testing.T, client *cas.Client) {
	t.Helper()
	ctx := t.Context()
	_, err := client.Provider(ctx, "nope")
	require.ErrorIs(t, err, cas.ErrNotFound)
	var e *cas.Error
	require.ErrorAs(t, err, &e)
	assert.Len(t, e.RequestID, 12)
	assert.Equal(t, "[404 not_found] Unknown provider 'nope' (request_id="+e.RequestID+"), in answer to GET /api/v1/providers/nope", e.Error())

	_, err = client.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(summit[0], summit[1])})
	require.ErrorIs(t, err, cas.ErrValidation)
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Issues(), 1)
	assert.Equal(t, "body.dataset_ids", e.Issues()[0].Loc)
	assert.Equal(t, "too_short", e.Issues()[0].Type)

	_, err = client.Datasets(ctx, cas.DatasetFilter{Page: cas.Page{Limit: 1001}})
	require.ErrorIs(t, err, cas.ErrValidation)
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "query.limit", e.Issues()[0].Loc)
}

func TestLiveKeyAndRateLimit(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t),
		"CAS_AUTH_ENABLED=true", `CAS_API_KEYS=["right"]`, "CAS_RATE_LIMIT_ENABLED=true", "CAS_RATE_LIMIT_PER_MINUTE=3")
	ctx := t.Context()
	once := cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})

	_, err := watched(t, running.URL(), cas.WithAPIKey("wrong"), once).Providers(ctx, cas.Page{})
	assert.ErrorIs(t, err, cas.ErrUnauthorized)

	client := watched(t, running.URL(), cas.WithAPIKey("right"), once)
	for range 3 {
		_, err = client.Providers(ctx, cas.Page{Limit: 1})
		require.NoError(t, err)
	}
	_, err = client.Providers(ctx, cas.Page{Limit: 1})
	require.ErrorIs(t, err, cas.ErrRateLimited)
	var e *cas.Error
	require.ErrorAs(t, err, &e)
	assert.Greater(t, e.RetryAfter.Seconds(), 50.0)
	_, err = watched(t, running.URL()).Health(ctx)
	assert.NoError(t, err, "health needs no key and is not limited")
}

// TestLivePlainCatalog reads the whole catalog of the service as published.
func TestLivePlainCatalog(t *testing.T) {
	running := service.Start(t, service.Latest, service.Plain)
	client := watched(t, running.URL())
	ctx := t.Context()
	health, err := client.Health(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 222, health.ProvidersRegistered)
	slugs := map[string]int{}
	for p, err := range client.AllProviders(ctx) {
		require.NoError(t, err)
		slugs[p.Slug] = 0
	}
	assert.Len(t, slugs, 222)
	n := 0
	for d, err := range client.AllDatasets(ctx, cas.DatasetFilter{}) {
		require.NoError(t, err)
		assert.NotEmpty(t, d.ID)
		slugs[d.Provider]++
		n++
	}
	assert.Equal(t, 430, n)
	details := 0
	for detail, err := range client.ProviderDetails(ctx) {
		require.NoError(t, err)
		assert.Len(t, detail.Datasets, slugs[detail.Slug], detail.Slug)
		details++
	}
	assert.Equal(t, 222, details)
}

// TestLiveEarlierVersions asks the other published versions for their catalog, one extraction and the error shapes.
func TestLiveEarlierVersions(t *testing.T) {
	for _, version := range service.Earlier {
		t.Run(version, func(t *testing.T) {
			client := watched(t, service.Start(t, version, service.App(t)).URL())
			page, err := client.Datasets(t.Context(), cas.DatasetFilter{Provider: "local_dem"})
			require.NoError(t, err)
			assert.NotEmpty(t, page.Datasets)
			n := 0
			for _, err := range client.AllProviders(t.Context()) {
				require.NoError(t, err)
				n++
			}
			assert.Greater(t, n, 200)
			assertSummit(t)(client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(summit[0], summit[1]), DatasetIDs: []string{elevation}}))
			assertErrorShapes(t, client)
		})
	}
}

// TestLiveConnectionAfterReal500 makes the service fail for real, which resets the connection without a word, and goes on.
func TestLiveConnectionAfterReal500(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t))
	poison := &poisoned{next: &http.Transport{}}
	client, err := cas.NewClient(running.URL(), cas.WithHTTPClient(&http.Client{Transport: poison}),
		cas.WithRetry(cas.RetryPolicy{MinBackoff: time.Millisecond, MaxBackoff: 10 * time.Millisecond}))
	require.NoError(t, err)
	defer client.Close()
	ask := func() (*cas.AttributeResponse, error) {
		return client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(summit[0], summit[1]), DatasetIDs: []string{elevation}})
	}
	poison.left.Store(4)
	_, err = ask()
	var e *cas.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, 4, e.Attempts)
	assert.True(t, errors.Is(err, cas.ErrInternal) || e.Type == cas.ErrorTypeTransport, "the 500, or the reset that follows it: %v", err)
	for i := range 200 {
		if i%20 == 0 {
			poison.left.Store(1)
		}
		assertSummit(t)(ask())
	}
}

// poisoned is a transport that sends, as often as it is told, a body on which the service's own error handler fails. The client
// would refuse to send such a one.
type poisoned struct {
	next http.RoundTripper
	left atomic.Int32
}

func (p *poisoned) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.left.Add(-1) >= 0 {
		const nan = `{"geometry":{"type":"Point","coordinates":[1,2]},"dataset_ids":["a:b"],"aggregation":NaN}`
		r = r.Clone(r.Context())
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(nan)), int64(len(nan))
		r.GetBody = nil
	}
	return p.next.RoundTrip(r)
}
