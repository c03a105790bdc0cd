package dem

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheSummitIsCrossMountain(t *testing.T) {
	mask := Open().Cover(Geometry{Type: Point, Point: Position{-84.2308, 36.1983}})
	mean, coverage, pixels := Open().Elevation(mask)
	assert.Equal(t, []any{1076.0, 1.0, 1}, []any{mean, coverage, pixels})
	highest := 0
	for _, e := range Open().elevation {
		highest = max(highest, int(e))
	}
	assert.Equal(t, 1076, highest)
}

func TestPointsOffTheGridSelectNothing(t *testing.T) {
	west, south, east, north := Open().Bounds()
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []Position{
		{west - 1e-9, north - 1},
		{east + 1e-9, north - 0.1},
		{west + 0.1, north + 1e-9},
		{west + 0.1, south - 1e-9},
		{nan, 36.3},
		{-84.2, nan},
		{inf, 36.3},
		{-84.2, -inf},
		{1e300, -1e300},
		{west + 4294967296*CellSize, 36.3}, // a column that fits 32 bits when cut to them
	} {
		assert.Zero(t, Open().Cover(Geometry{Type: Point, Point: p}).Pixels(), p)
	}
}

func TestMasksListPixelsInRowMajorOrder(t *testing.T) {
	ring := []Position{{-84.41375, 36.44625}, {-84.41375 + 2.5*CellSize, 36.44625}, {-84.41375, 36.44625 - 1.5*CellSize}}
	mask := Open().Cover(Geometry{Type: Polygon, Polygons: [][][]Position{{ring}}})
	var pixels [][2]int
	for row, col := range mask.All() {
		pixels = append(pixels, [2]int{row, col})
	}
	assert.Equal(t, [][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 0}}, pixels)
	for range mask.All() {
		break // stopping early is allowed
	}
}

func TestAPolygonOverEverythingCoversTheGrid(t *testing.T) {
	ring := []Position{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}}
	mask := Open().Cover(Geometry{Type: Polygon, Polygons: [][][]Position{{ring}}})
	assert.Equal(t, Rows*Cols, mask.Pixels())
	assert.Len(t, mask.runs, Rows)
}

func TestGeometriesByHandNeedNotMakeSense(t *testing.T) {
	here := Position{-84.2, 36.3}
	for _, g := range []Geometry{
		{},
		{Type: "LineString"},
		{Type: Polygon},
		{Type: Polygon, Polygons: [][][]Position{nil}},
		{Type: Polygon, Polygons: [][][]Position{{nil, {}}}},
	} {
		assert.Zero(t, Open().Cover(g).Pixels(), "%+v", g)
	}
	for _, ring := range [][]Position{{here}, {here, here}, {here, {math.NaN(), 1}}, {{math.NaN(), 1}}} {
		assert.LessOrEqual(t, Open().Cover(Geometry{Type: Polygon, Polygons: [][][]Position{{ring}}}).Pixels(), 1)
	}
}

// What one geometry leaves behind on a canvas must not show on the next.
func TestCanvasesAreWiped(t *testing.T) {
	c := newCanvas()
	nan := math.NaN()
	for _, ring := range [][]Position{
		{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}},
		{{-84.3, 36.3}, {-84.2, 36.3}, {-84.2, 36.4}, {nan, nan}},
		{{-84.3, 36.3}, {-84.2, 36.4}, {-84.3, 36.3}},
		{{-84.3, 1e300}, {-84.2, 36.4}, {math.Inf(1), 36.3}},
	} {
		c.burn(toPixels([][]Position{ring}))
		c.mask()
		assert.Equal(t, newCanvas(), c, "%v", ring)
	}
}

func TestConcurrentUse(t *testing.T) {
	geometries := basinGeometries(t)
	want := make([]uint32, len(geometries))
	for i, g := range geometries {
		want[i] = checksum(Open().Cover(g))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i, g := range geometries {
				assert.Equal(t, want[i], checksum(Open().Cover(g)))
			}
		})
	}
	wg.Wait()
}

func FuzzCover(f *testing.F) {
	f.Add(-84.3, 36.3, -84.2, 36.3, -84.2, 36.4, -84.25, 36.35)
	f.Add(-84.3, 36.3, 1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN(), 0.0)
	f.Add(-84.3, 1e25, -84.2999, -1e25, -84.2, 36.4, -84.25, math.MaxFloat64)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g, h, i float64) {
		ring := []Position{{a, b}, {c, d}, {e, g}, {h, i}}
		for _, geometry := range []Geometry{
			{Type: Point, Point: ring[0]},
			{Type: MultiPolygon, Polygons: [][][]Position{{ring, ring[1:]}, {ring[:2]}}},
		} {
			mask := Open().Cover(geometry)
			last, pixels := int32(0), 0
			for _, r := range mask.runs {
				if r.from < last || r.to <= r.from || r.to > Rows*Cols || r.from/Cols != (r.to-1)/Cols {
					t.Fatalf("run %v after %d", r, last)
				}
				last = r.to
				pixels += int(r.to - r.from)
			}
			if pixels != mask.Pixels() {
				t.Fatalf("%d pixels, not %d", pixels, mask.Pixels())
			}
		}
	})
}

func BenchmarkBasins(b *testing.B) {
	geometries := basinGeometries(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, g := range geometries {
			mask := Open().Cover(g)
			Open().Elevation(mask)
			Open().SlopeCounts(mask)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(geometries)), "ns/basin")
}

// BenchmarkWorstCase is the largest polygon that the service takes, each edge
// across the whole grid.
func BenchmarkWorstCase(b *testing.B) {
	ring := make([]Position, 10000)
	for i := range ring {
		ring[i] = Position{-84.4 + 0.3*float64(i)/10000, 36.1 + 0.4*float64(i%2)}
	}
	g := Geometry{Type: Polygon, Polygons: [][][]Position{{ring}}}
	for b.Loop() {
		Open().Cover(g)
	}
}
