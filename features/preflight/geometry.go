package preflight

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// A geometry is the geometry of a feature being checked.
type geometry struct {
	text []byte
	crs  string // features.Feature.CRS
	err  error  // features.Feature.Err
	geotext.Geometry
}

// instead is the advice for a type that the service does not take.
var instead = map[string]string{
	"LineString":         "buffer it into a Polygon or take points of it",
	"MultiLineString":    "buffer it into a MultiPolygon or take points of it",
	"MultiPoint":         "make each point a feature",
	"GeometryCollection": "make each of its members a feature, or its polygons one MultiPolygon",
	"Feature":            "it has to be the geometry itself",
}

// read reads the text and returns the first problem; the checks go from coarse to fine.
func (g *geometry) read() *Error {
	g.Numbers = true
	if g.err != nil {
		return refusal(BadRecord, "%v", g.err)
	}
	switch i := geotext.SkipSpace(g.text, 0); {
	case len(g.text) == 0:
		return refusal(NoGeometry, "no geometry")
	case i == len(g.text), string(bytes.TrimSpace(g.text)) == "null":
		return refusal(NoGeometry, "geometry is null")
	case g.text[i] != '{':
		return refusal(NotGeometry, "geometry is %s, not an object", geotext.Describe(g.text[i]))
	default:
		end, err := g.Read(g.text, i, geotext.ValidText)
		if err != nil || geotext.SkipSpace(g.text, end) != len(g.text) {
			return refusal(NotGeometry, "geometry is not a whole JSON object")
		}
	}
	if g.crs == "" {
		g.crs = g.CRS
	}
	switch _, known := geotext.Depths[g.Type]; {
	case g.Twice != "":
		return refusal(NotGeometry, "geometry has the member %q twice", g.Twice)
	case g.crs != "":
		return refusal(ForeignCRS, "%s", geotext.CRSReason(g.crs))
	case g.Type == "":
		return refusal(NotGeometry, `geometry has no "type"`)
	case !known:
		return wrongType(g.Type)
	case g.Text == nil, string(g.Text) == "null":
		return refusal(EmptyGeometry, "%s has no coordinates", g.Type)
	case g.Fault.Kind != 0:
		return refusal(BadCoordinates, "%s", g.Fault.Describe(g.text, 0))
	}
	return g.nesting()
}

func wrongType(kind string) *Error {
	if do := instead[kind]; do != "" {
		return refusal(WrongType, "geometry is a %s; the service takes Point, Polygon and MultiPolygon: %s", kind, do)
	}
	return refusal(WrongType, "geometry is of type %q; the service takes Point, Polygon and MultiPolygon", kind)
}

// nesting checks how the arrays are nested, then their content.
func (g *geometry) nesting() *Error {
	want := geotext.Depths[g.Type]
	deeper := slices.ContainsFunc(g.Empty[want:], func(r *geotext.Ring) bool { return r != nil })
	switch {
	case g.Empty[1] != nil, g.Type == "MultiPolygon" && g.Empty[2] != nil:
		return refusal(EmptyGeometry, "%s is empty", g.Type)
	case g.Mixed.Depth != 0, g.Depth != 0 && g.Depth != want, deeper:
		return refusal(BadCoordinates, "coordinates are not nested as those of a %s", g.Type)
	case g.Worst.Severity != 0:
		return g.values()
	case g.Long.Depth != 0:
		return refusal(BadCoordinates, "position %d has more than three numbers; it takes longitude, latitude and a height", g.Long.Position)
	case g.Type == "Point":
		return nil
	case g.Empty[want-1] != nil:
		g.Short = g.Empty[want-1]
	}
	return g.rings()
}

// values returns the problem of the worst number.
func (g *geometry) values() *Error {
	w := g.Worst
	text, advice := oneLine(w.Text), ""
	if w.Severity == geotext.NotFinite {
		return refusal(NotFinite, "coordinates of position %d are not finite: %s", w.Position, text)
	}
	axis := [...]string{"longitude", "latitude"}[w.Which]
	if w.Severity == geotext.Projected {
		return refusal(Projected, "%s %s of position %d looks like metres; reproject to EPSG:4326", axis, text, w.Position)
	}
	limit := [...]float64{180, 90}[w.Which]
	switch {
	case math.Abs(w.Value)-limit < 1e-7:
		advice = fmt.Sprintf("; round it to %v", math.Copysign(limit, w.Value))
	case w.Which == 0 && w.Value > 180:
		advice = "; subtract 360"
	case w.Which == 0:
		advice = "; add 360"
	case math.Abs(w.Value) <= 180:
		advice = "; are longitude and latitude swapped?"
	}
	return refusal(OutOfRange, "%s %s of position %d is out of range%s", axis, text, w.Position, advice)
}

// rings checks what only polygons have.
func (g *geometry) rings() *Error {
	if r := g.Short; r != nil {
		return refusal(ShortRing, "%s has %d positions; it needs at least four, the last equal to the first", g.name(r), r.Count)
	}
	if r := g.Unclosed; r != nil {
		return refusal(UnclosedRing, "%s is not closed: it begins at %s and ends at %s", g.name(r), oneLine(r.First), oneLine(r.Last))
	}
	if g.Vertices > MaxVertices {
		return refusal(TooManyVertices, "%d vertices, over the limit of %d; simplify or split it", g.Vertices, MaxVertices)
	}
	if g.East-g.West > 180 {
		return g.antimeridian()
	}
	return nil
}

// antimeridian refuses a ring that jumps by more than half the globe from one position to the next: it crosses the antimeridian, or its
// direction is unclear. An edge from -180 to 180 is accepted: it belongs to a band around the globe.
func (g *geometry) antimeridian() *Error {
	again := geometry{text: g.text}
	again.Numbers, again.Keep = true, true
	if _, err := again.Read(g.text, geotext.SkipSpace(g.text, 0), geotext.ValidText); err != nil {
		return nil
	}
	from, polygon := 0, 0
	for ring, end := range again.Rings.RingEnds {
		for polygon < len(again.Rings.PolygonEnds)-1 && ring >= again.Rings.PolygonEnds[polygon] {
			polygon++
		}
		for i := from + 1; i < end; i++ {
			a, b := again.Rings.Positions[i-1][0], again.Rings.Positions[i][0]
			if jump := math.Abs(a - b); jump > 180 && jump < 360 {
				where := &geotext.Ring{Polygon: polygon, Ring: ring}
				if polygon > 0 {
					where.Ring -= again.Rings.PolygonEnds[polygon-1]
				}
				return refusal(Antimeridian, "%s goes from longitude %v to %v: cut it at the antimeridian, 180 degrees (RFC 7946, section 3.1.9), as by ogr2ogr -wrapdateline",
					g.name(where), a, b)
			}
		}
		from = end
	}
	return nil
}

// name returns the name of a ring for a message. Ring 0 is the outer one.
func (g *geometry) name(r *geotext.Ring) string {
	if g.Type == "MultiPolygon" {
		return fmt.Sprintf("ring %d of polygon %d", r.Ring, r.Polygon)
	}
	return fmt.Sprintf("ring %d", r.Ring)
}

func refusal(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// oneLine returns a quotation without white space, cut if it is long.
func oneLine(quoted []byte) string {
	text := strings.Join(strings.Fields(string(quoted)), "")
	const most = 60
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
