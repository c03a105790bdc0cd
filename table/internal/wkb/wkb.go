// Package wkb turns the GeoJSON text of geometries into well-known binary as of ISO and back, for the formats of tables that
// hold geometries. [Append] writes, [GeoJSON] reads what it has written.
package wkb

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/peterstace/simplefeatures/geom"
)

// Bounds are the least and the greatest x, y and z.
type Bounds struct{ Low, High [3]float64 }

// NoBounds are those of nothing.
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

// A Shape is what a WKB holds.
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

// Geometry types of ISO 13249-3 WKB; with z it is a thousand more.
const (
	wkbPoint        = 1
	wkbPolygon      = 3
	wkbMultiPolygon = 6
	wkbZ            = 1000
)

// errNoZ says that a position lacks the z that another has.
var errNoZ = errors.New("a position without z")

// Append appends the text of a GeoJSON Point, Polygon or MultiPolygon as little-endian WKB: with z if all positions
// have one, further numbers of a position dropped. Empty geometries, short and unclosed rings are errors: readers of WKB
// refuse them, and with them the whole file.
func Append(b, geometry []byte) ([]byte, Shape, error) {
	kind, coordinates, err := geometryParts(geometry)
	if err != nil {
		return b, Shape{}, err
	}
	for _, dims := range []int{3, 2} {
		e := wkbEncoder{scanner: scanner{text: coordinates}, out: b, dims: dims, bounds: NoBounds}
		if err = e.geometry(kind); err == nil {
			return e.out, Shape{Kind: kind, Z: dims == 3, Bounds: e.bounds}, nil
		}
		if !errors.Is(err, errNoZ) {
			break
		}
	}
	return b, Shape{}, err
}

// GeoJSON is the text of a geometry, its coordinates in shortest exact form.
func GeoJSON(wkb []byte) (json.RawMessage, error) {
	g, err := geom.UnmarshalWKB(wkb, geom.NoValidate{}) // it stands in the table as it was given
	if err != nil {
		return nil, err
	}
	return g.MarshalJSON()
}

// geometryParts finds the type and the text of the coordinates.
func geometryParts(geometry []byte) (kind string, coordinates []byte, err error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(geometry))
	if d.PeekKind() != '{' {
		return "", nil, errors.New("no GeoJSON object")
	}
	d.ReadToken()
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return "", nil, err
		}
		member := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return "", nil, err
		}
		switch member {
		case "type":
			text, err := jsontext.AppendUnquote(nil, value)
			if err != nil {
				return "", nil, err
			}
			kind = string(text)
		case "coordinates":
			end := int(d.InputOffset())
			coordinates = geometry[end-len(value) : end]
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return "", nil, err
	}
	return kind, coordinates, nil
}

type wkbEncoder struct {
	scanner
	out    []byte
	dims   int // 2 or 3
	bounds Bounds
}

func (e *wkbEncoder) geometry(kind string) error {
	var err error
	switch kind {
	case "Point":
		e.header(wkbPoint)
		_, err = e.position()
	case "Polygon":
		err = e.polygon()
	case "MultiPolygon":
		e.header(wkbMultiPolygon)
		_, err = e.list(e.polygon)
	default:
		err = fmt.Errorf("a geometry of type %q", kind)
	}
	if err != nil {
		return err
	}
	return e.end()
}

func (e *wkbEncoder) header(kind uint32) {
	if e.dims == 3 {
		kind += wkbZ
	}
	e.out = append(e.out, 1) // little-endian
	e.out = binary.LittleEndian.AppendUint32(e.out, kind)
}

func (e *wkbEncoder) polygon() error {
	e.header(wkbPolygon)
	_, err := e.list(e.ring)
	return err
}

func (e *wkbEncoder) ring() error {
	var first, last [2]float64
	seen := false
	n, err := e.list(func() (err error) {
		if last, err = e.position(); !seen {
			first, seen = last, true
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case n < 4:
		return fmt.Errorf("a ring of %d positions", n)
	case first != last:
		return errors.New("an unclosed ring")
	}
	return nil
}

// list writes the number of elements of an array, then each; an empty one is an error.
func (e *wkbEncoder) list(element func() error) (n uint32, err error) {
	at := len(e.out)
	e.out = append(e.out, 0, 0, 0, 0)
	err = e.array(func() error {
		n++
		return element()
	})
	if err == nil && n == 0 {
		err = errors.New("an empty array of coordinates")
	}
	binary.LittleEndian.PutUint32(e.out[at:], n)
	return n, err
}

func (e *wkbEncoder) position() (xy [2]float64, err error) {
	n := 0
	err = e.array(func() error {
		f, err := e.number()
		if err == nil && n < e.dims {
			if n < 2 {
				xy[n] = f
			}
			e.bounds.Low[n], e.bounds.High[n] = min(e.bounds.Low[n], f), max(e.bounds.High[n], f)
			e.out = binary.LittleEndian.AppendUint64(e.out, math.Float64bits(f))
		}
		n++
		return err
	})
	switch {
	case err != nil:
		return xy, err
	case n < 2:
		return xy, fmt.Errorf("a position of %d numbers", n)
	case n < e.dims:
		return xy, errNoZ
	}
	return xy, nil
}
