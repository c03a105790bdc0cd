package geojson

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A generator is a reader that makes its text as it is read: prefix, n times element, suffix.
type generator struct {
	next    func(i int) string
	i, n    int
	pending string
}

func (g *generator) Read(p []byte) (int, error) {
	if g.pending == "" {
		if g.i == g.n {
			return 0, io.EOF
		}
		g.pending = g.next(g.i)
		g.i++
	}
	n := copy(p, g.pending)
	g.pending = g.pending[n:]
	return n, nil
}

// manyFeatures is a FeatureCollection of n polygons with k positions.
func manyFeatures(n, k int) io.Reader {
	ring := ringText(k)
	elements := &generator{n: n, next: func(i int) string {
		comma := ","
		if i == 0 {
			comma = ""
		}
		return fmt.Sprintf(`%s{"type":"Feature","properties":{"HYBAS_ID":%d,"NAME":"basin %d","SUB_AREA":15.46},"geometry":{"type":"Polygon","coordinates":[%s]}}`+"\n", comma, int64(7_120_000_000)+int64(i), i, ring)
	}}
	return io.MultiReader(strings.NewReader(`{"type":"FeatureCollection","features":[`), elements, strings.NewReader(`]}`))
}

// heap returns the live bytes after a garbage collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// growth returns how many live bytes the heap has more than before.
func growth(before uint64) uint64 {
	now := heap()
	return max(now, before) - before
}

func TestMemoryIsBounded(t *testing.T) {
	const n, idBytes = 100_000, 25
	for name, o := range map[string]Options{
		"ids":       {IDField: "HYBAS_ID", Keep: []string{"NAME"}},
		"no id set": {IDField: "HYBAS_ID", Keep: []string{"NAME"}, TrustIDs: true},
	} {
		t.Run(name, func(t *testing.T) {
			allowed := uint64(1 << 20)
			if !o.TrustIDs {
				allowed += n * idBytes
			}
			before, count := heap(), 0
			for f, err := range Read(manyFeatures(n, 40), o) {
				require.NoError(t, err)
				if count++; count == n {
					assert.Less(t, growth(before), allowed, "bytes live at the last feature")
				}
				_ = f
			}
			assert.Equal(t, n, count)
			assert.Less(t, growth(before), uint64(1<<20), "bytes live afterwards")
		})
	}
}

func TestScanDoesNotCopyGeometries(t *testing.T) {
	var before, after runtime.MemStats
	const positions = 1000 // so that what a feature costs apart from its geometry does not count
	r := manyFeatures(1000, positions)
	runtime.ReadMemStats(&before)
	sum, err := Scan(r, Options{IDField: "HYBAS_ID"})
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Equal(t, 1000, sum.Features)
	perFeature := (after.TotalAlloc - before.TotalAlloc) / 1000
	assert.Less(t, perFeature, uint64(len(ringText(positions))*3/2), "bytes allocated a feature, of which the generator makes one copy")
}

// ringText is a closed ring of n positions.
func ringText(n int) string {
	positions := make([]string, n)
	for i := range n - 1 {
		angle := 2 * math.Pi * float64(i) / float64(n-1)
		positions[i] = fmt.Sprintf("[%.6f,%.6f]", -84+math.Cos(angle), 36+math.Sin(angle))
	}
	positions[n-1] = positions[0]
	return "[" + strings.Join(positions, ",") + "]"
}
