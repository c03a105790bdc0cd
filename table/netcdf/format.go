package netcdf

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

// Format is the [table.Format] of NetCDF files.
type Format struct{}

var (
	_ table.Namer       = Format{}
	_ table.TypedFormat = Format{}
	_ table.Stacker     = Format{}
	_ table.Describer   = (*writer)(nil)
	_ table.Discarder   = (*writer)(nil)
)

// Name is netcdf.
func (Format) Name() string { return "netcdf" }

// Typed is true: kept properties are numbers and booleans where all their values are.
func (Format) Typed() bool { return true }

// Stacks is true: periods are a dimension.
func (Format) Stacks() bool { return true }

// OwnColumns is none: what the file has besides the columns gets names that are free.
func (Format) OwnColumns() []string { return nil }

// PropertyColumn is the property's name with an underscore for each character that NetCDF allows in no name, and before a
// character that it allows in no first place. Blanks at the end are dropped.
func (Format) PropertyColumn(property string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r < ' ' || r == 0x7F {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(strings.TrimRight(property, " "), "_"))
	if name == "" {
		return ""
	}
	if c := name[0]; c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' {
		return name
	}
	return "_" + name
}

// NewWriter makes a temporary file for the rows, beside w if w is a file. Nothing is written to w before Close.
func (Format) NewWriter(w io.Writer, columns []table.Column) (table.RowWriter, error) {
	folder := ""
	if file, ok := w.(interface{ Name() string }); ok {
		folder = filepath.Dir(file.Name())
	}
	return newWriter(w, folder, columns)
}
