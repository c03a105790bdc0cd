package preflight

import (
	"fmt"
	"math"

	"github.com/community-attribute-service/cas-go/features"
)

// MaxVertices is the number of vertices beyond which the service refuses a
// geometry (CAS_MAX_POLYGON_VERTICES, 10,000 by default). It counts every
// position, the one that closes a ring too, and never refuses a Point.
const MaxVertices = 10_000

// A GeometryCode sorts the reasons for which Preflight refuses a feature. The codes are
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
	BadRecord       Code = "record"            // wrong besides its geometry: see features.Feature.Err
)

// A GeometryError is the reason for which a feature is not sent to the service.
type Error struct {
	Code    Code   // the kind of reason, to count by
	Message string // what is wrong, where, what to do; one line, the same for the same geometry
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// A Check judges one feature; nil lets it pass. [Preflight] is one.
type Judge func(features.Feature) error

// Checks joins checks into one that gives the first refusal, in their order.
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

// Preflight refuses, offline, a feature that the service would refuse or answer
// with silence or nonsense. The error is a [*GeometryError]. It is one pass over
// the text of the geometry without building anything, and nothing is repaired.
//
// Rings are compared by longitude and latitude alone, as numbers. What needs
// computational geometry (self-intersection) is left to another [Check];
// [Rings.Preflight] hands on what that one needs.
func Check(f features.Feature) error {
	if f.Err != nil {
		return badRecord(f.Err)
	}
	p := plainText{text: f.Geometry}
	if f.CRS == "" && p.read() {
		return nil
	}
	if problem := inspectClosely(f).Problem; problem != nil {
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
	Problem                  *Error   // why it is refused; nil if it is not
	Notes                    []string // what looks odd but is no reason to refuse it
}

// Inspect is Preflight with what it saw on the way.
func Inspect(f features.Feature) Inspection {
	if f.Err != nil {
		return Inspection{Problem: badRecord(f.Err)}
	}
	p := plainText{text: f.Geometry}
	if f.CRS != "" || !p.read() {
		return inspectClosely(f)
	}
	in := Inspection{Type: p.kind, Vertices: p.vertices, West: p.west, South: p.south, East: p.east, North: p.north}
	in.note()
	return in
}

// inspectClosely reads a geometry of whatever kind and names what is wrong.
func inspectClosely(f features.Feature) Inspection {
	g := geometryText{text: f.Geometry}
	g.crs = f.CRS
	g.read()
	in := Inspection{
		Type: g.kind, Vertices: g.vertices,
		West: g.west, South: g.south, East: g.east, North: g.north,
		Problem: g.verdict(),
	}
	if in.Problem == nil {
		in.note()
	}
	return in
}

// note notes what looks odd in a geometry that passes.
func (in *Inspection) note() {
	if in.East-in.West > 180 {
		in.Notes = append(in.Notes, fmt.Sprintf(
			"spans %g degrees of longitude; if it crosses the antimeridian, cut it there (RFC 7946, section 3.1.9)",
			math.Round(10*(in.East-in.West))/10))
	}
}

func badRecord(err error) *Error { return refusal(BadRecord, "%v", err) }
