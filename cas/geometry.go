package cas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// GeometryLike is any value whose JSON is a GeoJSON (RFC 7946) Point, Polygon or MultiPolygon, or a Feature with one. It can be a
// [Geometry], a map[string]any, GeoJSON text as json.RawMessage, []byte or string, geojson.Geometry or geojson.Feature of paulmach/orb,
// the result of geojson.Encode of twpayne/go-geom, or geom.Geometry of peterstace/simplefeatures. A []byte or json.RawMessage may not
// change while a call with it runs.
//
// Coordinates are degrees, WGS84 (EPSG:4326), longitude first. Text is sent byte for byte, with heights and the spelling of numbers. It
// must be one JSON value of such a type, with correctly nested arrays and finite numbers; otherwise the call returns ErrInvalidRequest.
// A bare orb.Polygon encodes as coordinates only, and a bare go-geom polygon as {}; the error says how to wrap them.
type GeometryLike = any

// Geometry is a GeoJSON geometry, in degrees, WGS84, longitude first. Make one with [Point], [Polygon], [MultiPolygon] or
// [ParseGeoJSON]. If it is invalid (NaN, a type that the service does not accept), the call that uses it returns ErrInvalidRequest.
type Geometry = gen.Geometry

// Geometries converts geometries of one Go type to the slice that [BatchExtractRequest] takes.
func Geometries[T any](gs ...T) []GeometryLike {
	list := make([]GeometryLike, len(gs))
	for i, g := range gs {
		list[i] = g
	}
	return list
}

// Point returns the point at lon (-180 to 180) and lat (-90 to 90) degrees, WGS84. The service answers with the value of the pixel
// under it.
func Point(lon, lat float64) Geometry {
	return Geometry{Type: GeometryPoint, Coordinates: appendPosition(make([]byte, 0, 48), [2]float64{lon, lat})}
}

// Polygon returns the polygon with these rings, the exterior one first. Each ring is a list of longitude and latitude in degrees that
// ends at its first position. Polygon neither closes nor reverses the rings.
func Polygon(rings ...[][2]float64) Geometry {
	return Geometry{Type: GeometryPolygon, Coordinates: appendRings(make([]byte, 0, roomFor(rings)), rings)}
}

// MultiPolygon returns the multipolygon with these polygons. Each polygon is a list of rings, as in [Polygon].
func MultiPolygon(polygons ...[][][2]float64) Geometry {
	room := 2
	for _, rings := range polygons {
		room += roomFor(rings)
	}
	return Geometry{Type: GeometryMultiPolygon, Coordinates: appendArray(make([]byte, 0, room), polygons, appendRings)}
}

// roomFor is about the length of the text of the rings.
func roomFor(rings [][][2]float64) int {
	const position = 26 // two coordinates of seven decimals, [-84.2308123,36.1983123],
	n := 8
	for _, ring := range rings {
		n += 3 + position*len(ring)
	}
	return n
}

func appendRings(b []byte, rings [][][2]float64) []byte { return appendArray(b, rings, appendRing) }

func appendRing(b []byte, ring [][2]float64) []byte { return appendArray(b, ring, appendPosition) }

func appendPosition(b []byte, p [2]float64) []byte {
	b = appendCoordinate(append(b, '['), p[0])
	b = appendCoordinate(append(b, ','), p[1])
	return append(b, ']')
}

func appendArray[T any](b []byte, items []T, appendItem func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendItem(b, item)
	}
	return append(b, ']')
}

// appendCoordinate appends the shortest exact form. It spells out NaN and infinities, so that the check at the call can name them.
func appendCoordinate(b []byte, f float64) []byte {
	if f-f != 0 { // NaN or infinite
		return append(b, strings.TrimPrefix(fmt.Sprint(f), "+")...)
	}
	return wire.AppendFloat(b, f)
}

// ParseGeoJSON reads a GeoJSON geometry, or the geometry of a Feature. The coordinates keep their text; other members are dropped. If
// the service would not accept the geometry, the error is ErrInvalidRequest.
func ParseGeoJSON(text []byte) (Geometry, error) {
	found, err := scanGeoJSON("geometry", text)
	if err != nil {
		return Geometry{}, err
	}
	return Geometry{Type: found.kind, Coordinates: bytes.Clone(found.coordinates)}, nil
}

// appendGeometry appends the GeoJSON text of a geometry, or of the geometry of a Feature, and checks it there.
func appendGeometry(b []byte, field string, g GeometryLike) ([]byte, error) {
	start := len(b)
	switch g := g.(type) {
	case nil:
		return b, invalid(field, "is nil: give a GeoJSON Point, Polygon or MultiPolygon")
	case Geometry:
		b = appendObject(b, g)
	case *Geometry:
		if g == nil {
			return b, invalid(field, "is a nil *cas.Geometry")
		}
		b = appendObject(b, *g)
	case string:
		b = append(b, g...)
	default:
		text, ok := givenText(g)
		if !ok {
			return appendMarshalled(b, field, g)
		}
		b = append(b, text...)
	}
	found, err := scanGeoJSON(field, b[start:])
	if len(found.text) < len(b)-start {
		b = append(b[:start], found.text...)
	}
	return b, err
}

// givenText returns a geometry that is bytes.
func givenText(g GeometryLike) (text []byte, ok bool) {
	switch g := g.(type) {
	case json.RawMessage:
		return g, true
	case []byte:
		return g, true
	}
	text, ok = g.(jsontext.Value) // no case of its own: under GOEXPERIMENT=jsonv2 it is json.RawMessage
	return text, ok
}

// textLength is about the length of the text of these geometries, as far as it is known without encoding them.
func textLength(gs ...GeometryLike) int {
	const around = 64 // the object around coordinates
	n := 512          // the other members of a request
	for _, g := range gs {
		switch g := g.(type) {
		case Geometry:
			n += len(g.Coordinates)
		case string:
			n += len(g)
		default:
			text, _ := givenText(g)
			n += len(text)
		}
		n += around
	}
	return n
}

func appendObject(b []byte, g Geometry) []byte {
	b, _ = jsontext.AppendQuote(append(b, `{"type":`...), string(g.Type))
	b = append(b, `,"coordinates":`...)
	if len(g.Coordinates) == 0 {
		return append(b, "null}"...)
	}
	return append(append(b, g.Coordinates...), '}')
}

// appendMarshalled appends the text of a value of another type, such as a library's. If the type is known to encode badly, the error says
// what to do.
func appendMarshalled(b []byte, field string, g any) ([]byte, error) {
	text, err := json.Marshal(g)
	if err != nil {
		return b, invalid(field, "%T cannot be encoded as JSON: %v", g, err)
	}
	found, err := scanGeoJSON(field, text)
	if err == nil {
		return append(b, found.text...), nil
	}
	switch {
	case bytes.HasPrefix(text, []byte("[")):
		return b, invalid(field, "%T encodes as bare coordinates, not as a GeoJSON geometry: wrap it, in orb by geojson.NewGeometry(g)", g)
	case string(text) == "{}":
		return b, invalid(field, "%T encodes as {}, not as a GeoJSON geometry: convert it, in go-geom by geojson.Encode(g)", g)
	case string(text) == "null":
		return b, invalid(field, "%T encodes as null: give a GeoJSON Point, Polygon or MultiPolygon", g)
	case text[0] != '{':
		return b, invalid(field, "%T encodes as %s, which is not a GeoJSON object: give a geometry such as cas.Point(-96.5, 39.0), or GeoJSON text", g, abbreviate(text))
	default:
		return b, fmt.Errorf("%w (encoded from %T)", err, g)
	}
}
