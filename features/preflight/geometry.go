package preflight

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// A geometryText is a pass over one geometry: what it is and what was seen.
type geometryText struct {
	text []byte
	crs  string // a foreign reference system, of the geometry or around it
	kind string

	empty          bool   // no text at all, or null
	object         bool   // a JSON object from { to }
	hasCoordinates bool   // the member is there and not null
	broken         *Error // coordinates that are no arrays of numbers
	coordinates
}

// depths tells how deep positions lie in the coordinates of a type.
var depths = map[string]int{"Point": 1, "Polygon": 3, "MultiPolygon": 4}

// instead says what to do with a type that the service does not take.
var instead = map[string]string{
	"LineString":         "buffer it into a Polygon or take points of it",
	"MultiLineString":    "buffer it into a MultiPolygon or take points of it",
	"MultiPoint":         "make each point a feature",
	"GeometryCollection": "make each of its members a feature, or its polygons one MultiPolygon",
	"Feature":            "it has to be the geometry itself",
}

// read walks the members of the object, in whatever order they come.
func (g *geometryText) read() {
	b := bytes.TrimSpace(g.text)
	if g.empty = len(b) == 0 || string(b) == "null"; g.empty || b[0] != '{' {
		return
	}
	for i := geotext.SkipSpace(b, 1); i < len(b); {
		switch b[i] {
		case '}':
			g.object = i+1 == len(b)
			return
		case ',':
			i = geotext.SkipSpace(b, i+1)
			continue
		case '"':
		default:
			return
		}
		end := geotext.ValueEnd(b, i)
		name := string(b[i:end])
		i = geotext.SkipSpace(b, end)
		if i == len(b) || b[i] != ':' {
			return
		}
		i = geotext.SkipSpace(b, i+1)
		end = geotext.ValueEnd(b, i)
		if end == i {
			return
		}
		g.member(name, b[i:end])
		i = geotext.SkipSpace(b, end)
	}
}

func (g *geometryText) member(name string, value []byte) {
	switch name {
	case `"type"`:
		g.kind = geotext.TypeName(value)
	case `"crs"`:
		if crs := geotext.ForeignCRS(value); crs != "" && g.crs == "" {
			g.crs = crs
		}
	case `"coordinates"`:
		g.hasCoordinates = string(value) != "null"
		if value[0] != '[' {
			if g.hasCoordinates {
				g.broken = refusal(BadCoordinates, "coordinates are %s, not an array", geotext.Describe(value[0]))
			}
			return
		}
		g.coordinates = coordinates{text: value}
		g.broken = g.scan()
	}
}

// verdict is the first thing that is wrong, from the coarse to the fine.
func (g *geometryText) verdict() *Error {
	switch want, known := depths[g.kind]; {
	case g.empty && len(g.text) == 0:
		return refusal(NoGeometry, "no geometry")
	case g.empty:
		return refusal(NoGeometry, "geometry is null")
	case !g.object && bytes.TrimSpace(g.text)[0] != '{':
		return refusal(NotGeometry, "geometry is %s, not an object", geotext.Describe(bytes.TrimSpace(g.text)[0]))
	case !g.object:
		return refusal(NotGeometry, "geometry is not a whole JSON object")
	case g.crs != "":
		return refusal(ForeignCRS, "%s", geotext.CRSReason(g.crs))
	case g.kind == "":
		return refusal(NotGeometry, `geometry has no "type"`)
	case !known:
		return wrongType(g.kind)
	case !g.hasCoordinates:
		return refusal(EmptyGeometry, "%s has no coordinates", g.kind)
	case g.broken != nil:
		return g.broken
	case g.emptyAt[1].found, g.kind == "MultiPolygon" && g.emptyAt[2].found:
		return refusal(EmptyGeometry, "%s is empty", g.kind)
	case g.mixed, g.positions != 0 && g.positions != want, g.emptyAt[want].found:
		return refusal(BadCoordinates, "coordinates are not nested as those of a %s", g.kind)
	case g.kind == "Point":
		return g.values()
	case g.emptyAt[want-1].found && !g.short.found:
		g.short = g.emptyAt[want-1]
	}
	return g.polygonal()
}

// polygonal judges what only polygons have, after the values.
func (g *geometryText) polygonal() *Error {
	if p := g.values(); p != nil {
		return p
	}
	if r := g.short; r.found {
		return refusal(ShortRing, "%s has %d positions; it needs at least four, the last equal to the first", r.name(g.kind), r.count)
	}
	if r := g.unclosed; r.found {
		return refusal(UnclosedRing, "%s is not closed: it begins at %s and ends at %s", r.name(g.kind), oneLine(r.first), oneLine(r.last))
	}
	if g.vertices > MaxVertices {
		return refusal(TooManyVertices, "%d vertices, over the limit of %d; simplify or split it", g.vertices, MaxVertices)
	}
	return nil
}

// values judges the numbers.
func (g *geometryText) values() *Error {
	switch w := g.worst; w.code {
	case "":
		return nil
	case NotFinite:
		return refusal(NotFinite, "coordinates of position %d are not finite: %s", w.position, oneLine(w.text))
	case Projected:
		return refusal(Projected, "%s %s of position %d looks like metres; reproject to EPSG:4326", w.axis(), oneLine(w.text), w.position)
	default:
		return refusal(OutOfRange, "%s %s of position %d is out of range%s", w.axis(), oneLine(w.text), w.position, w.advice())
	}
}

func wrongType(kind string) *Error {
	if do := instead[kind]; do != "" {
		return refusal(WrongType, "geometry is a %s; the service takes Point, Polygon and MultiPolygon: %s", kind, do)
	}
	return refusal(WrongType, "geometry is of type %q; the service takes Point, Polygon and MultiPolygon", kind)
}

func refusal(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// oneLine makes a quotation fit into a row: without white space, not too long.
func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), "")
	const most = 60
	if len(text) > most {
		text = text[:most] + "…"
	}
	return text
}
