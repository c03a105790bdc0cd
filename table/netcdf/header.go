package netcdf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// kind is a type of values in the classic format.
type kind uint32

const (
	byteKind   kind = 1
	charKind   kind = 2
	intKind    kind = 4
	doubleKind kind = 6
)

// size returns the bytes of a value, and 0 for a kind that this package does not write.
func (k kind) size() int64 {
	return map[kind]int64{byteKind: 1, charKind: 1, intKind: 4, doubleKind: 8}[k]
}

// Tags of the lists of a header.
const (
	dimensionTag = 0x0A
	variableTag  = 0x0B
	attributeTag = 0x0C
)

// largest is the size in bytes of the largest variable of CDF-2.
const largest = math.MaxInt32 - 3

type dimension struct {
	name   string
	length int64
}

// attribute is a text, a float64, an int32 or a list of int8.
type attribute struct {
	name  string
	value any
}

type variable struct {
	name       string
	kind       kind
	dimensions []int
	attributes []attribute
}

// header is everything in a file except the data.
type header struct {
	dimensions []dimension // the first is hru
	attributes []attribute
	variables  []variable
}

func (h *header) dimension(name string, length int64) int {
	h.dimensions = append(h.dimensions, dimension{name, length})
	return len(h.dimensions) - 1
}

// size returns the number of bytes of a variable's data, without padding. If hru has the length 0, it is the record dimension, because a
// length of 0 means that in this format; the size is then that of a record.
func (h *header) size(v *variable) int64 {
	size := v.kind.size()
	for i, d := range v.dimensions {
		if length := h.dimensions[d].length; i > 0 || length > 0 {
			size *= length
		}
	}
	return size
}

func padded(size int64) int64 { return (size + 3) &^ 3 }

// version returns 2, or 5 if a variable or dimension is too large for CDF-2.
func (h *header) version() byte {
	for _, d := range h.dimensions {
		if d.length > math.MaxInt32 {
			return 5
		}
	}
	for i := range h.variables {
		if h.size(&h.variables[i]) > largest {
			return 5
		}
	}
	return 2
}

// encode returns the bytes of the header. The data of the variables follow it in order, each padded to four bytes.
func (h *header) encode(version byte) ([]byte, error) {
	e := encoder{wide: version == 5}
	if err := h.write(&e, version, 0); err != nil {
		return nil, err
	}
	begin := int64(len(e.b)) // offsets have a fixed length
	e.b = e.b[:0]
	err := h.write(&e, version, begin)
	return e.b, err
}

func (h *header) write(e *encoder, version byte, begin int64) error {
	e.b = append(e.b, 'C', 'D', 'F', version)
	e.count(0) // records
	e.list(dimensionTag, len(h.dimensions))
	for _, d := range h.dimensions {
		e.text(d.name)
		e.count(d.length)
	}
	if err := e.attributes(h.attributes); err != nil {
		return err
	}
	e.list(variableTag, len(h.variables))
	for i := range h.variables {
		v := &h.variables[i]
		e.text(v.name)
		e.count(int64(len(v.dimensions)))
		for _, d := range v.dimensions {
			e.count(int64(d))
		}
		if err := e.attributes(v.attributes); err != nil {
			return fmt.Errorf("variable %s: %w", v.name, err)
		}
		size := padded(h.size(v))
		e.word(uint32(v.kind))
		e.count(size)
		e.b = binary.BigEndian.AppendUint64(e.b, uint64(begin))
		begin += size
	}
	return nil
}

// encoder writes the parts of a header: big-endian, with texts padded to four bytes.
type encoder struct {
	b    []byte
	wide bool // counts of 64 bits: CDF-5
}

func (e *encoder) word(n uint32) { e.b = binary.BigEndian.AppendUint32(e.b, n) }

func (e *encoder) count(n int64) {
	if e.wide {
		e.b = binary.BigEndian.AppendUint64(e.b, uint64(n))
		return
	}
	e.word(uint32(n))
}

// list begins a list. An empty list has no tag.
func (e *encoder) list(tag uint32, n int) {
	if n == 0 {
		tag = 0
	}
	e.word(tag)
	e.count(int64(n))
}

func (e *encoder) text(s string) {
	e.count(int64(len(s)))
	e.b = append(e.b, s...)
	e.pad(len(s))
}

func (e *encoder) pad(n int) { e.b = append(e.b, make([]byte, padded(int64(n))-int64(n))...) }

func (e *encoder) attributes(list []attribute) error {
	e.list(attributeTag, len(list))
	for _, a := range list {
		e.text(a.name)
		switch v := a.value.(type) {
		case string:
			e.word(uint32(charKind))
			e.text(v)
		case float64:
			e.word(uint32(doubleKind))
			e.count(1)
			e.b = binary.BigEndian.AppendUint64(e.b, math.Float64bits(v))
		case int32:
			e.word(uint32(intKind))
			e.count(1)
			e.word(uint32(v))
		case []int8:
			e.word(uint32(byteKind))
			e.count(int64(len(v)))
			for _, n := range v {
				e.b = append(e.b, byte(n))
			}
			e.pad(len(v))
		default:
			return fmt.Errorf("attribute %s: no external type for %T", a.name, a.value)
		}
	}
	return nil
}
