package table

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"strings"

	"github.com/community-attribute-service/cas-go/table/internal/runs"
)

// sorter is a RowWriter that passes rows on in the order of their ids, those of one id in the order in which they came.
type sorter struct {
	RowWriter
	runs  runs.Sorter
	cells int    // of a row
	row   []byte // encoded
}

func newSorter(w RowWriter, folder string) *sorter {
	return &sorter{RowWriter: w, runs: runs.Sorter{Folder: folder}}
}

// Describe passes the description on.
func (s *sorter) Describe(o Options, summary *Summary) { describeTo(s.RowWriter, o, summary) }

// Discard removes the temporary file.
func (s *sorter) Discard() {
	discard(s.RowWriter)
	_ = s.runs.Close()
}

// WriteRow keeps the row.
func (s *sorter) WriteRow(r *Row) error {
	s.cells, s.row = len(r.Cells), appendRow(s.row[:0], r)
	return s.runs.Add(idOf(&r.Cells[0]), s.row)
}

// Close passes all rows on and ends the table.
func (s *sorter) Close() error {
	row := &Row{Cells: make([]Cell, s.cells)}
	for b, err := range s.runs.Sorted() {
		if err == nil {
			err = readRow(b, row)
		}
		if err == nil {
			err = s.RowWriter.WriteRow(row)
		}
		if err != nil {
			s.Discard()
			return err
		}
	}
	return errors.Join(s.RowWriter.Close(), s.runs.Close())
}

// idOf is the id in a row, which is JSON where the row was read from JSON.
func idOf(c *Cell) string {
	if c.Kind == JSONCell {
		return PlainText(c.JSON)
	}
	return strings.Clone(c.Text)
}

// appendRow appends a row: the feature's id, index, reference system and geometry, the cells.
func appendRow(b []byte, r *Row) []byte {
	b = appendBytes(b, r.Feature.ID)
	b = binary.AppendVarint(b, int64(r.Feature.Index))
	b = appendBytes(b, r.Feature.CRS)
	b = appendBytes(b, r.Feature.Geometry)
	for _, c := range r.Cells {
		b = append(b, byte(c.Kind))
		switch c.Kind {
		case NumberCell:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(c.Number))
		case TextCell:
			b = appendBytes(b, c.Text)
		case JSONCell:
			b = appendBytes(b, c.JSON)
		case EmptyCell:
		}
	}
	return b
}

func appendBytes[T ~string | ~[]byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// readRow reads what appendRow wrote.
func readRow(b []byte, r *Row) error {
	d := rowDecoder{b: b}
	r.Feature.ID = string(d.bytes())
	r.Feature.Index = int(d.varint())
	r.Feature.CRS = string(d.bytes())
	r.Feature.Geometry = nil
	if geometry := d.bytes(); len(geometry) > 0 {
		r.Feature.Geometry = json.RawMessage(geometry)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		*c = Cell{Kind: CellKind(d.byte())}
		switch c.Kind {
		case NumberCell:
			c.Number = d.float()
		case TextCell:
			c.Text = string(d.bytes())
		case JSONCell:
			c.JSON = d.bytes()
		case EmptyCell:
		}
	}
	return d.err
}

// rowDecoder takes an encoded row apart; its error is that of the first part that was not there.
type rowDecoder struct {
	b   []byte
	err error
}

var errSpilled = errors.New("the temporary file of the sorted rows was changed")

func (d *rowDecoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.err, d.b = errSpilled, nil
		return nil
	}
	taken := d.b[:n:n]
	d.b = d.b[n:]
	return taken
}

func (d *rowDecoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *rowDecoder) bytes() []byte {
	length, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.err, d.b = errSpilled, nil
		return nil
	}
	d.b = d.b[n:]
	return d.take(length)
}

func (d *rowDecoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.err, d.b = errSpilled, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *rowDecoder) float() float64 {
	if b := d.take(8); b != nil {
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}
