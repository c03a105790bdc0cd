package netcdf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

var _ table.Reader = Format{}

// ReadRows reads a table that this package wrote. Kept properties that are numbers or booleans are JSON; other text is as it was.
func (Format) ReadRows(file io.ReaderAt, size int64, columns []table.Column) iter.Seq2[*table.Row, error] {
	return func(yield func(*table.Row, error) bool) {
		if err := readRows(file, size, columns, yield); err != nil {
			yield(nil, err)
		}
	}
}

// opened is a file whose header was read.
type opened struct {
	header
	file    io.ReaderAt
	begins  []int64
	times   []string // periods of the columns that are read
	records []*record
}

// A record is one row of a variable. Several columns can be parts of it.
type record struct {
	variable int
	in       io.Reader
	b        []byte
}

// A column is the part of a record that is a cell, and how it is decoded.
type column struct {
	b      []byte
	decode func([]byte) (table.Cell, error)
}

func readRows(file io.ReaderAt, size int64, columns []table.Column, yield func(*table.Row, error) bool) error {
	f, err := open(file, size)
	if err != nil {
		return err
	}
	f.times = timesOf(columns)
	cells := make([]column, len(columns))
	for i, c := range columns {
		if cells[i], err = f.column(c); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	row := &table.Row{Cells: make([]table.Cell, len(columns))}
	for n := range f.dimensions[0].length {
		for _, r := range f.records {
			if _, err := io.ReadFull(r.in, r.b); err != nil {
				return fmt.Errorf("row %d: variable %s: %w", n+1, f.variables[r.variable].name, err)
			}
		}
		for i, c := range cells {
			if row.Cells[i], err = c.decode(c.b); err != nil {
				return fmt.Errorf("row %d: column %q: %w", n+1, columns[i].Name, err)
			}
		}
		if !yield(row, nil) {
			return nil
		}
	}
	return nil
}

// column finds where the cells of a column are.
func (f *opened) column(c table.Column) (column, error) {
	if c.Role == table.RoleClass {
		return f.class(c)
	}
	name := c.Name
	if c.Period != "" {
		name = stackedName(c)
	}
	i := f.find(name, c)
	if i < 0 && c.Role == table.RoleUnits {
		return f.units(strings.TrimSuffix(name, "_units")+"_quality", c)
	}
	if i < 0 {
		return column{}, errors.New("there is no such variable")
	}
	b, err := f.part(i, c, 0, 1)
	return column{b, f.variables[i].decoder(c)}, err
}

// find returns the variable of a column, and -1 if there is none.
func (f *opened) find(name string, c table.Column) int {
	if c.Period == "" {
		return slices.IndexFunc(f.variables, func(v variable) bool { return v.name == name })
	}
	times := f.timeDimension()
	return slices.IndexFunc(f.variables, func(v variable) bool {
		rest, ok := strings.CutPrefix(v.name, name)
		if _, number := strconv.Atoi(strings.TrimPrefix(rest, "_")); !ok || rest != "" && number != nil {
			return false
		}
		return len(v.dimensions) >= 2 && v.dimensions[0] == 0 && v.dimensions[1] == times
	})
}

// timeDimension returns the dimension of periods, and -1 if there is none.
func (f *opened) timeDimension() int {
	i := slices.IndexFunc(f.variables, func(v variable) bool { return v.text("axis") == "T" && len(v.dimensions) == 1 })
	if i < 0 {
		return -1
	}
	return f.variables[i].dimensions[0]
}

// part returns the part of a variable's record for a column: the record is divided by periods, if the column has one, and then into several
// places, of which the part is number place.
func (f *opened) part(i int, c table.Column, place, places int) ([]byte, error) {
	v := &f.variables[i]
	if v.dimensions[0] != 0 {
		return nil, errors.New("its first dimension is not hru")
	}
	if c.Period != "" {
		place += slices.Index(f.times, c.Period) * places
		places *= len(f.times)
	}
	b := f.record(i)
	width := len(b) / places
	if width*places != len(b) {
		return nil, fmt.Errorf("the variable %s is not of %d periods and classes", v.name, places)
	}
	if v.kind != charKind && int64(width) != v.kind.size() {
		return nil, errors.New("it has further dimensions")
	}
	return b[place*width : (place+1)*width], nil
}

// record returns the bytes of a variable's current record.
func (f *opened) record(i int) []byte {
	for _, r := range f.records {
		if r.variable == i {
			return r.b
		}
	}
	r := &record{variable: i, in: f.data(i), b: make([]byte, f.size(&f.variables[i])/max(f.dimensions[0].length, 1))}
	f.records = append(f.records, r)
	return r.b
}

// data reads a variable from its beginning.
func (f *opened) data(i int) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f.file, f.begins[i], f.size(&f.variables[i])), 1<<14)
}

// class finds the shares of one class of a dataset.
func (f *opened) class(c table.Column) (column, error) {
	dimensions, times := 2, f.timeDimension()
	if c.Period != "" {
		dimensions = 3
	}
	i := slices.IndexFunc(f.variables, func(v variable) bool {
		return v.kind == doubleKind && len(v.dimensions) == dimensions && v.dimensions[0] == 0 && v.text("cas_dataset") == c.Dataset &&
			(v.dimensions[1] == times) == (c.Period != "")
	})
	if i < 0 {
		return column{}, errors.New("there is no variable of classes")
	}
	class := f.variables[i].dimensions[dimensions-1]
	classes := int(f.dimensions[class].length)
	names := slices.IndexFunc(f.variables, func(v variable) bool { return v.kind == charKind && v.dimensions[0] == class })
	if names < 0 {
		return column{}, errors.New("the classes have no names")
	}
	if classes < 1 {
		return column{}, errors.New("there is no class")
	}
	in, place := f.data(names), -1
	name := make([]byte, f.size(&f.variables[names])/int64(classes))
	for n := range classes {
		if _, err := io.ReadFull(in, name); err != nil {
			return column{}, err
		}
		if unfilled(name) == c.Class {
			place = n
		}
	}
	if place < 0 {
		return column{}, fmt.Errorf("there is no class %q", c.Class)
	}
	b, err := f.part(i, c, place, classes)
	return column{b, decodeNumber}, err
}

// units finds the units that are an attribute of the quality. Every row with a quality has them.
func (f *opened) units(quality string, c table.Column) (column, error) {
	i := f.find(quality, c)
	if i < 0 || f.variables[i].kind != byteKind {
		return column{}, errors.New("there is no such variable")
	}
	b, err := f.part(i, c, 0, 1)
	units := f.variables[i].text("cas_units")
	return column{b, func(b []byte) (table.Cell, error) {
		if int8(b[0]) < 0 {
			return table.Cell{}, nil
		}
		return textCell(units), nil
	}}, err
}

// decoder returns how the values of a variable are decoded.
func (v *variable) decoder(c table.Column) func([]byte) (table.Cell, error) {
	switch v.kind {
	case charKind:
		return func(b []byte) (table.Cell, error) { return textCell(unfilled(b)), nil }
	case byteKind:
		return flagDecoder(strings.Fields(v.text("flag_meanings")), c.Role == table.RoleKept)
	case intKind:
		return decodeInt
	default:
		return decodeNumber
	}
}

// flagDecoder decodes qualities, or the booleans of a kept property.
func flagDecoder(meanings []string, kept bool) func([]byte) (table.Cell, error) {
	return func(b []byte) (table.Cell, error) {
		switch n := int8(b[0]); {
		case n < 0:
			return table.Cell{}, nil
		case int(n) >= len(meanings):
			return table.Cell{}, fmt.Errorf("there is no meaning of %d", n)
		case kept:
			return table.Cell{Kind: table.JSONCell, JSON: []byte(meanings[n])}, nil
		default:
			return textCell(meanings[n]), nil
		}
	}
}

func decodeInt(b []byte) (cell table.Cell, _ error) {
	if n := int32(binary.BigEndian.Uint32(b)); n != fillInt {
		cell = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendInt(nil, int64(n), 10)}
	}
	return cell, nil
}

func decodeNumber(b []byte) (cell table.Cell, _ error) {
	if number := math.Float64frombits(binary.BigEndian.Uint64(b)); !math.IsNaN(number) {
		cell = table.Cell{Kind: table.NumberCell, Number: number}
	}
	return cell, nil
}

func textCell(text string) table.Cell {
	if text == "" {
		return table.Cell{}
	}
	return table.Cell{Kind: table.TextCell, Text: text}
}

// unfilled returns a text without the NUL that fill it up.
func unfilled(b []byte) string { return strings.TrimRight(string(b), "\x00") }

// text returns the value of a text attribute, and "" if there is none.
func (v *variable) text(name string) string {
	for _, a := range v.attributes {
		if text, ok := a.value.(string); ok && a.name == name {
			return text
		}
	}
	return ""
}
