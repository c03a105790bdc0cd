package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Smallest sizes of items in bytes. A part of a MultiPolygon has a byte order, a type and a number of rings.
const (
	wkbPart = 9
	wkbRing = 4
)

// wkbNames are the geometry types of well-known binary by number.
var wkbNames = [...]string{
	0: "Geometry", 1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon",
	7: "GeometryCollection", 8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface",
	13: "Curve", 14: "Surface", 15: "PolyhedralSurface", 16: "TIN", 17: "Triangle",
}

// ParseWKB reads well-known binary in either byte order: that of ISO (OGC 06-103r4, 8.2) and the extended form of PostGIS. It leaves
// out Z and M. An empty point is no geometry. If the service does not take the type, ParseWKB reads only the type. It allocates at most
// six times len(b).
func ParseWKB(b []byte) (Geometry, error) {
	r := wkbReader{b: b}
	g := r.geometry()
	if r.err == nil && len(r.b) > 0 {
		r.fail("%d bytes follow the geometry", len(r.b))
	}
	if r.err != nil {
		return Geometry{}, fmt.Errorf("not well-known binary (WKB): %w", r.err)
	}
	g.SRID = r.srid
	return g, nil
}

// A wkbReader consumes b. After its first error it returns zero values.
type wkbReader struct {
	b     []byte
	order binary.ByteOrder
	skip  int // bytes of Z and M after each position
	srid  int // from extended WKB
	err   error
}

func (r *wkbReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.b = nil
}

func (r *wkbReader) take(n int) []byte {
	if n > len(r.b) {
		if r.err == nil {
			r.err = errors.New("it ends too early")
		}
		r.b = nil
		return make([]byte, n)
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// count reads the number of items that follow, each of at least size bytes.
func (r *wkbReader) count(size int) int {
	n := r.order.Uint32(r.take(4))
	if uint64(n)*uint64(size) > uint64(len(r.b)) {
		r.fail("it holds %d items where %d bytes are left", n, len(r.b))
		return 0
	}
	return int(n)
}

// head reads the byte order and the type.
func (r *wkbReader) head() (kind uint32) {
	r.order = binary.LittleEndian
	switch order := r.take(1)[0]; {
	case r.err != nil || order == 1:
	case order == 0:
		r.order = binary.BigEndian
	default:
		r.fail("byte order %d", order)
	}
	if r.err != nil {
		return 0
	}
	kind = r.order.Uint32(r.take(4))
	r.skip = 0
	if kind&0x80000000 != 0 { // EWKB Z
		r.skip += 8
	}
	if kind&0x40000000 != 0 { // EWKB M
		r.skip += 8
	}
	if kind&0x20000000 != 0 { // EWKB SRID
		r.srid = int(int32(r.order.Uint32(r.take(4))))
	}
	kind &= 0x0fffffff
	switch kind / 1000 { // ISO
	case 1, 2:
		r.skip += 8
	case 3:
		r.skip += 16
	case 0:
	default:
		r.fail("geometry type %d", kind)
	}
	return kind % 1000
}

func (r *wkbReader) geometry() Geometry {
	kind := r.head()
	if int(kind) >= len(wkbNames) {
		r.fail("geometry type %d", kind)
	}
	if r.err != nil {
		return Geometry{}
	}
	g := Geometry{Type: wkbNames[kind]}
	switch g.Type {
	case "Point":
		g.Point = r.position()
		if math.IsNaN(g.Point[0]) && math.IsNaN(g.Point[1]) {
			return Geometry{}
		}
	case "Polygon":
		g.Polygons = [][][][2]float64{r.polygon()}
	case "MultiPolygon":
		n := r.count(wkbPart)
		g.Polygons = make([][][][2]float64, 0, n)
		for i := 0; i < n && r.err == nil; i++ {
			if kind := r.head(); kind != 3 {
				r.fail("a MultiPolygon holds geometry type %d", kind)
			}
			g.Polygons = append(g.Polygons, r.polygon())
		}
	default:
		r.b = nil // the type alone is refused
	}
	return g
}

func (r *wkbReader) polygon() [][][2]float64 {
	n := r.count(wkbRing)
	rings := make([][][2]float64, 0, n)
	for i := 0; i < n && r.err == nil; i++ {
		ring := make([][2]float64, r.count(16+r.skip))
		for k := range ring {
			ring[k] = r.position()
		}
		rings = append(rings, ring)
	}
	return rings
}

func (r *wkbReader) position() [2]float64 {
	b := r.take(16 + r.skip)
	return [2]float64{math.Float64frombits(r.order.Uint64(b)), math.Float64frombits(r.order.Uint64(b[8:]))}
}
