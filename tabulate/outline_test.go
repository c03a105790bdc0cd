package tabulate

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A polygon is a list of rings, the outer one first.
type polygon [][][2]float64

// byLibrary reports whether the library passes the polygon.
func (p polygon) byLibrary() error {
	rings := make([]geom.LineString, len(p))
	for i, ring := range p {
		var flat []float64
		for _, at := range ring {
			flat = append(flat, at[0], at[1])
		}
		rings[i] = geom.NewLineString(geom.NewSequence(flat, geom.DimXY))
	}
	return geom.NewPolygon(rings).Validate()
}

// certain reports whether the outline passes the polygon, which comes after another one.
func (p polygon) certain(o *outline) bool {
	positions, ends := [][2]float64{{0, 0}, {1, 1}, {2, 2}, {0, 0}}, []int{}
	from := len(positions)
	for _, ring := range p {
		positions = append(positions, ring...)
		ends = append(ends, len(positions))
	}
	return o.certainlyValid(positions, from, ends)
}

func TestOutline(t *testing.T) {
	for _, test := range []struct {
		what    string
		ring    [][2]float64
		certain bool
	}{
		{"a triangle", [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, true},
		{"clockwise", [][2]float64{{0, 0}, {1, 1}, {1, 0}, {0, 0}}, true},
		{"positions that repeat", [][2]float64{{0, 0}, {0, 0}, {1, 0}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0}}, true},
		{"steps of pixels", [][2]float64{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {2, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 0}}, true},
		{"a slope with a vertex", [][2]float64{{0, 0}, {0.1, 0.1}, {0.3, 0.3}, {0, 1}, {0, 0}}, true},
		{"closed on a side", [][2]float64{{1, 0}, {2, 0}, {2, 1}, {0, 1}, {0, 0}, {1, 0}}, true},
		{"a dent of a billionth", [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0.5, 1e-9}, {0, 1}, {0, 0}}, true},
		{"a dent that touches", [][2]float64{{0, 0}, {1, 0}, {1, 1}, {0.5, 0}, {0, 1}, {0, 0}}, false},
		{"a vertex that two parts share", [][2]float64{{0, 0}, {1, 0}, {1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}, {0, 1}, {0, 0}}, false},
		{"a bow-tie", [][2]float64{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}, false},
		{"a spike", [][2]float64{{0, 0}, {2, 0}, {2, 1}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}, false},
		{"a spike where it closes", [][2]float64{{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}, {0, -1}, {0, 0}}, false},
		{"there and back", [][2]float64{{0, 0}, {1, 1}, {0, 0}, {0, 0}}, false},
		{"one place", [][2]float64{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, false},
		{"flat", [][2]float64{{0, 0}, {1, 0}, {2, 0}, {0, 0}}, false},
		{"products too small for a float64", [][2]float64{{0, 0}, {1e-200, 0}, {0, 1e-200}, {0, 0}}, false},
	} {
		assert.Equal(t, test.certain, polygon{test.ring}.certain(new(outline)), test.what)
		if test.certain {
			assert.NoError(t, polygon{test.ring}.byLibrary(), test.what)
		}
	}
}

func TestOutlineHoles(t *testing.T) {
	square := func(x, y, size float64) [][2]float64 {
		return [][2]float64{{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}}
	}
	bow := [][2]float64{{1, 1}, {2, 2}, {2, 1}, {1, 2}, {1, 1}}
	corner := [][2]float64{{0, 0}, {9, 0}, {9, 9}, {0, 0}}
	for _, test := range []struct {
		what    string
		polygon polygon
		certain bool
	}{
		{"a hole", polygon{square(0, 0, 9), square(1, 1, 1)}, true},
		{"a hole that begins at the height of a vertex", polygon{{{0, 0}, {9, 0}, {12, 1}, {9, 9}, {-3, 1}, {0, 0}}, square(1, 1, 1)}, true},
		{"a hole that begins at the height of a side", polygon{{{0, 0}, {9, 0}, {9, 1}, {12, 1}, {12, 9}, {0, 9}, {0, 0}}, square(1, 1, 1)}, true},
		{"two holes", polygon{square(0, 0, 9), square(1, 1, 1), square(3, 1, 1)}, true},
		{"holes whose boxes overlap", polygon{square(-1, -1, 12), corner, square(1, 5, 2)}, true},
		{"a hole in a hole", polygon{square(0, 0, 9), square(1, 1, 5), square(2, 2, 1)}, false},
		{"a hole around a hole", polygon{square(0, 0, 9), square(2, 2, 1), square(1, 1, 5)}, false},
		{"a hole that touches the side", polygon{square(0, 0, 9), square(0, 1, 1)}, false},
		{"a hole that touches a corner", polygon{square(0, 0, 9), {{0, 0}, {2, 1}, {1, 2}, {0, 0}}}, false},
		{"holes that touch", polygon{square(0, 0, 9), square(1, 1, 1), square(2, 2, 1)}, false},
		{"a hole outside", polygon{square(0, 0, 9), square(10, 1, 1)}, false},
		{"a hole outside, within the box", polygon{corner, square(1, 5, 1)}, false},
		{"a hole around", polygon{square(1, 1, 1), square(0, 0, 9)}, false},
		{"a bow-tie hole", polygon{square(0, 0, 9), bow}, false},
		{"the same twice", polygon{square(0, 0, 9), square(1, 1, 1), square(1, 1, 1)}, false},
	} {
		assert.Equal(t, test.certain, test.polygon.certain(new(outline)), test.what)
		if test.certain {
			assert.NoError(t, test.polygon.byLibrary(), test.what)
		}
	}
}

// Usual outlines do not need the library.
func TestOutlineIsEnough(t *testing.T) {
	all := map[string]features.Feature{}
	for f, err := range basinFeatures(t) {
		require.NoError(t, err)
		all["basin "+f.ID] = f
	}
	for _, n := range []int{4, 10, 100, 1000, preflight.MaxVertices} {
		all[fmt.Sprint("coastline ", n)] = features.Feature{Geometry: coastline(n)}
	}
	all["a point"] = features.Feature{Geometry: json.RawMessage(`{"type":"Point","coordinates":[-84.1,36]}`)}
	var r reading
	for name, f := range all {
		certain, err := r.certainlyValid(f)
		require.NoError(t, err, name)
		assert.True(t, certain, name)
		assert.Zero(t, testing.AllocsPerRun(10, func() { _, _ = r.certainlyValid(f) }), name)
	}
}

// A ring that winds so much that the outline would take long is left to the library, which passes it.
func TestOutlineGivesUp(t *testing.T) {
	var ring [][2]float64
	const teeth = 1500
	for i := range teeth { // a comb of long teeth, all diagonal: every box overlaps every other
		x := float64(i) / teeth
		ring = append(ring, [2]float64{x, x}, [2]float64{x + 10, x - 10})
	}
	ring = append(ring, [2]float64{11, -20}, [2]float64{-1, -1}, ring[0])
	var o outline
	assert.False(t, polygon{ring}.certain(&o))
	assert.Negative(t, o.work)
	assert.NoError(t, polygon{ring}.byLibrary())
}

// polygons draws closed rings of every kind that matters for validity: one ring, or several with holes between two vertices.
func polygons(t *rapid.T) polygon {
	p := polygon{shape(t)}
	for range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "holes") {
		a, b := rapid.SampledFrom(p[0]).Draw(t, "a"), rapid.SampledFrom(p[0]).Draw(t, "b")
		size := rapid.SampledFrom([]float64{1, 0.5, 0.1, 0.1, 0.01, 1e-6, 1e-14}).Draw(t, "size") * math.Hypot(b[0]-a[0], b[1]-a[1])
		hole, middle := shape(t), between(a, b)
		for i, at := range hole {
			hole[i] = [2]float64{middle[0] + size*at[0], middle[1] + size*at[1]}
		}
		p = append(p, hole)
	}
	scale := math.Pow(10, float64(rapid.SampledFrom([]int{0, 0, 0, -6, -17, -100, -155, -162, -308, 2, 100, 153, 300}).Draw(t, "scale")))
	east := rapid.SampledFrom([]float64{0, 0, 0.1, -84, 1e9}).Draw(t, "east")
	for i, ring := range p {
		for i := range ring {
			ring[i][0], ring[i][1] = ring[i][0]*scale+east, ring[i][1]*scale
		}
		nudge(t, ring)
		p[i] = append(ring, ring[0])
	}
	return p
}

func shape(t *rapid.T) [][2]float64 {
	var ring [][2]float64
	n := rapid.IntRange(3, 40).Draw(t, "n")
	switch kind := rapid.SampledFrom([]string{"star", "star", "star", "star", "star", "star", "grid", "walk", "any", "line"}).Draw(t, "kind"); kind {
	case "star":
		least := rapid.SampledFrom([]float64{0.1, 0.7}).Draw(t, "least")
		for i := range n {
			angle, radius := 2*math.Pi*float64(i)/float64(n), rapid.Float64Range(least, 1).Draw(t, "radius")
			ring = append(ring, [2]float64{radius * math.Cos(angle), radius * math.Sin(angle)})
		}
	case "grid", "walk":
		p := [2]float64{}
		most := rapid.IntRange(1, 6).Draw(t, "most")
		for range n {
			if kind == "walk" {
				p[rapid.IntRange(0, 1).Draw(t, "axis")] += float64(rapid.IntRange(-most, most).Draw(t, "step"))
			} else {
				p = [2]float64{float64(rapid.IntRange(0, most).Draw(t, "x")), float64(rapid.IntRange(0, most).Draw(t, "y"))}
			}
			ring = append(ring, p)
		}
	case "any":
		for range min(n, 8) {
			ring = append(ring, [2]float64{rapid.Float64().Draw(t, "x"), rapid.Float64().Draw(t, "y")})
		}
	case "line": // nearly straight, there and back
		slope := rapid.Float64Range(-2, 2).Draw(t, "slope")
		for range n {
			x := rapid.Float64Range(-1, 1).Draw(t, "x")
			ring = append(ring, [2]float64{x, slope * x})
		}
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2, 3}).Draw(t, "changes") {
		i, j := rapid.IntRange(0, len(ring)-1).Draw(t, "i"), rapid.IntRange(0, len(ring)-1).Draw(t, "j")
		next := ring[(i+1)%len(ring)]
		switch rapid.SampledFrom([]string{"repeat", "spike", "swap", "middle", "onto"}).Draw(t, "change") {
		case "repeat":
			ring = slices.Insert(ring, i, ring[i])
		case "spike":
			ring = slices.Insert(ring, i, ring[i], ring[j])
		case "swap":
			ring[i], ring[j] = ring[j], ring[i]
		case "middle": // a vertex on a side, as far as a float64 goes
			ring = slices.Insert(ring, i+1, between(ring[i], next))
		case "onto": // another vertex brought to a side
			ring[j] = between(ring[i], next)
		}
	}
	return ring
}

// nudge moves some positions by a few units in the last place.
func nudge(t *rapid.T, ring [][2]float64) {
	for range rapid.SampledFrom([]int{0, 0, 1, 3, 6}).Draw(t, "nudges") {
		p := &ring[rapid.IntRange(0, len(ring)-1).Draw(t, "which")]
		axis := rapid.IntRange(0, 1).Draw(t, "axis")
		for range rapid.IntRange(1, 3).Draw(t, "ulps") {
			p[axis] = math.Nextafter(p[axis], rapid.SampledFrom([]float64{-math.MaxFloat64, math.MaxFloat64}).Draw(t, "to"))
		}
	}
}

func between(a, b [2]float64) [2]float64 { return [2]float64{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2} }

// The library passes every polygon that the outline passes.
func outlineHolds(t *rapid.T) {
	if p := polygons(t); p.certain(new(outline)) {
		require.NoError(t, p.byLibrary(), "%v", p)
	}
}

func TestOutlineHolds(t *testing.T) { rapid.Check(t, outlineHolds) }
func FuzzOutlineHolds(f *testing.F) { f.Fuzz(rapid.MakeFuzz(outlineHolds)) }

// A turn that is not 0 is the same in exact arithmetic.
func TestTurnIsExact(t *testing.T) {
	exact := func(a, b float64) *big.Rat {
		r := new(big.Rat).SetFloat64(a)
		return r.Sub(r, new(big.Rat).SetFloat64(b))
	}
	rapid.Check(t, func(t *rapid.T) {
		ring := polygons(t)[0]
		for i := range len(ring) - 2 {
			a, b, c := ring[i], ring[i+1], ring[i+2]
			if sum := a[0] + a[1] + b[0] + b[1] + c[0] + c[1]; math.IsInf(sum, 0) || math.IsNaN(sum) {
				continue
			}
			l, r := exact(b[0], a[0]), exact(b[1], a[1])
			l.Mul(l, exact(c[1], b[1]))
			r.Mul(r, exact(c[0], b[0]))
			switch got := turn(a[0], a[1], b[0], b[1], c[0], c[1]); {
			case got > 0:
				require.Positive(t, l.Cmp(r))
			case got < 0:
				require.Negative(t, l.Cmp(r))
			}
		}
	})
}
