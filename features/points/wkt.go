package points

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// wktTypes are the types of GeoJSON by their names in well-known text.
var wktTypes = map[string]string{
	"POINT": "Point", "POLYGON": "Polygon", "MULTIPOLYGON": "MultiPolygon", "LINESTRING": "LineString", "MULTIPOINT": "MultiPoint",
	"MULTILINESTRING": "MultiLineString", "GEOMETRYCOLLECTION": "GeometryCollection", "CIRCULARSTRING": "CircularString",
	"COMPOUNDCURVE": "CompoundCurve", "CURVEPOLYGON": "CurvePolygon", "MULTICURVE": "MultiCurve", "MULTISURFACE": "MultiSurface",
	"POLYHEDRALSURFACE": "PolyhedralSurface", "TIN": "TIN", "TRIANGLE": "Triangle",
}

// cutSRID cuts the reference system from the start of extended well-known text: SRID=5070;POINT…. SRID 0 means that there is none.
func cutSRID(text string) (rest, crs string, err error) {
	text = strings.TrimSpace(text)
	if len(text) < 5 || !strings.EqualFold(text[:5], "SRID=") {
		return text, "", nil
	}
	number, rest, ok := strings.Cut(text[5:], ";")
	if !ok || !isDigits(number) || len(number) > 9 {
		return "", "", errors.New("SRID= is to be followed by a number and a semicolon")
	}
	if strings.Trim(number, "0") == "" {
		return rest, "", nil
	}
	return rest, "EPSG:" + strings.TrimLeft(number, "0"), nil
}

// parseText reads GeoJSON, well-known text (OGC 06-103r4, 7) or well-known binary in hexadecimal digits, without Z and M. Both may have
// the extended form of PostGIS. crs is the reference system that the text names. An empty point or text is no geometry.
func parseText(text string) (g format.Geometry, crs string, err error) {
	rest, crs, err := cutSRID(text)
	switch {
	case err != nil || strings.TrimSpace(rest) == "":
		return format.Geometry{}, "", err
	case rest[0] == '0':
		binary, err := hex.DecodeString(rest)
		if err != nil {
			return format.Geometry{}, "", fmt.Errorf("not well-known binary (WKB) in hexadecimal digits: %w", err)
		}
		g, err := format.ParseWKB(binary)
		if g.SRID > 0 {
			crs = "EPSG:" + strconv.Itoa(g.SRID)
		}
		return g, crs, err
	case rest[0] == '{':
		g, crs, ok := format.ParseGeoJSON([]byte(rest))
		if !ok && (g.Type == "" || g.Type == "Point" || g.Type == "Polygon" || g.Type == "MultiPolygon") {
			return format.Geometry{}, "", fmt.Errorf("not a GeoJSON geometry: %s", format.Shorten(rest, mostQuoted))
		}
		return g, crs, nil
	}
	g, err = parseWKT(rest)
	return g, crs, err
}

func parseWKT(text string) (format.Geometry, error) {
	w := wktReader{text: text}
	g := w.geometry()
	if w.err == nil && w.peek() != 0 && w.text != "" {
		w.fail("text follows the geometry")
	}
	if w.err != nil {
		return format.Geometry{}, fmt.Errorf("not well-known text (WKT): %w", w.err)
	}
	return g, nil
}

// A wktReader consumes text. After its first error it returns zero values.
type wktReader struct {
	text string
	err  error
}

func (w *wktReader) fail(text string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(text+" at %q", append(args, format.Shorten(w.text, mostQuoted))...)
	}
	w.text = ""
}

// peek skips white space and returns the next character; 0 is the end.
func (w *wktReader) peek() byte {
	w.text = strings.TrimLeft(w.text, " \t\r\n")
	if w.text == "" {
		return 0
	}
	return w.text[0]
}

// take reads the character c.
func (w *wktReader) take(c byte) {
	if w.peek() != c {
		w.fail("%q is missing", c)
		return
	}
	w.text = w.text[1:]
}

// more reads a comma and returns true, or the bracket that ends a list.
func (w *wktReader) more() bool {
	switch w.peek() {
	case ',':
		w.text = w.text[1:]
		return true
	case ')':
		w.text = w.text[1:]
	default:
		w.fail("a comma or a bracket is missing")
	}
	return false
}

// word reads letters and returns them in upper case.
func (w *wktReader) word() string {
	w.peek()
	n := 0
	for n < len(w.text) && (w.text[n]|0x20 >= 'a' && w.text[n]|0x20 <= 'z') {
		n++
	}
	word := strings.ToUpper(w.text[:n])
	w.text = w.text[n:]
	return word
}

func (w *wktReader) geometry() format.Geometry {
	word := w.word()
	kind := wktTypes[word]
	for _, suffix := range []string{"ZM", "Z", "M"} { // as in POINTZ
		if bare, ok := strings.CutSuffix(word, suffix); ok && kind == "" {
			kind = wktTypes[bare]
		}
	}
	if kind == "" {
		w.fail("%q is no type of geometry", format.Shorten(word, mostQuoted))
		return format.Geometry{}
	}
	next := w.word()
	if next == "Z" || next == "M" || next == "ZM" {
		next = w.word()
	}
	empty := next == "EMPTY"
	if !empty && next != "" {
		w.fail("%q is unexpected", format.Shorten(next, mostQuoted))
	}
	g := format.Geometry{Type: kind}
	switch kind {
	case "Point":
		if empty {
			return format.Geometry{}
		}
		w.take('(')
		g.Point = w.position()
		w.take(')')
		if math.IsNaN(g.Point[0]) && math.IsNaN(g.Point[1]) { // another spelling of an empty point
			return format.Geometry{}
		}
	case "Polygon":
		if !empty {
			g.Polygons = [][][][2]float64{w.polygon()}
		}
	case "MultiPolygon":
		if empty {
			break
		}
		w.take('(')
		for more := w.err == nil; more; more = w.more() {
			g.Polygons = append(g.Polygons, w.polygon())
		}
	default:
		w.text = "" // the type alone is refused
	}
	return g
}

func (w *wktReader) polygon() (rings [][][2]float64) {
	w.take('(')
	for more := w.err == nil; more; more = w.more() {
		var ring [][2]float64
		w.take('(')
		for more := w.err == nil; more; more = w.more() {
			ring = append(ring, w.position())
		}
		rings = append(rings, ring)
	}
	return rings
}

// position reads two to four numbers.
func (w *wktReader) position() (p [2]float64) {
	n := 0
	for ; w.err == nil; n++ {
		c := w.peek()
		if c == ',' || c == ')' || c == 0 {
			break
		}
		end := strings.IndexAny(w.text, " \t\r\n,)")
		if end < 0 {
			end = len(w.text)
		}
		f, err := strconv.ParseFloat(w.text[:end], 64)
		if err != nil || strings.ContainsAny(w.text[:end], "xXpP_") {
			w.fail("a number is missing")
			return p
		}
		if n < 2 {
			p[n] = f
		}
		w.text = w.text[end:]
	}
	if n < 2 || n > 4 {
		w.fail("a position has %d numbers", n)
	}
	return p
}
