package table

import (
	"fmt"
	"io"
	"iter"
)

// A Reader is a [Format] whose tables can be read again, for [Join]. Those of this package, of table/parquet and of table/geopackage are.
type Reader interface {
	Format
	// ReadRows yields the rows of a table of size bytes that was written with these columns, cells as they were
	// written: what it yields gives the same bytes when it is written again. A row is valid until the next one.
	// An error, among them columns other than these, ends the sequence.
	ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error]
}

var (
	_ Reader = CSV{}
	_ Reader = NDJSON{}
	_ Reader = JSON{}
	_ Reader = GeoJSON{}
)

// readRows yields the row that next fills, until it returns io.EOF.
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
