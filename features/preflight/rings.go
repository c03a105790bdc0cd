package preflight

import (
	"github.com/community-attribute-service/cas-go/features"
)

// Rings are the positions of a geometry as numbers, for a [Check] behind
// [Preflight] that would otherwise have to read the text once more. One value can
// serve any number of features, one after the other: its memory is used again.
type Rings struct {
	// Type is Point, Polygon or MultiPolygon. It is "" where Preflight refused the
	// geometry, and where its text is unusual (members besides type and
	// coordinates, escapes in their names): nothing is known then, and
	// [Feature.Geometry] has to be read.
	Type string
	// Positions are longitude and latitude in degrees, one ring after the other,
	// the position that closes a ring too; of a Point, its own. They are the
	// float64 nearest to the text. Heights are left out.
	Positions [][2]float64
	// RingEnds are the ends of the rings in Positions. The outer ring of a polygon
	// comes first, then its holes.
	RingEnds []int
	// PolygonEnds are the ends of the polygons in RingEnds.
	PolygonEnds []int
}

// Preflight judges f as the function [Preflight] does, in the same pass, and
// keeps the rings.
func (r *Rings) Check(f features.Feature) error {
	r.Type, r.Positions, r.RingEnds, r.PolygonEnds = "", r.Positions[:0], r.RingEnds[:0], r.PolygonEnds[:0]
	if f.Err != nil {
		return badRecord(f.Err)
	}
	p := plainText{text: f.Geometry, out: r}
	if f.CRS == "" && p.read() {
		r.Type = p.kind
		return nil
	}
	r.Positions, r.RingEnds, r.PolygonEnds = r.Positions[:0], r.RingEnds[:0], r.PolygonEnds[:0]
	if problem := inspectClosely(f).Problem; problem != nil {
		return problem
	}
	return nil
}
