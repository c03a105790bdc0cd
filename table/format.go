package table

import (
	"io"
	"path/filepath"
	"strings"
)

// A Format is a file format for tables. [CSV], [NDJSON], [JSON] and [GeoJSON] are here, Parquet is in table/parquet,
// GeoPackage in table/geopackage.
type Format interface {
	// Name is the format in a word, such as csv.
	Name() string
	// NewWriter begins a table in w. The columns are those of every row.
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
	// OwnColumns are columns that the format adds.
	OwnColumns() []string
	// PropertyColumn is the column name for a property. Those of datasets are of ASCII letters, digits and
	// underscores anyway.
	PropertyColumn(property string) string
}

// A RowWriter writes the rows of one table. If it holds a resource, such as a file, it is also a [Discarder].
type RowWriter interface {
	// WriteRow appends a row. It keeps nothing of it.
	WriteRow(*Row) error
	// Close ends the table and leaves the writer below open.
	Close() error
}

// A Describer is a [RowWriter] whose file also describes the whole run.
type Describer interface {
	// Describe comes once, after the last row and before Close.
	Describe(Options, *Summary)
}

// A Discarder is a [RowWriter] with a Discard method, to call if Close is not called.
type Discarder interface{ Discard() }

// finish describes and ends a table.
func finish(w *rowsWriter, o Options, s *Summary) error {
	if o.Plan.form.Long {
		s.Rows = w.rows
	}
	describeTo(w.RowWriter, o, s)
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

// lines collects text and passes it on in large pieces.
type lines struct {
	w   io.Writer
	buf []byte
}

const pieceSize = 64 << 10

// commit passes on what is in the buffer once that is worth it.
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
