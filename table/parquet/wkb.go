package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// bounds are the least and the greatest x, y and z.
type bounds struct{ low, high [3]float64 }

var noBounds = bounds{
	low:  [3]float64{math.Inf(1), math.Inf(1), math.Inf(1)},
	high: [3]float64{math.Inf(-1), math.Inf(-1), math.Inf(-1)},
}

func (b *bounds) join(o *bounds) {
	for i := range b.low {
		b.low[i], b.high[i] = min(b.low[i], o.low[i]), max(b.high[i], o.high[i])
	}
}

// shape is what a WKB holds.
type shape struct {
	kind   string // Point, Polygon or MultiPolygon
	z      bool
	bounds bounds
}

// name is the type as GeoParquet spells it.
func (s *shape) name() string {
	if s.z {
		return s.kind + " Z"
	}
	return s.kind
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

// appendWKB appends the text of a GeoJSON Point, Polygon or MultiPolygon as little-endian WKB: with z if all positions
// have one, further numbers of a position dropped. Empty geometries, short and unclosed rings are errors: readers of WKB
// refuse them, and with them the whole file.
func appendWKB(b, geometry []byte) ([]byte, shape, error) {
	kind, coordinates, err := geometryParts(geometry)
	if err != nil {
		return b, shape{}, err
	}
	for _, dims := range []int{3, 2} {
		e := wkbEncoder{scanner: scanner{text: coordinates}, out: b, dims: dims, bounds: noBounds}
		if err = e.geometry(kind); err == nil {
			return e.out, shape{kind: kind, z: dims == 3, bounds: e.bounds}, nil
		}
		if !errors.Is(err, errNoZ) {
			break
		}
	}
	return b, shape{}, err
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
	bounds bounds
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
			e.bounds.low[n], e.bounds.high[n] = min(e.bounds.low[n], f), max(e.bounds.high[n], f)
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
