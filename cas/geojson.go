package cas

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// geoJSON is what one pass over GeoJSON text finds: the geometry's own object and its coordinates, both as they stand in the text.
type geoJSON struct {
	text        []byte
	kind        GeometryType
	coordinates []byte
}

// scanGeoJSON checks text in one pass: one JSON value, a geometry that the service takes or a Feature of one, arrays nested as its
// type wants, finite numbers.
func scanGeoJSON(field string, text []byte) (geoJSON, error) {
	start := geotext.SkipSpace(text, 0)
	switch {
	case start == len(text):
		return geoJSON{}, invalid(field, "is empty: give a GeoJSON Point, Polygon or MultiPolygon")
	case text[start] == '[':
		return geoJSON{}, invalid(field, "is an array, not a GeoJSON geometry: coordinates alone do not do (an orb geometry is wrapped by geojson.NewGeometry)")
	case text[start] != '{':
		end, err := geotext.Skip(text, start, geotext.ValidText)
		if err != nil {
			return geoJSON{}, notJSON(field, text, err)
		}
		return geoJSON{}, invalid(field, "is %s, not a GeoJSON object", abbreviate(text[start:end]))
	}
	var outer, inner geotext.Geometry // inner is that of a Feature
	var innerText []byte
	geometries, within := 0, false
	end, err := geotext.Members(text, start, geotext.ValidText, func(name []byte, _, i int) (end int, err error) {
		if string(name) != "geometry" {
			return outer.Member(text, name, i, geotext.ValidText)
		}
		outer.Members++
		if geometries++; geometries > 1 || i == len(text) || text[i] != '{' {
			return geotext.Skip(text, i, geotext.ValidText)
		}
		within = true
		if end, err = inner.Read(text, i, geotext.ValidText); err == nil {
			within, innerText = false, text[i:end]
		}
		return end, err
	})
	switch {
	case outer.NotJSON:
		return geoJSON{}, invalid(field+".coordinates", "%s", wrongCoordinates(text, &outer.Coordinates))
	case inner.NotJSON:
		return geoJSON{}, invalid(field+".geometry.coordinates", "%s", wrongCoordinates(text, &inner.Coordinates))
	case err != nil && within:
		return geoJSON{}, notJSON(field+".geometry", text, err)
	case err != nil:
		return geoJSON{}, notJSON(field, text, err)
	}
	if behind := geotext.SkipSpace(text, end); behind < len(text) {
		return geoJSON{}, invalid(field, "has text after the GeoJSON value, at byte %d", behind)
	}
	switch {
	case geometries > 1:
		return geoJSON{}, invalid(field, "has the member %q twice", "geometry")
	case outer.Type != geotext.KindFeature || outer.Twice != "":
		return takeGeometry(field, text, text[start:end], &outer)
	case innerText == nil:
		return geoJSON{}, invalid(field, "is a Feature without a geometry")
	default:
		return takeGeometry(field+".geometry", text, innerText, &inner)
	}
}

// takeGeometry takes object, a part of text, if it is a geometry that the service takes.
func takeGeometry(field string, text, object []byte, g *geotext.Geometry) (geoJSON, error) {
	depth, known := geotext.Depths[g.Type]
	switch {
	case g.Members == 0:
		return geoJSON{}, invalid(field, "is {}: give a GeoJSON Point, Polygon or MultiPolygon (a go-geom geometry is encoded by geojson.Encode)")
	case g.Twice != "":
		return geoJSON{}, invalid(field, "has the member %q twice", g.Twice)
	case g.TypeText == nil:
		return geoJSON{}, invalid(field, `has no "type": give a GeoJSON Point, Polygon or MultiPolygon`)
	case g.TypeText[0] != '"':
		return geoJSON{}, invalid(field+".type", "is %s, not a text", abbreviate(g.TypeText))
	case g.Type == geotext.KindCollection:
		return geoJSON{}, invalid(field, "is a FeatureCollection: give one of its features, or read them all with package features")
	case g.Type == geotext.KindFeature:
		return geoJSON{}, invalid(field, "is a Feature inside a Feature")
	case !known:
		return geoJSON{}, invalid(field+".type", "is %s: the service takes Point, Polygon and MultiPolygon", abbreviate(g.TypeText))
	case g.Text == nil:
		return geoJSON{}, invalid(field+".coordinates", "are missing")
	}
	if wrong := wrongCoordinates(text, &g.Coordinates); wrong != "" {
		return geoJSON{}, invalid(field+".coordinates", "%s", wrong)
	}
	switch {
	case g.Depth != 0 && g.Depth != depth:
		return geoJSON{}, invalid(field+".coordinates", "are nested %d deep; those of a %s are %d deep", g.Depth, g.Type, depth)
	case slices.ContainsFunc(g.Empty[depth:], func(r *geotext.Ring) bool { return r != nil }):
		return geoJSON{}, invalid(field+".coordinates", "have a position without longitude and latitude")
	}
	return geoJSON{text: object, kind: GeometryType(g.Type), coordinates: g.Text}, nil
}

// wrongCoordinates says what is wrong first in coordinates, whatever their type; "" is nothing.
func wrongCoordinates(text []byte, c *geotext.Coordinates) string {
	position, what := c.Fault.Position, ""
	switch w := c.Worst; {
	case w.Severity == geotext.NotFinite && (c.Mixed.Depth == 0 || w.Position < c.Mixed.Position):
		position, what = w.Position, abbreviate(w.Text)+" is not a finite number"
	case c.Mixed.Depth > c.Depth:
		position, what = c.Mixed.Position, "an array stands where a number belongs"
	case c.Mixed.Depth != 0:
		position, what = c.Mixed.Position, "a number stands where an array belongs"
	case c.Fault.Kind == 0:
		return ""
	case c.Fault.Offset == len(text):
		return "are cut off"
	case c.Fault.Kind == geotext.TooDeep:
		return "are nested too deeply"
	case c.Fault.Kind == geotext.OneNumber:
		what = "a position has one number, not longitude and latitude"
	case c.Fault.Kind == geotext.NoComma:
		what = "a comma or ] is missing"
	case geotext.Describe(text[c.Fault.Offset]) == "a number":
		switch c.Fault.Kind {
		case geotext.NotArray:
			return "are a number, not an array"
		case geotext.AmongArrays:
			what = "a number stands where an array belongs"
		default:
			what = malformed(text[c.Fault.Offset:])
		}
	case text[c.Fault.Offset] == '[':
		what = "an array stands where a number belongs"
	default:
		what = notANumber(text[c.Fault.Offset:])
	}
	return fmt.Sprintf("are not right at position %d: %s", position+1, what)
}

// malformed says what is wrong with the number that text begins with, which JSON has not.
func malformed(text []byte) string {
	digits := func(i int) int {
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		return i
	}
	from := 0
	if text[0] == '-' {
		from = 1
	}
	end := digits(from)
	switch {
	case end == from:
		return notANumber(text)
	case text[from] == '0' && end > from+1:
		return "a number has a leading zero"
	case end < len(text) && text[end] == '.' && digits(end+1) == end+1:
		return "a number ends in its decimal point"
	default:
		return "a number ends in its exponent's e"
	}
}

// notANumber names what stands where a number or an array belongs.
func notANumber(text []byte) string {
	end := 1
	for end < len(text) && end < 12 && text[end] != ',' && text[end] != ']' {
		end++
	}
	return string(text[:end]) + " is not a finite number"
}

// notJSON is the refusal of text that geotext could not read.
func notJSON(field string, text []byte, err error) error {
	var bad *geotext.Error
	switch {
	case !errors.As(err, &bad):
		return invalid(field, "is not JSON: %v", err)
	case bad.Err != nil:
		return invalid(field, "is not JSON, near byte %d: %v", bad.Offset, bad.Err)
	case bad.Offset >= len(text):
		return invalid(field, "is cut off: the JSON ends at byte %d", bad.Offset)
	}
	return invalid(field, "is not JSON: %s at byte %d", bad.What, bad.Offset)
}

func abbreviate(text []byte) string {
	const most = 40
	if len(text) > most {
		return strconv.QuoteToGraphic(string(text[:most])) + "…"
	}
	return string(text)
}
