package parquet

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/internal/wkb"
)

var _ table.Reader = Format{}

// ReadRows reads the table.
func (f Format) ReadRows(file io.ReaderAt, size int64, columns []table.Column) iter.Seq2[*table.Row, error] {
	return func(yield func(*table.Row, error) bool) {
		if err := f.readRows(file, size, columns, yield); err != nil {
			yield(nil, err)
		}
	}
}

func (f Format) readRows(file io.ReaderAt, size int64, columns []table.Column, yield func(*table.Row, error) bool) error {
	open, err := parquet.OpenFile(file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return err
	}
	if err := sameColumns(open.Schema(), schemaOf(columns, f.Geo)); err != nil {
		return err
	}
	for _, group := range open.RowGroups() {
		rows := group.Rows()
		more, err := f.readGroup(rows, columns, yield)
		if err := errors.Join(err, rows.Close()); err != nil || !more {
			return err
		}
	}
	return nil
}

// readGroup yields the rows of one row group; more is false if the consumer stopped.
func (f Format) readGroup(rows parquet.Rows, columns []table.Column, yield func(*table.Row, error) bool) (more bool, err error) {
	batch := make([]parquet.Row, batchRows)
	row := &table.Row{Cells: make([]table.Cell, len(columns))}
	for {
		n, err := rows.ReadRows(batch)
		for _, values := range batch[:n] {
			if err := f.fill(row, columns, values); err != nil {
				return false, err
			}
			if !yield(row, nil) {
				return false, nil
			}
		}
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
}

func (f Format) fill(row *table.Row, columns []table.Column, values parquet.Row) error {
	clear(row.Cells)
	row.Feature.Geometry = nil
	for _, v := range values {
		i := v.Column()
		switch {
		case v.IsNull():
		case i == len(columns):
			geometry, err := wkb.GeoJSON(v.ByteArray())
			if err != nil {
				return fmt.Errorf("geometry of %s: %w", row.Cells[0].Text, err)
			}
			row.Feature.Geometry = geometry
		case columns[i].Type == table.TypeInt64:
			row.Cells[i] = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendInt(nil, v.Int64(), 10)}
		case columns[i].Type == table.TypeBoolean:
			row.Cells[i] = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendBool(nil, v.Boolean())}
		case columns[i].Numeric() || columns[i].Type == table.TypeDouble:
			row.Cells[i] = table.Cell{Kind: table.NumberCell, Number: v.Double()}
		default:
			row.Cells[i] = table.Cell{Kind: table.TextCell, Text: string(v.ByteArray())}
		}
	}
	return nil
}

func sameColumns(is, should *parquet.Schema) error {
	got, want := is.Fields(), should.Fields()
	if len(got) != len(want) {
		return fmt.Errorf("there are %d columns, not %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Name() != want[i].Name() || got[i].Optional() != want[i].Optional() || got[i].Type().Kind() != want[i].Type().Kind() {
			return fmt.Errorf("column %d is %q (%s), not %q (%s)", i+1, got[i].Name(), got[i].Type(), want[i].Name(), want[i].Type())
		}
	}
	return nil
}
