package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// TestTunedServiceGivesTheSameAnswers asks the service as shipped and the tuned one the same, in the same order.
func TestTunedServiceGivesTheSameAnswers(t *testing.T) {
	for version, random := range map[string]int{service.Latest: 200, service.Earlier[0]: 5, service.Earlier[1]: 5} {
		t.Run(version, func(t *testing.T) {
			shipped, tuned := startFor(t, version, true), startFor(t, version, false)
			require.Empty(t, shipped.Tuned().Applied)
			require.NotEmpty(t, tuned.Tuned().Applied)
			asked := about(t, random)
			if version == service.Latest {
				asked = append(capturedQuestions(t), asked...)
			}
			for _, question := range asked {
				want, got := question.ask(t, shipped.URL()), question.ask(t, tuned.URL())
				assert.Equal(t, want, got, question.name)
			}
		})
	}
}

func startFor(t *testing.T, version string, asShipped bool) *local.Service {
	t.Helper()
	running, err := local.Start(t.Context(), local.Config{
		Python: service.Python(t, version), App: service.App(t), AsShipped: asShipped, Env: []string{"CAS_PROVIDER_TIMEOUT_S=1"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, running.Close()) })
	return running
}

// question is one request to a service.
type question struct {
	name, method, path string
	header             http.Header
	body               []byte
}

// changing is what differs between two answers to the same request.
var changing = regexp.MustCompile(`"(request_id|elapsed_ms)":("[0-9a-f]{12}"|\d+)`)

// unreachable is how a provider fails that cannot be reached: whether its name is not found or the time is over first, is chance.
var unreachable = regexp.MustCompile(`(Extraction failed for [^ ]+): (timeout after 1s|\[Errno -?\d+\] [^"]*)`)

// ask returns the answer without ids and times.
func (q question) ask(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), q.method, url+q.path, bytes.NewReader(q.body))
	require.NoError(t, err)
	for name, values := range q.header {
		request.Header[name] = values
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	require.NoError(t, err, q.name)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	response.Header.Del("Date")
	response.Header.Del("X-Request-ID")
	response.Header.Del("Content-Length") // times have as many digits as they have
	text := unreachable.ReplaceAllString(changing.ReplaceAllString(string(body), `"$1":…`), "$1: not reached")
	answer := fmt.Sprintln(response.StatusCode, response.Header, text)
	return strings.ReplaceAll(answer, strings.TrimPrefix(url, "http://"), "HOST") // of a redirect
}

// capturedQuestions are all captured requests.
func capturedQuestions(t *testing.T) (all []question) {
	t.Helper()
	for _, x := range captured(t) {
		if x.request == nil || x.unkept || !strings.HasPrefix(x.request.URL.Path, "/") || x.request.URL.Path == "/metrics" {
			continue
		}
		header := x.request.Header.Clone()
		header.Del("Content-Length")
		all = append(all, question{x.name, x.request.Method, x.request.URL.RequestURI(), header, x.sent})
	}
	require.Greater(t, len(all), 50)
	return all
}

// about are questions about the basins and so many random geometries, all in one and the last few of them alone.
func about(t *testing.T, stars int) (all []question) {
	t.Helper()
	var collection struct {
		Features []struct {
			Geometry json.RawMessage `json:"geometry"`
		} `json:"features"`
	}
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	require.Len(t, collection.Features, 53)
	var geometries []json.RawMessage
	for _, feature := range collection.Features {
		geometries = append(geometries, feature.Geometry)
	}
	random := rand.New(rand.NewPCG(16, 4))
	for range stars {
		geometries = append(geometries, randomPolygon(random))
	}
	for i, geometry := range geometries[len(geometries)-5:] {
		all = append(all, post(t, fmt.Sprint("geometry ", i), "/api/v1/extract", map[string]any{"geometry": geometry, "dataset_ids": everyDataset}))
	}
	for range 2 { // the second time from the cache
		all = append(all, post(t, "all geometries", "/api/v1/extract/batch", map[string]any{"geometries": geometries, "dataset_ids": everyDataset}))
	}
	return all
}

// everyDataset is a number, a distribution, and a failure.
var everyDataset = []string{elevation, slopeClass, "local_dem:fail"}

func post(t *testing.T, name, path string, body any) question {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	return question{name, http.MethodPost, path, http.Header{"Content-Type": {"application/json"}}, text}
}

// randomPolygon is a star around a place in or near the elevation model.
func randomPolygon(random *rand.Rand) json.RawMessage {
	x, y, corners := -84.8+random.Float64()*0.9, 35.9+random.Float64()*0.6, 3+random.IntN(30)
	var ring [][2]float64
	for i := range corners {
		angle, radius := 2*math.Pi*float64(i)/float64(corners), 0.002+random.Float64()*0.05
		ring = append(ring, [2]float64{x + radius*math.Cos(angle), y + radius*math.Sin(angle)})
	}
	text, _ := json.Marshal(map[string]any{"type": "Polygon", "coordinates": [][][2]float64{append(ring, ring[0])}})
	return text
}
