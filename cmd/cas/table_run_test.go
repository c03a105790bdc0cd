package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
)

// runHere runs cas in this process.
func runHere(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// child is cas as a process of its own: this test binary, see TestMain.
func child(args ...string) *exec.Cmd { return exec.Command("cas", args...) }

// gauge is the geometry of the feature at a position: a point of its own.
func gauge(i int) string {
	return fmt.Sprintf(`{"type":"Point","coordinates":[%g,%g]}`, -84.4+float64(i%500)/2000, 36.2+float64(i/500)/2000)
}

// gaugeID is its id: too long for a float64, and with a zero before it.
func gaugeID(i int) string { return fmt.Sprintf("0%d", 9007199254740993+i) }

// writeFeatures writes n features as a collection, and returns its path. The geometry of some may be another.
func writeFeatures(t *testing.T, n int, geometry func(i int) string) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n"+`{"type":"Feature","properties":{"GAUGE":"%s","NAME":"gauge %d"},"geometry":%s}`, gaugeID(i), i, geometry(i))
	}
	b.WriteString("\n]}\n")
	path := filepath.Join(t.TempDir(), "gauges.geojson")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
	return path
}

// readCSV is a table with its head line.
func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	require.NoError(t, err)
	return rows
}

// ledger is what a service saw.
type ledger struct {
	mu       sync.Mutex
	seen     map[string]int // geometry to how often
	requests int            // of extractions
	told     func(requests int)
}

// watch makes the ledger see what the server is asked. The fault may be nil.
func (l *ledger) watch(server *castest.Server, fault func(geometries []string) *castest.Fault) {
	l.seen = map[string]int{}
	server.FailWith(func(r *http.Request) *castest.Fault {
		var asked struct{ Geometries []json.RawMessage }
		if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&asked) != nil {
			return nil
		}
		geometries := make([]string, len(asked.Geometries))
		l.mu.Lock()
		for i, g := range asked.Geometries {
			geometries[i] = string(g)
			l.seen[geometries[i]]++
		}
		l.requests++
		requests, told := l.requests, l.told
		l.mu.Unlock()
		if told != nil {
			told(requests)
		}
		if fault == nil {
			return nil
		}
		return fault(geometries)
	})
}

// turn begins a new page, and returns what was seen on the old one. From now on, tell is told how many requests arrived.
func (l *ledger) turn(tell func(requests int)) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := l.seen
	l.seen, l.requests, l.told = map[string]int{}, 0, tell
	return seen
}
