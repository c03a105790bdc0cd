package table

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
)

// sorter is a RowWriter that passes rows on in the order of their ids, those of one id in the order in which they came. It holds
// sortBytes of rows in memory; more wait in a temporary file, in sorted runs that are merged in the end.
type sorter struct {
	RowWriter
	folder string // of the temporary file
	limit  int    // bytes of rows in memory
	cells  int    // of a row
	keys   []sortKey
	rows   []byte // encoded
	file   *os.File
	size   int64
	runs   []int64 // where each begins in the file
}

// sortKey is a row in memory.
type sortKey struct {
	id         string
	begin, end int
}

const sortBytes = 32 << 20

func newSorter(w RowWriter, folder string) *sorter {
	return &sorter{RowWriter: w, folder: folder, limit: sortBytes}
}

// Describe passes the description on.
func (s *sorter) Describe(o Options, summary *Summary) { describeTo(s.RowWriter, o, summary) }

// Discard removes the temporary file.
func (s *sorter) Discard() error {
	discard(s.RowWriter)
	return s.remove()
}

// WriteRow keeps the row.
func (s *sorter) WriteRow(r *Row) error {
	s.cells = len(r.Cells)
	begin := len(s.rows)
	s.rows = appendRow(s.rows, r)
	s.keys = append(s.keys, sortKey{idOf(&r.Cells[0]), begin, len(s.rows)})
	if len(s.rows)+len(s.keys)*64 < s.limit {
		return nil
	}
	return s.spill()
}

func (s *sorter) sort() {
	slices.SortStableFunc(s.keys, func(a, b sortKey) int { return cmp.Compare(a.id, b.id) })
}

// spill writes a run.
func (s *sorter) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp(s.folder, ".cas-sort-*.tmp")
		if err != nil {
			return err
		}
		_ = os.Remove(file.Name()) // on Unix nothing is left whatever happens; elsewhere remove does it
		s.file = file
	}
	s.sort()
	s.runs = append(s.runs, s.size)
	out := bufio.NewWriterSize(s.file, pieceSize)
	for _, k := range s.keys {
		row := binary.AppendUvarint(nil, uint64(k.end-k.begin))
		if _, err := out.Write(append(row, s.rows[k.begin:k.end]...)); err != nil {
			return err
		}
		s.size += int64(len(row) + k.end - k.begin)
	}
	s.keys, s.rows = s.keys[:0], s.rows[:0]
	return out.Flush()
}

// Close passes all rows on and ends the table.
func (s *sorter) Close() error {
	err := s.pass()
	if err != nil {
		discard(s.RowWriter)
		return errors.Join(err, s.remove())
	}
	return errors.Join(s.RowWriter.Close(), s.remove())
}

func (s *sorter) pass() error {
	row := &Row{Cells: make([]Cell, s.cells)}
	if s.file == nil {
		s.sort()
		for _, k := range s.keys {
			if err := errors.Join(readRow(s.rows[k.begin:k.end], row), s.RowWriter.WriteRow(row)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	heads := &runs{}
	for i, begin := range s.runs {
		end := s.size
		if i+1 < len(s.runs) {
			end = s.runs[i+1]
		}
		r := &sortedRun{order: i, in: bufio.NewReaderSize(io.NewSectionReader(s.file, begin, end-begin), pieceSize)}
		if err := heads.add(r); err != nil {
			return err
		}
	}
	for heads.Len() > 0 {
		r := heap.Pop(heads).(*sortedRun)
		if err := errors.Join(readRow(r.row, row), s.RowWriter.WriteRow(row)); err != nil {
			return err
		}
		if err := heads.add(r); err != nil {
			return err
		}
	}
	return nil
}

func (s *sorter) remove() error {
	if s.file == nil {
		return nil
	}
	_ = s.file.Close()
	if err := os.Remove(s.file.Name()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// sortedRun is a run at one of its rows.
type sortedRun struct {
	order int
	in    *bufio.Reader
	row   []byte
	id    string
}

// runs is a heap of runs by the ids that they are at.
type runs []*sortedRun

func (h runs) Len() int { return len(h) }
func (h runs) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].id, h[j].id), cmp.Compare(h[i].order, h[j].order)) < 0
}
func (h runs) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *runs) Push(r any)   { *h = append(*h, r.(*sortedRun)) }
func (h *runs) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// add moves a run to its next row; one that has none is left out.
func (h *runs) add(r *sortedRun) error {
	n, err := binary.ReadUvarint(r.in)
	if err == io.EOF {
		return nil
	}
	if err == nil {
		r.row = slices.Grow(r.row[:0], int(n))[:n]
		_, err = io.ReadFull(r.in, r.row)
	}
	if err != nil {
		return noEOF(err)
	}
	d := rowDecoder{b: r.row}
	r.id = string(d.bytes())
	heap.Push(h, r)
	return d.err
}

// idOf is the id in a row, which is JSON where the row was read from JSON.
func idOf(c *Cell) string {
	if c.Kind == JSONCell {
		return PlainText(c.JSON)
	}
	return strings.Clone(c.Text)
}

// appendRow appends a row: the id in the table, the feature's id, index, reference system and geometry, the cells.
func appendRow(b []byte, r *Row) []byte {
	b = appendBytes(b, idOf(&r.Cells[0]))
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
	d.bytes() // the id, which the first cell holds too
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
