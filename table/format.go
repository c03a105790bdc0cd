package table

import (
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
)

// A Format is a file format for tables. [CSV], [NDJSON], [JSON] and [GeoJSON] are in this package, Parquet is in table/parquet,
// GeoPackage in table/geopackage, NetCDF in table/netcdf.
type Format interface {
	// Name returns the format in a word, such as csv.
	Name() string
	// NewWriter begins a table in w. Every row has these columns.
	NewWriter(w io.Writer, columns []Column) (RowWriter, error)
}

// A Shaper is a [Format] whose tables can have the geometries of the features. A run then provides them for every row.
type Shaper interface {
	Format
	// HasGeometries reports whether they do.
	HasGeometries() bool
}

// A Namer is a [Format] with requirements for column names, which PlanColumns fulfils.
type Namer interface {
	// OwnColumns returns the columns that the format adds.
	OwnColumns() []string
	// PropertyColumn returns the column name for a property. Those of datasets are of ASCII letters, digits and
	// underscores anyway.
	PropertyColumn(property string) string
}

// A RowWriter writes the rows of one table. If it holds a resource, such as a file, it is also a [Discarder].
type RowWriter interface {
	// WriteRow appends a row. It keeps nothing of it.
	WriteRow(*Row) error
	// Close ends the table and leaves the underlying writer open.
	Close() error
}

// A Describer is a [RowWriter] whose file also describes the whole run.
type Describer interface {
	// Describe is called once, after the last row and before Close.
	Describe(Options, *Summary)
}

// A Discarder is a [RowWriter] with a Discard method, to call if Close is not called.
type Discarder interface{ Discard() }

// finish describes and ends a table.
func finish(w RowWriter, o Options, s *Summary) error {
	describeTo(w, o, s)
	return w.Close()
}

func describeTo(w RowWriter, o Options, s *Summary) {
	if d, ok := w.(Describer); ok {
		d.Describe(o, s)
	}
}

func discard(w RowWriter) {
	if d, ok := w.(Discarder); ok {
		d.Discard()
	}
}

// FormatOf returns the format for the extension of a file name: .csv, .ndjson or .jsonl, .json, .geojson. For any other it returns nil.
func FormatOf(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return CSV{}
	case ".ndjson", ".jsonl":
		return NDJSON{}
	case ".json":
		return JSON{}
	case ".geojson":
		return GeoJSON{}
	default:
		return nil
	}
}

const pieceSize = 64 << 10 // bytes of text that are read or written at once

// lines collects text in a buffer and writes it in large pieces. A bufio.Writer would copy every row once more, a tenth of the time of a JSON
// row.
type lines struct {
	w   io.Writer
	buf []byte
}

func newLines(w io.Writer) lines { return lines{w, make([]byte, 0, pieceSize+pieceSize/8)} }

// commit writes the buffer if it is large.
func (l *lines) commit() error {
	if len(l.buf) < pieceSize {
		return nil
	}
	return l.flush()
}

func (l *lines) flush() error {
	_, err := l.w.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// A Reader is a [Format] whose tables can be read again, for [Join]. All formats of this module are.
type Reader interface {
	Format
	// ReadRows yields the rows of a table of size bytes that was written with these columns. If they are written again, the
	// table has the same bytes. A row is valid until the next one. An error, such as other columns, ends the sequence.
	ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error]
}

var (
	_ Reader = CSV{}
	_ Reader = NDJSON{}
	_ Reader = JSON{}
	_ Reader = GeoJSON{}
)

// readRows yields the row that next fills, until next returns io.EOF.
func readRows(columns int, next func(*Row) error) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		row := &Row{Cells: make([]Cell, columns)}
		for n := 0; ; n++ {
			clear(row.Cells)
			err := next(row)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(nil, fmt.Errorf("row %d: %w", n+1, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// failedRows is a table that cannot be read at all.
func failedRows(err error) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) { yield(nil, err) }
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
