package geotext

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The types of GeoJSON objects (RFC 7946, section 1.4).
const (
	KindFeature    = "Feature"
	KindCollection = "FeatureCollection"
)

// GeometryKinds holds the types of geometries.
var GeometryKinds = []string{
	"Point", "Polygon", "MultiPolygon", "LineString", "MultiPoint", "MultiLineString", "GeometryCollection",
}

// IsGeometryKind reports whether kind is a type of geometry.
func IsGeometryKind(kind string) bool { return slices.Contains(GeometryKinds, kind) }

// Depths holds, for each type that the service takes, how many arrays are around each number of its coordinates.
var Depths = map[string]int{"Point": 1, "Polygon": 3, "MultiPolygon": 4}

// TypeName returns the text of a "type" member, "" if it is no string. A known type needs no new memory.
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

// A Geometry reads a geometry object in one pass. Set Numbers, Keep and the memory of Rings, then call Read once.
type Geometry struct {
	Type     string // "" if there is none, or it is no string
	TypeText []byte // the "type" member as it is written; nil if there is none
	CRS      string // the reference system of a "crs" member, if that is not WGS 84
	Twice    string // "type" or "coordinates", if the object has it twice
	Text     []byte // of the coordinates; nil if there are none
	NotJSON  bool   // Text is not JSON; Fault or Worst says why. The rest of the object is read nevertheless
	Coordinates
}

// Read reads the object that begins at i and returns its end. An error is an [*Error].
func (g *Geometry) Read(text []byte, i int, rule Rule) (end int, err error) {
	return Members(text, i, rule, func(name []byte, _, value int) (int, error) { return g.Member(text, name, value, rule) })
}

// Member reads one member of the object and returns the end of its value. Callers of Members use it.
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

// coordinates reads the coordinates, or finds the end of another value in their place.
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

// ForeignCRS returns the name of the reference system in a "crs" member (GeoJSON of 2008, section 3), "" if it is WGS 84. A null, which
// some writers write for "not set", is WGS 84, the only system of RFC 7946.
func ForeignCRS(v jsontext.Value) string {
	if name := crsName(v); v.Kind() != 'n' && !isWGS84(name) {
		return name
	}
	return ""
}

// crsName returns the name in a "crs" member, or the beginning of its text if it has no name.
func crsName(v jsontext.Value) string {
	var named struct {
		Type       string `json:"type"`
		Properties struct {
			Name string          `json:"name"`
			Href string          `json:"href"`
			Code json.RawMessage `json:"code"` // {"type":"EPSG","properties":{"code":4326}}
		} `json:"properties"`
	}
	var plain string
	switch {
	case json.Unmarshal(v, &plain) == nil:
		return plain
	case json.Unmarshal(v, &named) != nil:
	case named.Properties.Name != "":
		return named.Properties.Name
	case named.Properties.Href != "":
		return named.Properties.Href
	case len(named.Properties.Code) > 0:
		return named.Type + ":" + strings.Trim(string(named.Properties.Code), `"`)
	}
	const most = 80
	if len(v) > most {
		return string(v[:most]) + "…"
	}
	return string(v)
}

// isWGS84 reports whether name is WGS 84 as longitude and latitude: CRS84 or EPSG:4326, with height CRS84h or EPSG:4979, plain, as a URN
// (urn:ogc:def:crs:OGC:1.3:CRS84, urn:ogc:def:crs:EPSG::4326) or as a URL. EPSG's axis order for 4326 does not matter: positions in GeoJSON
// are always x before y.
func isWGS84(name string) bool {
	parts := strings.FieldsFunc(strings.ToUpper(name), func(r rune) bool { return strings.ContainsRune(":/#", r) })
	if len(parts) == 0 {
		return false
	}
	switch code := strings.TrimSuffix(parts[len(parts)-1], ".XML"); code {
	case "CRS84", "CRS84H", "WGS84":
		return true
	case "4326", "4979":
		return slices.ContainsFunc(parts[:len(parts)-1], func(authority string) bool { return strings.HasPrefix(authority, "EPSG") })
	}
	return false
}

// CRSReason says why a feature in another reference system is refused.
func CRSReason(crs string) string {
	return "crs is " + crs + "; reproject to EPSG:4326 (WGS 84 longitude, latitude)"
}
