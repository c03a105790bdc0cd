package dem

import (
	"math"
	"slices"
)

// vertex is a position in pixels: x from the western edge to the right, y from
// the northern edge down.
type vertex struct{ x, y float64 }

// toPixels prepares the rings of a polygon as the service's libraries do: closed,
// clockwise on the map, holes too, and in pixels. Empty rings drop out.
func toPixels(polygon [][]Position) [][]vertex {
	rings := make([][]vertex, 0, len(polygon))
	for _, ring := range polygon {
		if len(ring) == 0 {
			continue
		}
		ring = closed(ring)
		vertices := make([]vertex, len(ring))
		for i, p := range ring {
			vertices[i] = toPixel(p)
		}
		if !clockwise(ring) {
			slices.Reverse(vertices)
		}
		rings = append(rings, vertices)
	}
	return rings
}

// closed repeats the first position at the end where shapely does: if the last
// one differs, or to have four.
func closed(ring []Position) []Position {
	if n := len(ring); n != 3 && ring[0] == ring[n-1] {
		return ring
	}
	return append(slices.Clip(ring), ring[0])
}

// toPixel inverts the georeference as GDAL does for a grid that points north.
// GDAL multiplies by all of a matrix, and infinity times zero is not a number;
// but it leaves positive infinities alone, in degrees.
func toPixel(p Position) vertex {
	if math.IsInf(p[0], 1) || math.IsInf(p[1], 1) {
		return vertex{p[0], p[1]}
	}
	if !finite(p[0]) || !finite(p[1]) {
		return vertex{math.NaN(), math.NaN()}
	}
	var cell, west, north float64 = CellSize, West, North // variables: constants would not round
	return vertex{float64(p[0]*(1/cell)) - west/cell, float64(p[1]*(1/-cell)) + north/cell}
}

func finite(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) }

// pivotDistance is how near in degrees a neighbour makes a pivot useless.
const pivotDistance = 1e-5

// clockwise judges a closed ring as OGR does: by the turn at its lowest, then
// rightmost position, the pivot; if that says nothing, because it occurs twice or
// a neighbour is too near or in line, by the sign of the area.
func clockwise(ring []Position) bool {
	last := len(ring) - 1 // the first position again
	pivot, twice := 0, false
	for i := 1; i < last; i++ {
		switch p, low := ring[i], ring[pivot]; {
		case p[1] < low[1] || p[1] == low[1] && p[0] > low[0]:
			pivot, twice = i, false
		case p == low:
			twice = true
		}
	}
	if !twice && last > 1 {
		in, inNear := minus(ring[(pivot+last-1)%last], ring[pivot])
		out, outNear := minus(ring[(pivot+1)%last], ring[pivot])
		turn := float64(out[0]*in[1]) - float64(in[0]*out[1])
		if !inNear && !outNear && turn != 0 && !math.IsNaN(turn) {
			return turn < 0
		}
	}
	area := ring[0][0] * (ring[min(1, last)][1] - ring[last][1])
	for i := 1; i < last; i++ {
		area += float64(ring[i][0] * (ring[i+1][1] - ring[i-1][1]))
	}
	if last > 0 {
		area += float64(ring[last][0] * (ring[0][1] - ring[last-1][1]))
	}
	return area < 0
}

// minus returns p - q, and whether the two are within pivotDistance both ways.
func minus(p, q Position) (Position, bool) {
	d := Position{p[0] - q[0], p[1] - q[1]}
	return d, math.Abs(d[0]) < pivotDistance && math.Abs(d[1]) < pivotDistance
}
