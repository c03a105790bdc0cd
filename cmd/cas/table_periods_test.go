package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// A pair is what is asked for of a basin: in a period, or in none.
type pair struct{ geometry, period string }

// witness stands before a service and sees what it is asked.
type witness struct {
	mu       sync.Mutex
	seen     map[pair]int
	datasets map[string]int
	requests int
	told     func(requests int)
}

func (w *witness) before(t *testing.T, service string) *httptest.Server {
	t.Helper()
	target, err := url.Parse(service)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	front := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err == nil && r.Method == http.MethodPost {
			w.see(t, body)
			time.Sleep(time.Duration(rand.IntN(3000)) * time.Microsecond)
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		defer func() { _ = recover() }() // of the proxy, where the one who asked was killed
		proxy.ServeHTTP(out, r)
	}))
	t.Cleanup(front.Close)
	return front
}

func (w *witness) see(t *testing.T, body []byte) {
	var asked struct {
		Geometries []json.RawMessage
		DatasetIDs []string                     `json:"dataset_ids"`
		TimeRange  *struct{ Start, End string } `json:"time_range"`
	}
	assert.NoError(t, json.Unmarshal(body, &asked))
	period := ""
	if asked.TimeRange != nil {
		period = asked.TimeRange.Start + "/" + asked.TimeRange.End
	}
	w.mu.Lock()
	for _, g := range asked.Geometries {
		w.seen[pair{string(g), period}]++
	}
	w.datasets[fmt.Sprint(period != "", asked.DatasetIDs)]++
	w.requests++
	requests, told := w.requests, w.told
	w.mu.Unlock()
	if told != nil {
		told(requests)
	}
}

// turn begins a new page, and returns the old one.
func (w *witness) turn(told func(requests int)) map[pair]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen, w.datasets, w.requests, w.told = map[pair]int{}, map[string]int{}, 0, told
	return seen
}

// TestPeriodsOfKilledRuns asks for twelve months of a dataset that varies and once for one that does not, for 53 basins, of castest and of
// the real service. A run that is killed twice makes the tables of one that is not, byte for byte, and nothing that was answered is asked
// for again.
func TestPeriodsOfKilledRuns(t *testing.T) {
	t.Run("castest", func(t *testing.T) {
		server := castest.NewServer(castest.WithDatasets(castest.Dataset{
			Dataset: cas.Dataset{ID: "local_dem:elevation_daily"},
			Answer: func(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
				sum := crc32.ChecksumIEEE(fmt.Appendf(nil, "%s %s", q.Geometry.Coordinates, q.Start))
				return cas.AttributeResult{Value: cas.NumberValue(float64(sum) / 3), Timestamp: &q.Start}, nil
			},
		}))
		defer server.Close()
		killAndResume(t, server.URL())
	})
	t.Run("service", func(t *testing.T) {
		running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), App: service.App(t)})
		require.NoError(t, err)
		defer running.Close()
		killAndResume(t, running.URL())
	})
}

func killAndResume(t *testing.T, service string) {
	const batch, concurrency = 20, 3
	w := witness{}
	w.turn(nil)
	front := w.before(t, service)
	input := filepath.Join(t.TempDir(), "basins.geojson")
	require.NoError(t, os.WriteFile(input, basins.GeoJSON(), 0o666))
	ids := map[string]string{} // by geometry
	source, err := features.Open(input, features.Options{IDField: "HYBAS_ID"})
	require.NoError(t, err)
	defer source.Close()
	for f, err := range source.Features() {
		require.NoError(t, err)
		ids[string(f.Geometry)] = f.ID
	}
	require.Len(t, ids, 53)

	args := func(table string) []string {
		return []string{
			"extract", input, "-d", "local_dem:elevation_daily", "-d", "local_dem:elevation", "--every", "month", "--start", "2020-01-01", "--end", "2020-12-31",
			"-o", table, "--id-field", "HYBAS_ID", "--url", front.URL, "--quiet", "--batch-size", "20", "--concurrency", "3",
		}
	}
	undisturbed := filepath.Join(t.TempDir(), "a.csv")
	code, _, errs := runHere(t, args(undisturbed)...)
	require.Equal(t, exitOK, code, errs)
	assert.Len(t, w.datasets, 2, "what varies in a period, and the other in none: %v", w.datasets)
	seen := w.turn(nil)
	assert.Len(t, seen, 53*13)
	for p, times := range seen {
		assert.Equal(t, 1, times, p)
	}
	rows := readCSV(t, undisturbed)
	require.Len(t, rows, 1+53*13)

	killed := filepath.Join(t.TempDir(), "a.csv")
	every, err := tabulate.Every("month", "2020-01-01", "2020-12-31")
	require.NoError(t, err)
	fingerprint := bulk.Options{
		DatasetIDs: []string{"local_dem:elevation_daily", "local_dem:elevation"}, Static: []string{"local_dem:elevation"}, Periods: every,
	}.Fingerprint("HYBAS_ID")
	done := map[pair]bool{}
	for kill := range 2 {
		strike := make(chan struct{})
		at := 5 + rand.IntN(10)
		w.turn(func(requests int) {
			if requests == at {
				close(strike)
			}
		})
		killChild(t, strike, 0, args(killed)...)
		require.NoFileExists(t, killed)
		inFlight := 0
		j, err := journal.Open(tabulate.JournalPath(killed), fingerprint)
		require.NoError(t, err)
		for p, times := range w.turn(nil) {
			assert.False(t, done[p], "kill %d: %v was asked for again", kill, p)
			assert.Equal(t, 1, times, p)
			if done[p] = j.Done(ids[p.geometry], journal.HashGeometry([]byte(p.geometry)).In(p.period)); !done[p] {
				inFlight++
			}
		}
		require.NoError(t, j.Close())
		assert.LessOrEqual(t, inFlight, batch*concurrency)
	}
	code, _, errs = runHere(t, args(killed)...)
	require.Equal(t, exitOK, code, errs)
	answered := 0
	for _, is := range done {
		if is {
			answered++
		}
	}
	assert.Positive(t, answered)
	seen = w.turn(nil)
	assert.Len(t, seen, 53*13-answered)
	for p := range seen {
		assert.False(t, done[p], "%v was asked for again", p)
	}
	t.Logf("killed twice with %d of %d answers; the rest took %d", answered, 53*13, len(seen))
	for _, name := range []string{"a.csv", "a.errors.csv"} {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(undisturbed), name))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(filepath.Dir(killed), name))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), name)
	}
	want, err := os.ReadFile(filepath.Join(filepath.Dir(undisturbed), "a.meta.json"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(filepath.Dir(killed), "a.meta.json"))
	require.NoError(t, err)
	assert.Equal(t, metaWithoutSessions(t, want), metaWithoutSessions(t, got))
	fits(t, "meta", got)
}
