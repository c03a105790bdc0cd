package format

import (
	"fmt"
	"math"
	"strconv"
)

// A Geometry is a Point, Polygon or MultiPolygon. Heights and measures are left out. The zero value is no geometry.
type Geometry struct {
	// Type is the GeoJSON name of the type. Types that the service does not take (LineString, …) have their name and no
	// positions: preflight refuses them by it.
	Type     string
	Point    [2]float64       // of a Point: x, y
	Polygons [][][][2]float64 // polygons, rings, positions; one polygon for a Polygon. The outer ring comes first.
	SRID     int              // number of the reference system that the geometry itself names; 0 is none
}

// Contradiction warns of a geometry that names another reference system than its layer, which declares one by its number; 0 is none.
// The layer's is used: programs such as GDAL and QGIS do, and a layer whose system was corrected in the layer alone is right there.
func (g *Geometry) Contradiction(place string, declared int) string {
	if declared == 0 {
		return fmt.Sprintf("The geometry of %s names the reference system %d (SRID), and the file none. It is not used; if it is right, name it (--assume-crs EPSG:%d).",
			place, g.SRID, g.SRID)
	}
	return fmt.Sprintf("The geometry of %s names the reference system %d (SRID), the file %d. That of the file counts, as for GDAL; if it is wrong, name the right one (--assume-crs EPSG:%d).",
		place, g.SRID, declared, g.SRID)
}

// Transform replaces every position by what to makes of it, and returns its first error.
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

// AppendGeoJSON appends the geometry as GeoJSON, numbers in the shortest form that reads back as the same float64; null if
// there is none.
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
	b = append(b, '[')
	for i, polygon := range g.Polygons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPolygon(b, polygon)
	}
	return append(b, "]}"...)
}

func appendPolygon(b []byte, polygon [][][2]float64) []byte {
	b = append(b, '[')
	for i, ring := range polygon {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for k, p := range ring {
			if k > 0 {
				b = append(b, ',')
			}
			b = appendPosition(b, p)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

func appendPosition(b []byte, p [2]float64) []byte {
	b = appendNumber(append(b, '['), p[0])
	b = appendNumber(append(b, ','), p[1])
	return append(b, ']')
}

// appendNumber writes NaN and the infinities as no JSON has them: preflight refuses the geometry by them.
func appendNumber(b []byte, f float64) []byte {
	if math.IsInf(f, 0) {
		if f < 0 {
			b = append(b, '-')
		}
		return append(b, "Infinity"...)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}
