package preflight

import (
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// MaxVertices is the number of vertices beyond which the service refuses a geometry (CAS_MAX_POLYGON_VERTICES, 10,000 by default).
// Every position counts, including the one that closes a ring. A Point is never refused.
const MaxVertices = 10_000

// A Code is the kind of reason why [Check] refuses a feature. The codes are stable, so that programs can count by them.
type Code string

// The codes, in the order in which Check looks for them.
const (
	NoGeometry      Code = "no_geometry"       // missing or null
	NotGeometry     Code = "not_a_geometry"    // not a GeoJSON geometry object, or not JSON
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
	BadRecord       Code = "record"            // a problem besides the geometry: see features.Feature.Err
)

// An Error is the reason why a feature is not sent to the service.
type Error struct {
	Code    Code   // the kind of reason, to count by
	Message string // what is wrong, where, what to do; one line, the same for the same geometry
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// A Judge checks one feature and returns nil to accept it. [Check] is a Judge.
type Judge func(features.Feature) error

// All joins checks into one Judge, which runs them in their order and returns the first refusal.
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

// Check refuses a feature that the service would refuse, ignore or answer wrongly. The error is an [*Error]. Check makes one pass over
// the text of the geometry, without allocating its coordinates, and repairs nothing.
//
// Check compares the ends of rings by longitude and latitude, as numbers. Self-intersection needs computational geometry and is left to
// another [Judge]; [Rings.Check] passes it the coordinates.
func Check(f features.Feature) error {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	if problem := g.read(); problem != nil {
		return problem
	}
	return nil
}

// An Inspection is the result of one pass over a geometry.
type Inspection struct {
	Type     string // the geometry's type; "" if it has none
	Vertices int    // positions, counted as the service does; 1 for a Point
	// West, South, East, North bound the coordinates, in degrees. They have a meaning only if Vertices is not 0.
	West, South, East, North float64
	Problem                  *Error // why the feature is refused; nil if it is not
}

// Inspect does what [Check] does and returns what it found.
func Inspect(f features.Feature) Inspection {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	problem := g.read()
	return Inspection{g.Type, g.Vertices, g.West, g.South, g.East, g.North, problem}
}

// Rings are the positions of a geometry as numbers. A [Judge] that runs after [Check] can use them and need not read the text again.
// One value can serve many features, one after the other; it reuses its memory.
type Rings struct {
	// Type is Point, Polygon or MultiPolygon; "" if Check refused the geometry, unless for its size ([TooManyVertices]).
	Type string
	// Positions are longitude and latitude in degrees, one ring after the other, with the position that closes a ring; a Point has one
	// position. They are the float64 nearest to the text.
	Positions [][2]float64
	// Heights are those of the Positions; none unless every position has one.
	Heights []float64
	// RingEnds are the ends of the rings in Positions. The outer ring of a polygon comes first, then its holes.
	RingEnds []int
	// PolygonEnds are the ends of the polygons in RingEnds.
	PolygonEnds []int
}

// Check checks f as the function [Check] does and, in the same pass, keeps the rings.
func (r *Rings) Check(f features.Feature) error {
	g := geometry{text: f.Geometry, crs: f.CRS, err: f.Err}
	g.Keep = true
	g.Rings = geotext.Rings{Positions: r.Positions[:0], Heights: r.Heights[:0], RingEnds: r.RingEnds[:0], PolygonEnds: r.PolygonEnds[:0]}
	problem := g.read()
	*r = Rings{g.Type, g.Rings.Positions, g.Rings.Heights, g.Rings.RingEnds, g.Rings.PolygonEnds}
	if len(r.Heights) < len(r.Positions) {
		r.Heights = r.Heights[:0]
	}
	if problem == nil {
		return nil
	}
	if problem.Code != TooManyVertices {
		*r = Rings{"", r.Positions[:0], r.Heights[:0], r.RingEnds[:0], r.PolygonEnds[:0]}
	}
	return problem
}
