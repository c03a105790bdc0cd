package format

import (
	"math"
	"strconv"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// A Geometry is a Point, Polygon or MultiPolygon without heights and measures. The zero value means that there is none.
type Geometry struct {
	// Type is the name of the type in GeoJSON. A type that the service does not take (LineString, …) has its name and no positions:
	// package preflight refuses it by the name.
	Type     string
	Point    [2]float64       // of a Point: x, y
	Polygons [][][][2]float64 // polygons, rings, positions; one polygon for a Polygon. The outer ring comes first.
	SRID     int              // code of the reference system that the geometry itself names; 0 if it names none
}

// Transform applies to to every position and returns its first error.
func (g *Geometry) Transform(to func(x, y float64) (float64, float64, error)) (err error) {
	if g.Type == "Point" {
		g.Point[0], g.Point[1], err = to(g.Point[0], g.Point[1])
		return err
	}
	for _, polygon := range g.Polygons {
		for _, ring := range polygon {
			for i := range ring {
				if ring[i][0], ring[i][1], err = to(ring[i][0], ring[i][1]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// AppendGeoJSON appends the geometry as GeoJSON, or null if there is none. Numbers have the shortest form that reads back as the same
// float64.
func (g *Geometry) AppendGeoJSON(b []byte) []byte {
	switch g.Type {
	case "":
		return append(b, "null"...)
	case "Point":
		b = append(b, `{"type":"Point","coordinates":`...)
		return append(appendPosition(b, g.Point), '}')
	case "Polygon", "MultiPolygon":
	default:
		b = append(b, `{"type":`...)
		return append(strconv.AppendQuote(b, g.Type), `,"coordinates":[]}`...)
	}
	b = append(append(append(b, `{"type":"`...), g.Type...), `","coordinates":`...)
	if g.Type == "Polygon" {
		if len(g.Polygons) == 0 {
			return append(b, "[]}"...)
		}
		return append(appendPolygon(b, g.Polygons[0]), '}')
	}
	return append(appendArray(b, g.Polygons, appendPolygon), '}')
}

func appendPolygon(b []byte, polygon [][][2]float64) []byte {
	return appendArray(b, polygon, appendRing)
}

func appendRing(b []byte, ring [][2]float64) []byte { return appendArray(b, ring, appendPosition) }

func appendArray[T any](b []byte, elements []T, appendElement func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, e := range elements {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendElement(b, e)
	}
	return append(b, ']')
}

func appendPosition(b []byte, p [2]float64) []byte {
	b = appendNumber(append(b, '['), p[0])
	b = appendNumber(append(b, ','), p[1])
	return append(b, ']')
}

// appendNumber writes NaN and Infinity, which JSON does not have: package preflight refuses the geometry by them.
func appendNumber(b []byte, f float64) []byte {
	if math.IsInf(f, 0) {
		if f < 0 {
			b = append(b, '-')
		}
		return append(b, "Infinity"...)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// ParseGeoJSON reads a Point, Polygon or MultiPolygon without heights. ok is false for anything else, such as one with an empty ring, which
// package preflight refuses. crs is the reference system that a member of the geometry names, if that is not WGS 84.
func ParseGeoJSON(text []byte) (g Geometry, crs string, ok bool) {
	var t geotext.Geometry
	t.Numbers, t.Keep = true, true
	i := geotext.SkipSpace(text, 0)
	if i == len(text) || text[i] != '{' {
		return Geometry{}, "", false
	}
	end, err := t.Read(text, i, geotext.ValidText)
	if err != nil || geotext.SkipSpace(text, end) != len(text) {
		return Geometry{}, "", false
	}
	g.Type = t.Type
	if t.Depth == 0 || t.Depth != geotext.Depths[t.Type] || t.Mixed.Depth != 0 || t.Empty != [len(t.Empty)]*geotext.Ring{} ||
		t.Twice != "" || t.NotJSON || t.Fault.Kind != 0 || t.Worst.Severity == geotext.NotFinite {
		return g, t.CRS, false
	}
	if g.Type == "Point" {
		g.Point = t.Rings.Positions[0]
		return g, t.CRS, true
	}
	ring, position := 0, 0
	for _, end := range t.Rings.PolygonEnds {
		var polygon [][][2]float64
		for ; ring < end; ring++ {
			next := t.Rings.RingEnds[ring]
			polygon = append(polygon, t.Rings.Positions[position:next:next])
			position = next
		}
		g.Polygons = append(g.Polygons, polygon)
	}
	return g, t.CRS, true
}
