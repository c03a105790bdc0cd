// Package wkb writes geometries as well-known binary of ISO and reads it back as GeoJSON text, for the table formats that hold geometries.
package wkb

import (
	"encoding/binary"
	"encoding/json"
	"math"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// Bounds are the least and the greatest x, y and z.
type Bounds struct{ Low, High [3]float64 }

// NoBounds are the bounds of nothing.
var NoBounds = Bounds{
	Low:  [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)},
	High: [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)},
}

// Join widens b by o.
func (b *Bounds) Join(o *Bounds) {
	for i := range b.Low {
		b.Low[i], b.High[i] = min(b.Low[i], o.Low[i]), max(b.High[i], o.High[i])
	}
}

// A Shape describes what a WKB holds.
type Shape struct {
	Kind   string // Point, Polygon or MultiPolygon
	Z      bool
	Bounds Bounds // those of z only with Z
}

// Name is the type as GeoParquet spells it.
func (s *Shape) Name() string {
	if s.Z {
		return s.Kind + " Z"
	}
	return s.Kind
}

// Geometry types of ISO 13249-3 WKB; with z they are a thousand more.
const (
	wkbPoint        = 1
	wkbPolygon      = 3
	wkbMultiPolygon = 6
	wkbZ            = 1000
)

// An Encoder writes geometries, one after the other; it reuses its memory.
type Encoder struct {
	rings preflight.Rings
	out   []byte
	shape Shape
}

// Append appends the geometry of a feature as little-endian WKB, with z if all positions have one. ok is false, and nothing is appended, if
// [table.Row.Geometry] has none.
func (e *Encoder) Append(b []byte, f features.Feature) (_ []byte, s Shape, ok bool) {
	_ = e.rings.Check(f) // Type says whether the geometry can be written
	e.out, e.shape = b, Shape{Kind: e.rings.Type, Z: len(e.rings.Heights) > 0, Bounds: NoBounds}
	switch e.rings.Type {
	case "":
		return b, Shape{}, false
	case "Point":
		e.header(wkbPoint)
		e.position(0)
	case "MultiPolygon":
		e.header(wkbMultiPolygon)
		e.count(len(e.rings.PolygonEnds))
	}
	ring, position := 0, 0
	for _, end := range e.rings.PolygonEnds {
		e.header(wkbPolygon)
		e.count(end - ring)
		for ; ring < end; ring++ {
			end := e.rings.RingEnds[ring]
			e.count(end - position)
			for ; position < end; position++ {
				e.position(position)
			}
		}
	}
	return e.out, e.shape, true
}

func (e *Encoder) header(kind uint32) {
	if e.shape.Z {
		kind += wkbZ
	}
	e.out = append(e.out, 1) // little-endian
	e.out = binary.LittleEndian.AppendUint32(e.out, kind)
}

func (e *Encoder) count(n int) { e.out = binary.LittleEndian.AppendUint32(e.out, uint32(n)) }

func (e *Encoder) position(i int) {
	e.number(0, e.rings.Positions[i][0])
	e.number(1, e.rings.Positions[i][1])
	if e.shape.Z {
		e.number(2, e.rings.Heights[i])
	}
}

func (e *Encoder) number(axis int, f float64) {
	b := &e.shape.Bounds
	b.Low[axis], b.High[axis] = min(b.Low[axis], f), max(b.High[axis], f)
	e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(f))
}

// GeoJSON returns the text of a geometry, its coordinates in shortest exact form.
func GeoJSON(wkb []byte) (json.RawMessage, error) {
	g, err := geom.UnmarshalWKB(wkb, geom.NoValidate{}) // a table can hold what is not valid
	if err != nil {
		return nil, err
	}
	return g.MarshalJSON()
}
