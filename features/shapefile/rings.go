package shapefile

import (
	"cmp"
	"math"
	"slices"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// A ring is a closed line with its area and bounds.
type ring struct {
	positions              [][2]float64
	area                   float64 // positive if it goes clockwise, as outer rings do
	minX, minY, maxX, maxY float64
}

func newRing(positions [][2]float64) ring {
	r := ring{positions: positions, minX: math.Inf(1), minY: math.Inf(1), maxX: math.Inf(-1), maxY: math.Inf(-1)}
	origin := positions[0] // makes the products small, so that the sum is exact enough
	last := positions[len(positions)-1]
	for _, p := range positions {
		r.area += (p[0]-origin[0])*(last[1]-origin[1]) - (last[0]-origin[0])*(p[1]-origin[1])
		last = p
		r.minX, r.minY = math.Min(r.minX, p[0]), math.Min(r.minY, p[1])
		r.maxX, r.maxY = math.Max(r.maxX, p[0]), math.Max(r.maxY, p[1])
	}
	r.area /= 2
	return r
}

// A grouping makes polygons of rings.
type grouping struct {
	polygons [][][][2]float64
	outer    []int // for each polygon, its outer ring
}

// group makes polygons of rings in any order. A clockwise ring is an outer ring. Any other ring is a hole of the smallest outer ring
// around it. If there is none, some rings have the wrong direction: see turned.
func (g *grouping) group(rings []ring) format.Geometry {
	if len(rings) == 0 {
		return format.Geometry{}
	}
	if !g.assign(rings, func(i int) bool { return len(rings) == 1 || !(rings[i].area < 0) }) {
		g.assign(rings, turned(rings))
	}
	kind := "Polygon"
	if len(g.polygons) > 1 {
		kind = "MultiPolygon"
	}
	return format.Geometry{Type: kind, Polygons: g.polygons}
}

// assign makes polygons of the outer rings and their holes. It returns false if a hole has no outer ring around it; it makes it one.
func (g *grouping) assign(rings []ring, isOuter func(int) bool) (all bool) {
	g.polygons, g.outer = g.polygons[:0], g.outer[:0]
	for i := range rings {
		if isOuter(i) {
			g.add(rings, i)
		}
	}
	return len(g.outer) == len(rings) || g.addHoles(rings, isOuter)
}

// turned finds the outer rings if some have the wrong direction. An outermost ring that is not clockwise has the wrong direction, and so
// have the rings in it: of these, a ring is a hole if an odd number of others is around it.
func turned(rings []ring) (isOuter func(int) bool) {
	around := make([]int, len(rings))
	wrong := make([]bool, len(rings))
	for i := range rings {
		outermost := i
		for k := range rings {
			if i != k && rings[k].contains(&rings[i]) {
				around[i]++
				if rings[k].contains(&rings[outermost]) {
					outermost = k
				}
			}
		}
		wrong[i] = rings[outermost].area < 0
	}
	return func(i int) bool {
		if wrong[i] {
			return around[i]%2 == 0
		}
		return !(rings[i].area < 0)
	}
}

// add starts a polygon with an outer ring.
func (g *grouping) add(rings []ring, i int) {
	if n := len(g.polygons); n < cap(g.polygons) {
		g.polygons = g.polygons[:n+1] // reuses the memory of the polygon of an earlier record
		g.polygons[n] = append(g.polygons[n][:0], rings[i].positions)
	} else {
		g.polygons = append(g.polygons, [][][2]float64{rings[i].positions})
	}
	g.outer = append(g.outer, i)
}

func (g *grouping) addHoles(rings []ring, isOuter func(int) bool) (all bool) {
	// From small to large, so that the first ring around a hole is the smallest.
	bySize := make([]int, len(g.outer))
	for i := range bySize {
		bySize[i] = i
	}
	size := func(i int) float64 { return math.Abs(rings[g.outer[i]].area) }
	slices.SortStableFunc(bySize, func(a, b int) int { return cmp.Compare(size(a), size(b)) })
	all = true
	for i := range rings {
		if isOuter(i) {
			continue
		}
		at := slices.IndexFunc(bySize, func(p int) bool { return rings[g.outer[p]].contains(&rings[i]) })
		if at < 0 {
			g.add(rings, i)
			all = false
			continue
		}
		p := bySize[at]
		g.polygons[p] = append(g.polygons[p], rings[i].positions)
	}
	return all
}

// contains reports whether o lies in r. Rings of one polygon may touch but do not cross, so the first position of o that is not on the
// line of r decides, or the first middle between two positions.
func (r *ring) contains(o *ring) bool {
	if !(o.minX >= r.minX && o.maxX <= r.maxX && o.minY >= r.minY && o.maxY <= r.maxY) || math.Abs(o.area) > math.Abs(r.area) {
		return false
	}
	for _, p := range o.positions {
		if side := r.side(p); side != 0 {
			return side > 0
		}
	}
	for i := 1; i < len(o.positions); i++ {
		a, b := o.positions[i-1], o.positions[i]
		if side := r.side([2]float64{a[0] + (b[0]-a[0])/2, a[1] + (b[1]-a[1])/2}); side != 0 {
			return side > 0
		}
	}
	return false // the same line
}

// side returns 1 for a position inside the ring, -1 for one outside and 0 for one on its line.
func (r *ring) side(p [2]float64) int {
	inside := false
	a := r.positions[len(r.positions)-1]
	for _, b := range r.positions {
		if p == b {
			return 0
		}
		if (a[1] > p[1]) != (b[1] > p[1]) {
			// The sign of turn is the side of the line from a to b.
			turn := (b[0]-a[0])*(p[1]-a[1]) - (p[0]-a[0])*(b[1]-a[1])
			if turn == 0 {
				return 0
			}
			if (turn > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		} else if a[1] == p[1] && b[1] == p[1] && math.Min(a[0], b[0]) <= p[0] && p[0] <= math.Max(a[0], b[0]) {
			return 0
		}
		a = b
	}
	if inside {
		return 1
	}
	return -1
}
