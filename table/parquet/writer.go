package parquet

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/internal/wkb"
)

const (
	batchRows     = 64       // passed on at once
	batchBytes    = 32 << 10 // of text, after which a batch is passed on before it is full
	rowGroupBytes = 8 << 20  // of cells, after which a row group ends; it is in memory until then
	pagesBytes    = 2 << 20  // of unfinished pages, all columns together
	// A page ends with the batch that fills it. For pages over 128 kB the compressor would allocate a history of 16 MB.
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
		// Column chunks and the index have the bounds. Page headers would repeat them as whole values, and bounds of WKB
		// are useless.
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
		value, err := c.Value(of.Type)
		if err != nil {
			return parquet.Value{}, fmt.Errorf("column %s: %w", of.Name, err)
		}
		return parquet.ValueOf(value).Level(0, 1, column), nil
	default:
		return w.textValue(c.PlainText(), column), nil
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

// bytesValue returns what was appended to the batch's text since start. It stays valid when the text grows.
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

// geometries writes the column of geometries and collects what the file's metadata says about it.
type geometries struct {
	wkb    wkb.Encoder
	types  map[string]bool
	bounds wkb.Bounds
	flat   bool // one of them is without z
}

func newGeometries() *geometries {
	return &geometries{types: map[string]bool{}, bounds: wkb.NoBounds}
}

// append appends the WKB of a row's geometry; ok is false if [table.Row.Geometry] has none.
func (g *geometries) append(b []byte, r *table.Row) (_ []byte, ok bool) {
	b, s, ok := g.wkb.Append(b, r.Feature)
	if !ok {
		return b, false
	}
	g.types[s.Name()] = true
	g.flat = g.flat || !s.Z
	g.bounds.Join(&s.Bounds)
	return b, true
}

// metadata returns the value of the file's geo key, as GeoParquet 1.1.0 defines it: https://geoparquet.org/releases/v1.1.0/.
// Without a crs member the geometries are in OGC:CRS84.
func (g *geometries) metadata() string {
	type column struct {
		Encoding      string    `json:"encoding"`
		GeometryTypes []string  `json:"geometry_types"`
		BBox          []float64 `json:"bbox,omitempty"`
	}
	c := column{Encoding: "WKB", GeometryTypes: slices.AppendSeq([]string{}, maps.Keys(g.types))}
	slices.Sort(c.GeometryTypes)
	if len(g.types) > 0 {
		low, high := g.bounds.Low[:], g.bounds.High[:]
		if g.flat {
			low, high = low[:2], high[:2]
		}
		c.BBox = slices.Concat(low, high)
	}
	text, err := json.Marshal(struct {
		Version string            `json:"version"`
		Primary string            `json:"primary_column"`
		Columns map[string]column `json:"columns"`
	}{"1.1.0", GeometryColumn, map[string]column{GeometryColumn: c}})
	if err != nil {
		panic(err) // numbers are finite, the rest is text
	}
	return string(text)
}
