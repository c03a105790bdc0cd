package geopackage

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/sqlitefile"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/internal/wkb"
)

// ReadRows reads the table. SQLite needs the path of a file; from a reader without a name, ReadRows copies the table to the folder for
// temporary files.
func (Format) ReadRows(file io.ReaderAt, size int64, columns []table.Column) iter.Seq2[*table.Row, error] {
	return func(yield func(*table.Row, error) bool) {
		if err := readRows(file, size, columns, yield); err != nil {
			yield(nil, err)
		}
	}
}

func readRows(file io.ReaderAt, size int64, columns []table.Column, yield func(*table.Row, error) bool) (err error) {
	var path string
	if named, ok := file.(interface{ Name() string }); ok {
		path = named.Name()
	} else {
		if path, err = spool(io.NewSectionReader(file, 0, size)); err != nil {
			return err
		}
		defer os.Remove(path)
	}
	db, err := sqlitefile.OpenReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	names := columnNames(columns)
	if err := sameColumns(db, names); err != nil {
		return err
	}
	selected := []string{GeometryColumn}
	for _, name := range names {
		selected = append(selected, "+"+sqlitefile.Quoted(name))
	}
	rows, err := db.Query("SELECT " + strings.Join(selected, ", ") + " FROM " + LayerName + " ORDER BY " + rowColumn)
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]driver.Value, len(selected))
	row := &table.Row{Cells: make([]table.Cell, len(columns))}
	for n := 1; ; n++ {
		err := rows.Next(values)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = fill(row, columns, values)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		if !yield(row, nil) {
			return nil
		}
	}
}

func spool(from io.Reader) (path string, err error) {
	file, err := os.CreateTemp("", "*.gpkg")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, from)
	if err = errors.Join(err, file.Close()); err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}

// sameColumns checks that the layer has these columns.
func sameColumns(db *sqlitefile.DB, names []string) error {
	var is []string
	err := db.Each(func(v []driver.Value) { is = append(is, sqlitefile.Text(v[0])) }, "SELECT name FROM pragma_table_info(?)", LayerName)
	if err != nil {
		return err
	}
	if should := append([]string{rowColumn, GeometryColumn}, names...); !slices.Equal(is, should) {
		return fmt.Errorf("the layer %s has the columns %q, not %q", LayerName, is, should)
	}
	return nil
}

func fill(row *table.Row, columns []table.Column, values []driver.Value) (err error) {
	row.Feature.Geometry = nil
	if b, ok := values[0].([]byte); ok {
		if row.Feature.Geometry, err = geoJSON(b); err != nil {
			return fmt.Errorf("geometry: %w", err)
		}
	}
	for i, v := range values[1:] {
		switch v := v.(type) {
		case nil:
			row.Cells[i] = table.Cell{}
		case string:
			row.Cells[i] = table.Cell{Kind: table.TextCell, Text: v}
		case int64:
			cell := table.Cell{Kind: table.JSONCell, JSON: strconv.AppendInt(nil, v, 10)}
			if columns[i].Type == table.TypeBoolean {
				cell.JSON = strconv.AppendBool(nil, v != 0)
			}
			row.Cells[i] = cell
		case bool:
			row.Cells[i] = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendBool(nil, v)}
		case float64:
			row.Cells[i] = table.Cell{Kind: table.NumberCell, Number: v}
		default:
			return fmt.Errorf("column %s holds %T: was the file edited?", columns[i].Name, v)
		}
	}
	return nil
}

// geoJSON returns the text of a geometry that this package wrote.
func geoJSON(b []byte) ([]byte, error) {
	for kind, header := range map[string]int{headerPoint: headerSize, headerArea: headerSize + envelopeSize} {
		if len(b) >= header && string(b[:len(kind)]) == kind {
			return wkb.GeoJSON(b[header:])
		}
	}
	return nil, errors.New("not as this program writes it: was the file edited?")
}
