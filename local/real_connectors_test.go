package local_test

import (
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// The connectors of the package, with the base URL alone changed: the same answers tuned and as shipped, at least five times faster, and
// connections are kept. Each request that is in flight opens one, and so does each thread of GDAL; then a run of any length goes on with
// these. As shipped, a result opens one at least.
func TestRealConnectors(t *testing.T) {
	for name, test := range map[string]struct {
		dataset string
		want    float64 // the value at the first point
		places  int     // asked as shipped and tuned
		more    int     // asked tuned only, so that there are 50 results to a connection
	}{
		"JSON by httpx":                  {"france_dem:elevation", 4619.945, 100, 1400},
		"STAC by httpx, COG by rasterio": {"swiss_dem:elevation", 484, 40, 3460},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shipped, tuned measured
			for _, asShipped := range []bool{true, false} {
				provider := newProvider(t)
				running, err := local.Start(t.Context(), local.Config{
					Python: service.Python(t, service.Latest), App: filepath.Join("testdata", "providers.py") + ":create",
					Env: provider.env(), AsShipped: asShipped,
				})
				require.NoError(t, err)
				client, err := running.Client()
				require.NoError(t, err)
				if asShipped {
					shipped = measure(t, client, provider, test.dataset, test.places)
				} else {
					tuned = measure(t, client, provider, test.dataset, test.places)
					more := measure(t, client, provider, test.dataset, test.more)
					assert.Greater(t, more.rate, 5*shipped.rate)
					assert.Less(t, provider.handshakes.Load(), int64(test.places+test.more)/50)
				}
				require.NoError(t, client.Close())
				require.NoError(t, running.Close())
			}
			assert.Equal(t, comparable(t, shipped.answers), comparable(t, tuned.answers))
			value, _ := shipped.answers[0].Results[0].Value.Float64()
			assert.Equal(t, test.want, value)
		})
	}
}

// A raster that takes longer than the service's time limit for a provider is read to its end, tuned and as shipped.
func TestRastersOutlastTheTimeLimit(t *testing.T) {
	provider := newProvider(t)
	provider.slow = 400 * time.Millisecond
	var answers []string
	for _, asShipped := range []bool{true, false} {
		running, err := local.Start(t.Context(), local.Config{
			Python: service.Python(t, service.Latest), App: filepath.Join("testdata", "providers.py") + ":create",
			Env: append(provider.env(), "CAS_PROVIDER_TIMEOUT_S=1"), AsShipped: asShipped,
		})
		require.NoError(t, err)
		client, err := running.Client()
		require.NoError(t, err)
		started := time.Now()
		answers = append(answers, comparable(t, measure(t, client, provider, "swiss_dem:elevation", 1).answers))
		assert.Greater(t, time.Since(started), time.Second)
		require.NoError(t, client.Close())
		require.NoError(t, running.Close())
	}
	assert.Equal(t, answers[0], answers[1])
}

// measured is what a service answered, and how many results a second.
type measured struct {
	answers []*cas.AttributeResponse
	rate    float64
}

// measure asks for so many places, 50 a request and two requests at a time, of which the service works on ten places each.
func measure(t *testing.T, client *cas.Client, provider *provider, dataset string, places int) measured {
	t.Helper()
	const size = 50
	answers := make([]*cas.AttributeResponse, places)
	slots := make(chan struct{}, 2)
	var all sync.WaitGroup
	requests, handshakes, started := provider.requests.Load(), provider.handshakes.Load(), time.Now()
	for first := 0; first < places; first += size {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			var geometries []cas.GeometryLike
			for i := first; i < min(first+size, places); i++ {
				x, y := 7.01+float64(i%250)/1000, 46.9-float64(i/250)/1000
				geometries = append(geometries, cas.Polygon([][2]float64{{x, y}, {x + 0.0009, y}, {x + 0.0009, y + 0.0009}, {x, y + 0.0009}, {x, y}}))
			}
			answer, err := client.BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: geometries, DatasetIDs: []string{dataset}})
			if assert.NoError(t, err) {
				for i := range answer.Responses {
					answers[first+i] = &answer.Responses[i]
				}
			}
		})
	}
	all.Wait()
	took := time.Since(started)
	for i, answer := range answers {
		require.NotNil(t, answer)
		require.Empty(t, answer.Warnings)
		require.Len(t, answer.Results, 1, "place %d", i)
	}
	rate := float64(places) / took.Seconds()
	t.Logf("%s: %d results in %.1f s, %.0f/s; %d requests to the provider, %d TLS handshakes", dataset, places, took.Seconds(), rate,
		provider.requests.Load()-requests, provider.handshakes.Load()-handshakes)
	return measured{answers, rate}
}

// comparable is answers as JSON, without what differs from call to call: ids and times.
func comparable(t *testing.T, answers []*cas.AttributeResponse) string {
	t.Helper()
	for _, answer := range answers {
		answer.RequestID, answer.ElapsedMS = "", 0
		for i := range answer.Results {
			answer.Results[i].ElapsedMS = 0
		}
	}
	text, err := json.MarshalIndent(answers, "", " ")
	require.NoError(t, err)
	return string(text)
}
