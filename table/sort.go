package table

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"

	"github.com/community-attribute-service/cas-go/table/internal/runs"
)

// sorter is a RowWriter that passes rows on in the order of their ids; rows with the same id keep their order.
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
	return s.runs.Add(r.Cells[0].PlainText(), s.row)
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

// appendRow appends a row to a record: the feature's id, index, reference system and geometry, then the cells.
func appendRow(b []byte, r *Row) []byte {
	b = appendBytes(b, r.Feature.ID)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Feature.Index))
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
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
}

// readRow reads a record that appendRow wrote.
func readRow(b []byte, r *Row) error {
	d := rowDecoder{b: b}
	r.Feature.ID = string(d.bytes())
	r.Feature.Index = int(d.number())
	r.Feature.CRS = string(d.bytes())
	r.Feature.Geometry = nil
	if geometry := d.bytes(); len(geometry) > 0 {
		r.Feature.Geometry = json.RawMessage(geometry)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		*c = Cell{Kind: CellKind(d.take(1)[0])}
		switch c.Kind {
		case NumberCell:
			c.Number = math.Float64frombits(d.number())
		case TextCell:
			c.Text = string(d.bytes())
		case JSONCell:
			c.JSON = d.bytes()
		case EmptyCell:
		}
	}
	return d.err
}

// rowDecoder takes a record apart. At the end of the record it returns zeros and sets err.
type rowDecoder struct {
	b   []byte
	err error
}

var errSpilled = errors.New("the temporary file of the sorted rows was changed")

func (d *rowDecoder) take(n int) []byte {
	if n > len(d.b) {
		d.err, d.b = errSpilled, nil
		return make([]byte, min(n, 8))
	}
	taken := d.b[:n:n]
	d.b = d.b[n:]
	return taken
}

func (d *rowDecoder) bytes() []byte { return d.take(int(binary.BigEndian.Uint32(d.take(4)))) }

func (d *rowDecoder) number() uint64 { return binary.BigEndian.Uint64(d.take(8)) }
