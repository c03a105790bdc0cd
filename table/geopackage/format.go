package geopackage

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

// Names in a file.
const (
	LayerName      = "attributes"
	GeometryColumn = "geom"
	rowColumn      = "ogc_fid"
)

// MostColumns is the maximum number of columns of a table: SQLite has 2000, and this package uses two of them.
const MostColumns = 1998

// Format is the [table.Format] of GeoPackages.
type Format struct{}

var (
	_ table.Namer  = Format{}
	_ table.Reader = Format{}
	_ table.Shaper = Format{}
)

// Name returns geopackage.
func (Format) Name() string { return "geopackage" }

// Typed returns true: kept properties are INTEGER, DOUBLE or BOOLEAN if all their values are.
func (Format) Typed() bool { return true }

// HasGeometries returns true.
func (Format) HasGeometries() bool { return true }

// OwnColumns returns the columns of the row's number and its geometry.
func (Format) OwnColumns() []string { return []string{rowColumn, GeometryColumn} }

// PropertyColumn returns the property's name.
func (Format) PropertyColumn(property string) string { return property }

// NewWriter makes a file beside w, if w is a file, and copies it to w at the end.
func (Format) NewWriter(w io.Writer, columns []table.Column) (table.RowWriter, error) {
	if len(columns) > MostColumns {
		return nil, fmt.Errorf("a GeoPackage holds %d columns, and the table has %d: ask for fewer datasets, or write Parquet", MostColumns, len(columns))
	}
	return newWriter(w, columns)
}

// columnNames returns the names of the columns, no two of which differ only in case.
func columnNames(columns []table.Column) []string {
	taken := []string{rowColumn, GeometryColumn}
	for _, c := range columns {
		name := c.Name
		for n := 2; slices.ContainsFunc(taken, func(t string) bool { return strings.EqualFold(t, name) }); n++ {
			name = fmt.Sprintf("%s_%d", c.Name, n)
		}
		taken = append(taken, name)
	}
	return taken[2:]
}
