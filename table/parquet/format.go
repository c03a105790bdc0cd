package parquet

import (
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/table"
)

// GeometryColumn is the name of the column of geometries.
const GeometryColumn = "geometry"

// Format is the [table.Format] of Parquet files.
type Format struct {
	Geo bool // GeoParquet: with a column of geometries
}

var (
	_ table.Namer       = Format{}
	_ table.Shaper      = Format{}
	_ table.TypedFormat = Format{}
)

// Name returns parquet or geoparquet.
func (f Format) Name() string {
	if f.Geo {
		return "geoparquet"
	}
	return "parquet"
}

// HasGeometries returns Geo.
func (f Format) HasGeometries() bool { return f.Geo }

// OwnColumns returns the column of geometries, if there is one.
func (f Format) OwnColumns() []string {
	if f.Geo {
		return []string{GeometryColumn}
	}
	return nil
}

// Typed returns true: columns of kept properties have types.
func (Format) Typed() bool { return true }

// PropertyColumn returns the property's name with underscores for dots.
func (Format) PropertyColumn(property string) string { return strings.ReplaceAll(property, ".", "_") }

// NewWriter begins a file.
func (f Format) NewWriter(w io.Writer, columns []table.Column) (table.RowWriter, error) {
	return newWriter(w, columns, f.Geo)
}

// ordered is a group whose columns keep their order; a parquet.Group sorts them by name.
type ordered struct {
	parquet.Group
	names []string
}

func (o ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, field := range o.Group.Fields() {
		byName[field.Name()] = field
	}
	fields := make([]parquet.Field, len(o.names))
	for i, name := range o.names {
		fields[i] = byName[name]
	}
	return fields
}

func (o *ordered) add(name string, node parquet.Node) {
	o.Group[name] = node
	o.names = append(o.names, name)
}

func schemaOf(columns []table.Column, geo bool) *parquet.Schema {
	root := ordered{Group: parquet.Group{}}
	for _, c := range columns {
		root.add(c.Name, nodeOf(c))
	}
	if geo {
		root.add(GeometryColumn, parquet.Optional(parquet.Leaf(parquet.ByteArrayType)))
	}
	return parquet.NewSchema("attributes", root)
}

func nodeOf(c table.Column) parquet.Node {
	switch {
	case c.Numeric():
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case c.Role == table.RoleID:
		return parquet.String()
	case c.Type == table.TypeInt64:
		return parquet.Optional(parquet.Leaf(parquet.Int64Type))
	case c.Type == table.TypeDouble:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case c.Type == table.TypeBoolean:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	case c.Role == table.RoleKept:
		return parquet.Optional(parquet.String())
	default: // units and quality: few different texts
		return parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	}
}
