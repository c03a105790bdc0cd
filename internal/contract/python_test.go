package contract_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// TestLiveSameAsPythonSDK asks for random geometries through the Python SDK and through this client, and expects equal answers,
// field for field. The second one asked is answered from the service's cache, which keeps even the times taken.
func TestLiveSameAsPythonSDK(t *testing.T) {
	running := service.Start(t, service.Latest, service.App(t), "CAS_PROVIDER_TIMEOUT_S=5")
	client := watched(t, running.URL())
	python := startPythonSDK(t, running.URL())
	random := rand.New(rand.NewPCG(2026, 11))

	const extractions, batches = 240, 8
	for i := range extractions {
		geometry, ids := randomGeometry(random), randomDatasets(random)
		request := map[string]any{"geometry": geometry, "dataset_ids": ids}
		asked := cas.ExtractRequest{Geometry: geometry, DatasetIDs: ids}
		if i%3 == 0 {
			request["time_range"] = []string{"2020-01-01", "2020-12-31T12:30:00"}
			asked.TimeRange = cas.Dates{"2020-01-01", "2020-12-31T12:30:00"}
		}
		if i%5 == 0 {
			request["aggregation"] = "majority"
			asked.Aggregation = cas.AggregationMajority
		}
		theirs := python.ask(t, request)
		ours, err := client.Extract(t.Context(), asked)
		require.NoError(t, err)
		assertSameAnswer(t, theirs, ours)
	}
	for range batches {
		geometries := make([]cas.Geometry, 1+random.IntN(20))
		for i := range geometries {
			geometries[i] = randomGeometry(random)
		}
		ids := randomDatasets(random)
		theirs := python.ask(t, map[string]any{"geometries": geometries, "dataset_ids": ids})
		ours, err := client.BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: cas.Geometries(geometries...), DatasetIDs: ids})
		require.NoError(t, err)
		assertSameAnswer(t, theirs, ours)
	}
}

// pythonSDK is a process that asks through the Python SDK.
type pythonSDK struct {
	in  *json.Encoder
	out *bufio.Scanner
}

func startPythonSDK(t *testing.T, url string) pythonSDK {
	t.Helper()
	cmd := exec.Command(service.Python(t, service.Latest), filepath.Join("testdata", "python_sdk.py"), url)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = t.Output()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait())
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 16<<20)
	return pythonSDK{json.NewEncoder(in), lines}
}

func (p pythonSDK) ask(t *testing.T, request map[string]any) string {
	t.Helper()
	require.NoError(t, p.in.Encode(request))
	require.True(t, p.out.Scan(), "the Python SDK ended: %v", p.out.Err())
	return p.out.Text()
}

// assertSameAnswer compares all but what is new in every answer: request ids, and the time taken for the whole.
func assertSameAnswer(t *testing.T, theirs string, ours any) {
	t.Helper()
	encoded, err := json.Marshal(ours)
	require.NoError(t, err)
	var a, b map[string]any
	require.NoError(t, json.Unmarshal([]byte(theirs), &a))
	require.NoError(t, json.Unmarshal(encoded, &b))
	for _, answer := range []map[string]any{a, b} {
		forgetRun(answer)
		if responses, ok := answer["responses"].([]any); ok {
			for _, r := range responses {
				forgetRun(r.(map[string]any))
			}
		}
	}
	if !assert.Equal(t, a, b) {
		t.FailNow()
	}
}

// forgetRun takes out what differs between two answers to one question: what is cached comes first, in results and in warnings.
func forgetRun(answer map[string]any) {
	delete(answer, "request_id")
	delete(answer, "elapsed_ms")
	for _, list := range []string{"results", "warnings"} {
		if items, ok := answer[list].([]any); ok {
			slices.SortFunc(items, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
}

// randomDatasets leaves out local_dem:nandict, on which the Python SDK loses the whole answer, and the ones that only cost time.
func randomDatasets(random *rand.Rand) []string {
	all := []string{
		elevation, slopeClass, "local_dem:elevation_daily", "local_dem:fail", "local_dem:boom", "local_dem:nan", "local_dem:none",
		"local_dem:suspect", "local_dem:partial", "local_dem:lowcov", "local_dem:emptydict", "local_dem:bigint", "local_dem:unicode",
		"local_dem:multiline", "local_dem:ts_naive", "local_dem:ts_utc", "local_dem:ts_plus0530_micro", "local_dem:ts_max", "nope:x",
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:1+random.IntN(5)]
}

// randomGeometry lies in and around the elevation model: points, stars with and without a hole, pairs of stars.
func randomGeometry(random *rand.Rand) cas.Geometry {
	lon, lat := -84.6+0.9*random.Float64(), 36.0+0.7*random.Float64()
	switch random.IntN(4) {
	case 0:
		return cas.Point(lon, lat)
	case 1:
		return cas.Polygon(star(random, lon, lat, 0.08), star(random, lon, lat, 0.01))
	case 2:
		return cas.MultiPolygon([][][2]float64{star(random, lon, lat, 0.03)}, [][][2]float64{star(random, lon+0.1, lat, 0.03)})
	default:
		return cas.Polygon(star(random, lon, lat, 0.05))
	}
}

func star(random *rand.Rand, lon, lat, radius float64) [][2]float64 {
	n := 3 + random.IntN(12)
	ring := make([][2]float64, n, n+1)
	for i := range ring {
		angle := 2 * math.Pi * float64(i) / float64(n)
		r := radius * (0.3 + 0.7*random.Float64())
		ring[i] = [2]float64{lon + r*math.Cos(angle), lat + r*math.Sin(angle)}
	}
	return append(ring, ring[0])
}
