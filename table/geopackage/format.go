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

// MostColumns is how many columns a table may have: SQLite holds 2000, two of which are this package's.
const MostColumns = 1998

// Format is the [table.Format] of GeoPackages.
type Format struct{}

var (
	_ table.Namer  = Format{}
	_ table.Reader = Format{}
	_ table.Shaper = Format{}
)

// Name is geopackage.
func (Format) Name() string { return "geopackage" }

// Typed is true: kept properties are INTEGER, DOUBLE or BOOLEAN where all their values are.
func (Format) Typed() bool { return true }

// HasGeometries is true.
func (Format) HasGeometries() bool { return true }

// OwnColumns are the row's number and its geometry.
func (Format) OwnColumns() []string { return []string{rowColumn, GeometryColumn} }

// PropertyColumn is the property's name.
func (Format) PropertyColumn(property string) string { return property }

// NewWriter begins a file beside w, if that is one, and copies it to w in the end.
func (Format) NewWriter(w io.Writer, columns []table.Column) (table.RowWriter, error) {
	if len(columns) > MostColumns {
		return nil, fmt.Errorf("a GeoPackage holds %d columns, and the table has %d: ask for fewer datasets, or write Parquet", MostColumns, len(columns))
	}
	return newWriter(w, columns)
}

// columnNames are the names of the columns, of which no two differ in capital letters alone.
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
