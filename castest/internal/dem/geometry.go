package dem

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// The types of geometry that the service takes.
const (
	Point        = "Point"
	Polygon      = "Polygon"
	MultiPolygon = "MultiPolygon"
)

// Position is a longitude and a latitude in degrees (EPSG:4326). Heights have no
// effect and are dropped.
type Position = [2]float64

// Geometry is what Cover takes.
type Geometry struct {
	// Type is Point, Polygon or MultiPolygon.
	Type string
	// Point is the position of a Point.
	Point Position
	// Polygons are the polygons of a Polygon (one, or none if empty) or a
	// MultiPolygon: each an exterior ring, then holes. Rings are closed if they are
	// not, and may run either way.
	Polygons [][][]Position
}

// ParseGeometry reads a GeoJSON geometry; further members are ignored. See
// NewGeometry for what it accepts.
func ParseGeometry(text []byte) (Geometry, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var members map[string]any // not a struct: its fields would match whatever the case
	if err := decoder.Decode(&members); err != nil {
		return Geometry{}, fmt.Errorf("dem: geometry: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Geometry{}, fmt.Errorf("dem: geometry: text after the JSON object")
	}
	kind, _ := members["type"].(string)
	return NewGeometry(kind, members["coordinates"])
}

// NewGeometry makes a geometry from coordinates as encoding/json decodes them
// into an any: nil, bool, float64 or json.Number, string, []any, map[string]any.
// NaN and infinities are accepted: the service's JSON may hold them.
//
// It takes what the service takes, and that is more than GeoJSON allows: numbers
// in strings, true for 1, null for an empty ring, positions of two or three
// numbers, rings that are not closed. What the service cannot use is an error
// whose text is the service's own (Python's, numpy's, shapely's), without a
// prefix: "list index out of range". Two details are simplified: a text such as
// "1_000" is not a number, and an object stands for its keys in sorted order.
func NewGeometry(kind string, coordinates any) (Geometry, error) {
	list, ok := coordinates.([]any)
	if !ok {
		return Geometry{}, fmt.Errorf("dem: geometry: coordinates of type %s, not an array", pyType(coordinates))
	}
	g := Geometry{Type: kind}
	var err error
	switch kind {
	case Point:
		g.Point, err = newPoint(list)
	case Polygon:
		if !isEmpty(list) {
			g.Polygons, err = newPolygons([][]any{list})
		}
	case MultiPolygon:
		if !isEmpty(list) {
			g.Polygons, err = newMultiPolygon(list)
		}
	default:
		err = fmt.Errorf("dem: geometry: type %q is not Point, Polygon or MultiPolygon", kind)
	}
	if err != nil {
		return Geometry{}, err
	}
	return g, nil
}
