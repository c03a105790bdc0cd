package preflight

import (
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// MaxVertices is the number of vertices beyond which the service refuses a
// geometry (CAS_MAX_POLYGON_VERTICES, 10,000 by default). It counts every
// position, the one that closes a ring too, and never refuses a Point.
const MaxVertices = 10_000

// A Code sorts the reasons for which Check refuses a feature. The codes are
// stable, and short enough to count by.
type Code string

// The codes, in the order in which they are looked for.
const (
	NoGeometry      Code = "no_geometry"       // absent or null
	NotGeometry     Code = "not_a_geometry"    // no GeoJSON geometry object, or not JSON
	ForeignCRS      Code = "crs"               // a crs member other than WGS 84
	WrongType       Code = "type"              // not Point, Polygon or MultiPolygon
	EmptyGeometry   Code = "empty"             // no coordinates, or a polygon without rings
	BadCoordinates  Code = "coordinates"       // nested wrongly, or not numbers
	NotFinite       Code = "not_finite"        // NaN, Infinity, 1e999
	Projected       Code = "projected"         // beyond 360: looks like metres
	OutOfRange      Code = "out_of_range"      // |longitude| over 180 or |latitude| over 90
	ShortRing       Code = "short_ring"        // fewer than four positions
	UnclosedRing    Code = "unclosed_ring"     // first and last position differ
	TooManyVertices Code = "too_many_vertices" // over MaxVertices
	Antimeridian    Code = "antimeridian"      // a ring that crosses it, or jumps by more than half the globe
	BadRecord       Code = "record"            // wrong besides its geometry: see features.Feature.Err
)

// An Error is the reason for which a feature is not sent to the service.
type Error struct {
	Code    Code   // the kind of reason, to count by
	Message string // what is wrong, where, what to do; one line, the same for the same geometry
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// A Judge judges one feature; nil lets it pass. [Check] is one.
type Judge func(features.Feature) error

// All joins checks into one that gives the first refusal, in their order.
func All(checks ...Judge) Judge {
	return func(f features.Feature) error {
		for _, check := range checks {
			if err := check(f); err != nil {
				return err
			}
		}
		return nil
	}
}

// Check refuses, offline, a feature that the service would refuse or answer with silence or nonsense. The error is an [*Error]. It is
// one pass over the text of the geometry without building anything, and nothing is repaired.
//
// Rings are compared by longitude and latitude alone, as numbers. What needs computational geometry (self-intersection) is left to
// another [Judge]; [Rings.Check] hands on what that one needs.
func Check(f features.Feature) error {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	if problem := g.read(); problem != nil {
		return problem
	}
	return nil
}

// An Inspection is what one pass over a geometry shows.
type Inspection struct {
	Type     string // the geometry's type; "" if it has none
	Vertices int    // positions, counted as the service does; 1 for a Point
	// West, South, East, North bound the coordinates, in degrees. They are
	// meaningful if Vertices is not 0.
	West, South, East, North float64
	Problem                  *Error // why it is refused; nil if it is not
}

// Inspect is Check with what it saw on the way.
func Inspect(f features.Feature) Inspection {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	in := Inspection{Problem: g.read()}
	in.Type, in.Vertices, in.West, in.South, in.East, in.North = g.Type, g.Vertices, g.West, g.South, g.East, g.North
	return in
}

// Rings are the positions of a geometry as numbers, for a [Judge] behind [Check] that would otherwise have to read the text once more.
// One value can serve any number of features, one after the other: its memory is used again.
type Rings struct {
	// Type is Point, Polygon or MultiPolygon; "" where Check refused the geometry.
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

// Check judges f as the function [Check] does, in the same pass, and keeps the rings.
func (r *Rings) Check(f features.Feature) error {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	g.Keep, g.Rings = true, geotext.Rings{Positions: r.Positions[:0], RingEnds: r.RingEnds[:0], PolygonEnds: r.PolygonEnds[:0]}
	problem := g.read()
	*r = Rings{g.Type, g.Rings.Positions, g.Rings.RingEnds, g.Rings.PolygonEnds}
	if problem != nil {
		*r = Rings{"", r.Positions[:0], r.RingEnds[:0], r.PolygonEnds[:0]}
		return problem
	}
	return nil
}
