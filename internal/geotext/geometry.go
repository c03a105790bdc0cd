package geotext

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// The types of GeoJSON objects (RFC 7946, section 1.4).
const (
	KindFeature    = "Feature"
	KindCollection = "FeatureCollection"
)

// GeometryKinds are the types of geometries.
var GeometryKinds = []string{
	"Point", "Polygon", "MultiPolygon", "LineString", "MultiPoint", "MultiLineString", "GeometryCollection",
}

// IsGeometryKind reports whether a type is that of a geometry.
func IsGeometryKind(kind string) bool { return slices.Contains(GeometryKinds, kind) }

// Depths tells how many arrays stand around each number in the coordinates of a type that the service takes.
var Depths = map[string]int{"Point": 1, "Polygon": 3, "MultiPolygon": 4}

// TypeName is the text of a "type" member, shared where it is a known one; "" if it is no string.
func TypeName(v []byte) string {
	if len(v) < 2 || v[0] != '"' {
		return ""
	}
	inner := string(v[1 : len(v)-1])
	for _, known := range [...]string{"Polygon", "Point", KindFeature, "MultiPolygon", KindCollection} {
		if inner == known {
			return known
		}
	}
	name, _ := jsontext.AppendUnquote(nil, v)
	return string(name)
}

// A Geometry is one pass over a geometry object. Set Numbers and Keep, and the memory of Rings, then call Read once.
type Geometry struct {
	Type     string // "" if there is none, or it is no string
	TypeText []byte // the member as it is written; nil if there is none
	CRS      string // the reference system that a "crs" member names, if that is not WGS 84
	Twice    string // "type" or "coordinates", if it stands twice: nobody knows which is meant
	// Text is that of the coordinates; nil if there are none.
	Text []byte
	// NotJSON is set if Text is not JSON, of which the Fault or Worst tells more. The object around it is read nevertheless.
	NotJSON bool
	Coordinates
}

// Read reads the object that begins at i and returns its end. An error is an [*Error].
func (g *Geometry) Read(text []byte, i int, rule Rule) (end int, err error) {
	return Members(text, i, rule, func(name []byte, _, value int) (int, error) { return g.Member(text, name, value, rule) })
}

// Member takes one member of the object, for those who walk it themselves, and returns the end of its value.
func (g *Geometry) Member(text, name []byte, i int, rule Rule) (end int, err error) {
	switch string(name) {
	case "type":
		if g.TypeText != nil {
			g.Twice = "type"
		}
		end, err = Skip(text, i, rule)
		g.TypeText = text[i:end]
		g.Type = TypeName(g.TypeText)
		return end, err
	case "coordinates":
		if g.Text != nil {
			g.Twice = "coordinates"
			return Skip(text, i, rule)
		}
		end, err = g.coordinates(text, i, rule)
		g.Text = text[i:end]
		return end, err
	case "crs":
		if end, err = Skip(text, i, rule); err == nil {
			g.CRS = ForeignCRS(text[i:end])
		}
		return end, err
	}
	return Skip(text, i, rule)
}

// coordinates reads those, or finds the end of what stands in their place.
func (g *Geometry) coordinates(text []byte, i int, rule Rule) (end int, err error) {
	if end = g.read(text, i); g.Fault.Kind == 0 && g.Worst.Severity != NotFinite {
		return end, nil
	}
	if end, err = Skip(text, i, rule); err != nil {
		g.NotJSON = true
		if end = ValueEnd(text, i); end > i {
			err = nil
		}
	}
	return end, err
}
