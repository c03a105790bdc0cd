package castest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
)

var demDatasets = []string{"local_dem:elevation", "local_dem:slope_class"}

func basinGeometries(t testing.TB) []cas.GeometryLike {
	t.Helper()
	var collection struct{ Features []json.RawMessage }
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	return cas.Geometries(collection.Features...)
}

// The basins have the values that the real service has for them, bit for bit, through the real client.
func TestBasins(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	answer, err := server.Client().BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: basinGeometries(t), DatasetIDs: demDatasets})
	require.NoError(t, err)
	require.Len(t, answer.Responses, len(basins.Truths()))
	assert.EqualValues(t, 2*len(answer.Responses), answer.TotalResults)
	for i, truth := range basins.Truths() {
		r := &answer.Responses[i]
		elevation, ok := cas.Lookup(r, "local_dem:elevation")
		require.True(t, ok)
		mean, ok := elevation.Value.Float64()
		require.True(t, ok)
		assert.Equal(t, truth.Mean, mean, truth.ID) //nolint:testifylint // bit for bit
		assert.EqualValues(t, truth.Pixels, elevation.PixelCount, truth.ID)
		assert.Equal(t, cas.QualityGood, elevation.Quality)

		slope, ok := cas.Lookup(r, "local_dem:slope_class")
		require.True(t, ok)
		shares, ok := slope.Value.Distribution()
		require.True(t, ok)
		want := map[string]float64{}
		for class, share := range truth.SlopeShares {
			if truth.SlopePixels[class] > 0 {
				want[fmt.Sprint(class)] = share
			}
		}
		assert.Equal(t, want, shares, truth.ID)
		assert.Empty(t, r.Warnings)
	}
}

func TestSummit(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	for _, id := range []string{"local_dem:elevation", "local_dem:elevation_daily", "copernicus_dem:elevation"} {
		r, err := server.Client().Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(-84.2308, 36.1983), DatasetIDs: []string{id}})
		require.NoError(t, err)
		result, ok := cas.Lookup(r, id)
		require.True(t, ok)
		assert.Equal(t, "1076", result.Value.String())
		assert.Equal(t, id == "copernicus_dem:elevation", strings.Contains(result.Provenance, "in place of"), "a stand-in says so")
	}
}

// The providers of the seed guide are there, and none gives a number that is made up.
func TestGuide(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	client := server.Client()

	kansas := []string{"copernicus_dem:elevation", "isric_soilgrids:clay_0-5cm", "modis_lc:land_cover", "esa_worldcover:land_cover"}
	r, err := client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(-96.5, 39), DatasetIDs: kansas})
	require.NoError(t, err)
	require.Len(t, r.Results, 1)
	assert.True(t, r.Results[0].Value.IsNull(), "outside of the model")
	assert.Len(t, cas.Missing(r, kansas), 3)

	worldcover, err := client.Datasets(t.Context(), cas.DatasetFilter{Provider: "esa_worldcover"})
	require.NoError(t, err)
	assert.Equal(t, 1, worldcover.Total)
	detail, err := client.Provider(t.Context(), "copernicus_dem")
	require.NoError(t, err)
	assert.Equal(t, "Open", detail.Datasets[0].License)
}

// A batch of the largest size comes back in order, from all workers and from the cache.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	server := castest.NewServer()
	defer server.Close()
	points := make([]cas.Geometry, cas.MaxBatchGeometries)
	for i := range points {
		points[i] = cas.Point(-84.4+float64(i)*0.0003, 36.2)
	}
	request := cas.BatchExtractRequest{Geometries: cas.Geometries(points...), DatasetIDs: demDatasets}
	first, err := server.Client().BatchExtract(t.Context(), request)
	require.NoError(t, err)
	again, err := server.Client().BatchExtract(t.Context(), request)
	require.NoError(t, err)
	ids := map[string]bool{first.RequestID: true, again.RequestID: true}
	for i := range points {
		single, err := json.Marshal(first.Responses[i].Results)
		require.NoError(t, err)
		cached, err := json.Marshal(again.Responses[i].Results)
		require.NoError(t, err)
		assert.Equal(t, string(single), string(cached))
		ids[first.Responses[i].RequestID], ids[again.Responses[i].RequestID] = true, true
	}
	assert.Len(t, ids, 2*len(points)+2, "every answer has an id of its own")
	health, err := server.Client().Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, cas.CacheStats{Hits: 2000, Misses: 2000, Size: 2000, HitRate: 0.5}, health.Cache)
}

// The cache forgets after ten minutes, and keeps 10,000 results.
func TestCache(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := castest.NewServer(castest.WithClock(clock.now))
	defer server.Close()
	ask := func(from, n int) {
		points := make([]cas.Geometry, n)
		for i := range points {
			points[i] = cas.Point(-84.4, 36.2+float64(from+i)*1e-6)
		}
		_, err := server.Client().BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: cas.Geometries(points...), DatasetIDs: demDatasets[:1]})
		require.NoError(t, err)
	}
	stats := func() cas.CacheStats {
		health, err := server.Client().Health(t.Context())
		require.NoError(t, err)
		return health.Cache
	}
	ask(0, 1)
	clock.add(10 * time.Minute)
	ask(0, 1)
	assert.Equal(t, cas.CacheStats{Hits: 1, Misses: 1, Size: 1, HitRate: 0.5}, stats(), "to the last moment")
	clock.add(time.Nanosecond)
	ask(0, 1)
	assert.Equal(t, cas.CacheStats{Hits: 1, Misses: 2, Size: 1, HitRate: 0.3333}, stats(), "and no longer")

	for from := 1; from < 10_000; from += 1000 {
		ask(from, 1000)
	}
	assert.EqualValues(t, 10_000, stats().Size)
	hits := stats().Hits
	ask(0, 1)
	assert.Equal(t, hits, stats().Hits, "the oldest has gone")
}

// A time stands still until it is told to go on.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// How fast a batch of the basins is answered, cached and not.
func BenchmarkBasins(b *testing.B) {
	for _, cached := range []bool{true, false} {
		b.Run(fmt.Sprintf("cached=%v", cached), func(b *testing.B) {
			clock := newClock()
			server := castest.NewServer(castest.WithRecording(0), castest.WithClock(clock.now))
			defer server.Close()
			client := server.Client()
			request := cas.BatchExtractRequest{Geometries: basinGeometries(b), DatasetIDs: demDatasets}
			body, err := json.Marshal(map[string]any{"geometries": request.Geometries, "dataset_ids": request.DatasetIDs})
			require.NoError(b, err)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if !cached {
					clock.add(time.Hour)
				}
				_, err := client.BatchExtract(b.Context(), request)
				require.NoError(b, err)
			}
		})
	}
}

// How fast 1000 small polygons are answered, all of them new.
func BenchmarkSmallPolygons(b *testing.B) {
	clock := newClock()
	server := castest.NewServer(castest.WithRecording(0), castest.WithClock(clock.now))
	defer server.Close()
	client := server.Client()
	var text bytes.Buffer
	polygons := make([]cas.GeometryLike, 1000)
	for i := range polygons {
		text.Reset()
		x, y := -84.4+float64(i%100)*0.003, 36.2+float64(i/100)*0.02
		fmt.Fprintf(&text, `{"type":"Polygon","coordinates":[[[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}`, x, y, x+0.002, y, x+0.001, y+0.002, x, y)
		polygons[i] = json.RawMessage(bytes.Clone(text.Bytes()))
	}
	for b.Loop() {
		clock.add(time.Hour)
		_, err := client.BatchExtract(b.Context(), cas.BatchExtractRequest{Geometries: polygons, DatasetIDs: demDatasets[:1]})
		require.NoError(b, err)
	}
}
