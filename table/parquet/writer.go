package parquet

import (
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/table"
)

const (
	batchRows     = 64       // handed over at once
	batchBytes    = 32 << 10 // of text in a batch, beyond which it is handed over before it is full
	rowGroupBytes = 8 << 20  // of cells, beyond which a row group ends: it is held in memory until then
	pagesBytes    = 2 << 20  // of pages under construction, all columns together
	// A page ends with the batch that fills it. Beyond 128 kB the compressor takes 16 MB for a history.
	largestPage  = 64 << 10
	smallestPage = 4 << 10
)

// writer is a table.RowWriter.
type writer struct {
	file    *parquet.GenericWriter[any]
	columns []table.Column
	rows    []parquet.Row
	n       int    // rows of the batch
	text    []byte // of the batch
	group   int    // bytes in the row group
	geo     *geometries
}

func newWriter(w io.Writer, columns []table.Column, geo bool) (table.RowWriter, error) {
	page := min(max(pagesBytes/(len(columns)+1), smallestPage), largestPage)
	wr := &writer{columns: columns, rows: make([]parquet.Row, batchRows)}
	wr.file = parquet.NewGenericWriter[any](w, schemaOf(columns, geo),
		parquet.Compression(&parquet.Zstd), parquet.PageBufferSize(page),
		// Bounds are kept by column chunk and in the index; in page headers they would repeat whole values, four times,
		// and those of WKB say nothing.
		parquet.DataPageStatistics(false), parquet.SkipPageBounds(GeometryColumn))
	if geo {
		wr.geo = newGeometries()
	}
	return wr, nil
}

// WriteRow copies the row into the batch.
func (w *writer) WriteRow(r *table.Row) error {
	row := w.rows[w.n][:0]
	for i := range r.Cells {
		value, err := w.value(&r.Cells[i], i)
		if err != nil {
			return err
		}
		row = append(row, value)
	}
	if w.geo != nil {
		row = append(row, w.geometry(r, len(row)))
	}
	w.rows[w.n] = row
	if w.n++; w.n == batchRows || len(w.text) > batchBytes {
		return w.flush()
	}
	return nil
}

func (w *writer) value(c *table.Cell, column int) (parquet.Value, error) {
	of := &w.columns[column]
	switch {
	case c.Kind == table.EmptyCell:
		return parquet.NullValue().Level(0, 0, column), nil
	case of.Numeric() && c.Kind == table.NumberCell:
		w.group += 8
		return parquet.DoubleValue(c.Number).Level(0, 1, column), nil
	case of.Type == table.TypeInt64 || of.Type == table.TypeDouble || of.Type == table.TypeBoolean:
		w.group += 8
		value, err := typedValue(c, of.Type)
		if err != nil {
			return value, fmt.Errorf("column %s: %w", of.Name, err)
		}
		return value.Level(0, 1, column), nil
	default:
		return w.textValue(c.PlainText(), column), nil
	}
}

// typedValue is a cell of a column of kept properties that are all of one type.
func typedValue(c *table.Cell, t table.Type) (parquet.Value, error) {
	text := c.PlainText()
	switch t {
	case table.TypeInt64:
		n, err := strconv.ParseInt(text, 10, 64)
		return parquet.Int64Value(n), err
	case table.TypeBoolean:
		b, err := strconv.ParseBool(text)
		return parquet.BooleanValue(b), err
	default:
		if c.Kind == table.NumberCell {
			return parquet.DoubleValue(c.Number), nil
		}
		f, err := strconv.ParseFloat(text, 64)
		if n, whole := strconv.ParseInt(text, 10, 64); err == nil && whole == nil && (n > 1<<53 || n < -1<<53) {
			err = fmt.Errorf("no float64 is %s", text)
		}
		return parquet.DoubleValue(f), err
	}
}

func (w *writer) textValue(text string, column int) parquet.Value {
	start := len(w.text)
	w.text = append(w.text, text...)
	level := 1
	if w.columns[column].Role == table.RoleID {
		level = 0
	}
	return w.bytesValue(start).Level(0, level, column)
}

// bytesValue is what was appended to the batch's text from start on. It stays where it is when the text grows.
func (w *writer) bytesValue(start int) parquet.Value {
	w.group += len(w.text) - start
	return parquet.ByteArrayValue(w.text[start:len(w.text):len(w.text)])
}

func (w *writer) geometry(r *table.Row, column int) parquet.Value {
	start := len(w.text)
	var ok bool
	if w.text, ok = w.geo.append(w.text, r); !ok {
		return parquet.NullValue().Level(0, 0, column)
	}
	return w.bytesValue(start).Level(0, 1, column)
}

// flush passes the batch on, and ends the row group if it is large.
func (w *writer) flush() error {
	_, err := w.file.WriteRows(w.rows[:w.n])
	w.n, w.text = 0, w.text[:0]
	if err == nil && w.group >= rowGroupBytes {
		w.group = 0
		err = w.file.Flush()
	}
	if err != nil {
		return fmt.Errorf("writing Parquet: %w", err)
	}
	return nil
}

// Close writes what is left and the footer.
func (w *writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	if w.geo != nil {
		w.file.SetKeyValueMetadata("geo", w.geo.metadata())
	}
	if err := w.file.Close(); err != nil {
		return fmt.Errorf("writing Parquet: %w", err)
	}
	return nil
}
