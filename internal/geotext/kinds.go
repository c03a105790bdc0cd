package geotext

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// The types of GeoJSON objects (RFC 7946, section 1.4).
const (
	KindFeature    = "Feature"
	KindCollection = "FeatureCollection"
)

var GeometryKinds = []string{
	"Point", "Polygon", "MultiPolygon", "LineString", "MultiPoint", "MultiLineString", "GeometryCollection",
}

func IsGeometryKind(kind string) bool {
	for _, k := range GeometryKinds {
		if kind == k {
			return true
		}
	}
	return false
}

// typeName is the text of a "type" member, shared where it is a known one; "" if
// it is no string.
func TypeName(v jsontext.Value) string {
	if len(v) < 2 || v[0] != '"' {
		return ""
	}
	switch inner := v[1 : len(v)-1]; string(inner) {
	case KindFeature:
		return KindFeature
	case KindCollection:
		return KindCollection
	default:
		for _, k := range GeometryKinds {
			if string(inner) == k {
				return k
			}
		}
	}
	name, _ := jsontext.AppendUnquote(nil, v)
	return string(name)
}

// describe names the kind of the JSON value that begins with c.
func Describe(c byte) string {
	switch c {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	case 'N', 'I', 'i':
		return "not a finite number"
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return "a number"
	}
	return fmt.Sprintf("%q", c)
}

// isSpace tells JSON's white space.
func IsSpace(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t'
}

// valueEnd is the end of the value that begins at i, or of the text.
func ValueEnd(b []byte, i int) int {
	if i >= len(b) {
		return len(b)
	}
	f := NewFramer(b[i])
	n, _ := f.Scan(b[i:])
	return i + n
}

func SkipSpace(b []byte, i int) int {
	for i < len(b) && IsSpace(b[i]) {
		i++
	}
	return i
}
