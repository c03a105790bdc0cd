package cas

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// geoJSON is a geometry in a text.
type geoJSON struct {
	text        []byte // its object
	kind        GeometryType
	coordinates []byte
}

// scanGeoJSON checks text in one pass: one JSON value, a geometry that the service takes or a Feature with one, arrays nested as its type
// wants, finite numbers.
func scanGeoJSON(field string, text []byte) (geoJSON, error) {
	start := geotext.SkipSpace(text, 0)
	switch {
	case start == len(text):
		return geoJSON{}, invalid(field, "is empty: give a GeoJSON Point, Polygon or MultiPolygon")
	case text[start] != '{':
		if _, err := geotext.Skip(text, start, geotext.ValidText); err != nil {
			return geoJSON{}, notJSON(field, text, err)
		}
		return geoJSON{}, invalid(field, "is %s, not a GeoJSON object", geotext.Describe(text[start]))
	}
	var outer, inner geotext.Geometry // inner is that of a Feature
	var innerText []byte
	geometries := 0
	end, err := geotext.Members(text, start, geotext.ValidText, func(name []byte, _, i int) (end int, err error) {
		if string(name) != "geometry" {
			return outer.Member(text, name, i, geotext.ValidText)
		}
		if geometries++; geometries > 1 || i == len(text) || text[i] != '{' {
			return geotext.Skip(text, i, geotext.ValidText)
		}
		end, err = inner.Read(text, i, geotext.ValidText)
		innerText = text[i:end]
		return end, err
	})
	switch {
	case outer.NotJSON:
		return geoJSON{}, invalid(field+".coordinates", "%s", wrongCoordinates(text, &outer.Coordinates))
	case inner.NotJSON:
		return geoJSON{}, invalid(field+".geometry.coordinates", "%s", wrongCoordinates(text, &inner.Coordinates))
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

// takeGeometry returns object, a part of text, if it is a geometry that the service takes.
func takeGeometry(field string, text, object []byte, g *geotext.Geometry) (geoJSON, error) {
	depth, known := geotext.Depths[g.Type]
	switch {
	case g.Twice != "":
		return geoJSON{}, invalid(field, "has the member %q twice", g.Twice)
	case g.TypeText == nil:
		return geoJSON{}, invalid(field, `has no "type": give a GeoJSON Point, Polygon or MultiPolygon`)
	case g.Type == geotext.KindCollection:
		return geoJSON{}, invalid(field, "is a FeatureCollection: give one of its features, or read them all with package features")
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

// wrongCoordinates says what is wrong with coordinates of any type; "" is nothing. Positions are counted from 1.
func wrongCoordinates(text []byte, c *geotext.Coordinates) string {
	switch {
	case c.Worst.Severity == geotext.NotFinite:
		return fmt.Sprintf("position %d: %s is not a finite number", c.Worst.Position+1, abbreviate(c.Worst.Text))
	case c.Mixed.Depth != 0:
		return fmt.Sprintf("position %d is nested %d deep, those before it %d deep", c.Mixed.Position+1, c.Mixed.Depth, c.Depth)
	case c.Fault.Kind != 0:
		return strings.TrimPrefix(c.Fault.Describe(text, 1), "coordinates ")
	}
	return ""
}

// notJSON returns the error of a text that geotext could not read.
func notJSON(field string, text []byte, err error) error {
	if bad, ok := errors.AsType[*geotext.Error](err); ok && bad.Offset >= len(text) {
		return invalid(field, "is cut off: the JSON ends at byte %d", bad.Offset)
	}
	return invalid(field, "is not JSON: %v", err)
}

func abbreviate(text []byte) string {
	const most = 40
	if len(text) > most {
		return strconv.QuoteToGraphic(string(text[:most])) + "…"
	}
	return string(text)
}
