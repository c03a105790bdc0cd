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

// cells reads one column, a row at a time.
type cells func(*table.Cell) error

func readRows(file io.ReaderAt, size int64, columns []table.Column, yield func(*table.Row, error) bool) error {
	f, err := open(file, size)
	if err != nil {
		return err
	}
	f.readers, f.times = map[int]*rowReader{}, timesOf(columns)
	readers := make([]cells, len(columns))
	for i, c := range columns {
		if readers[i], err = f.column(c); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	row := &table.Row{Cells: make([]table.Cell, len(columns))}
	for n := range f.dimensions[0].length {
		for i := range readers {
			row.Cells[i] = table.Cell{}
			if err := readers[i](&row.Cells[i]); err != nil {
				return fmt.Errorf("row %d: column %q: %w", n+1, columns[i].Name, err)
			}
		}
		if !yield(row, nil) {
			return nil
		}
	}
	return nil
}

// opened is a file whose header was read.
type opened struct {
	header
	file    io.ReaderAt
	begins  []int64
	readers map[int]*rowReader // by variable
	times   []string           // periods of the columns that are read
}

// A slice is the part of each row of a variable that is of one column.
type slice struct {
	*rowReader
	at, width int // bytes
	next      int // row
}

// slice gives the part of a variable's rows that is the n-th of several of the same size.
func (f *opened) slice(i, n, of int) (*slice, error) {
	r := f.rows(i)
	width := len(r.row) / of
	if n >= of || width*of != len(r.row) {
		return nil, fmt.Errorf("the variable %s is not of %d periods and classes", f.variables[i].name, of)
	}
	return &slice{rowReader: r, at: n * width, width: width}, nil
}

func (s *slice) read() ([]byte, error) {
	row, err := s.rowReader.at(s.next)
	if err != nil {
		return nil, err
	}
	s.next++
	return row[s.at : s.at+s.width], nil
}

// place is where a column stands among those of the periods.
func (f *opened) place(c table.Column) (at, of int) {
	if c.Period == "" {
		return 0, 1
	}
	return slices.Index(f.times, c.Period), len(f.times)
}

// find is the variable of a column, and -1 if there is none.
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

// column finds where the cells of a column are.
func (f *opened) column(c table.Column) (cells, error) {
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
		return nil, errors.New("there is no such variable")
	}
	v := &f.variables[i]
	if v.dimensions[0] != 0 {
		return nil, errors.New("its first dimension is not hru")
	}
	at, of := f.place(c)
	in, err := f.slice(i, at, of)
	if err != nil {
		return nil, err
	}
	if v.kind != charKind && int64(in.width) != v.kind.size() {
		return nil, errors.New("it has further dimensions")
	}
	switch v.kind {
	case charKind:
		return func(cell *table.Cell) error {
			text, err := in.read()
			if trimmed := strings.TrimRight(string(text), "\x00"); trimmed != "" {
				*cell = table.Cell{Kind: table.TextCell, Text: trimmed}
			}
			return err
		}, nil
	case byteKind:
		return v.flags(in, c), nil
	case intKind:
		return func(cell *table.Cell) error {
			b, err := in.read()
			if err != nil {
				return err
			}
			if n := int32(binary.BigEndian.Uint32(b)); n != fillInt {
				*cell = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendInt(nil, int64(n), 10)}
			}
			return nil
		}, nil
	default:
		return in.number, nil
	}
}

// number reads a cell of numbers.
func (s *slice) number(cell *table.Cell) error {
	b, err := s.read()
	if err != nil {
		return err
	}
	if number := math.Float64frombits(binary.BigEndian.Uint64(b)); !math.IsNaN(number) {
		*cell = table.Cell{Kind: table.NumberCell, Number: number}
	}
	return nil
}

// flags reads qualities, or booleans of a kept property.
func (v *variable) flags(in *slice, c table.Column) cells {
	meanings := strings.Fields(v.text("flag_meanings"))
	return func(cell *table.Cell) error {
		b, err := in.read()
		if err != nil {
			return err
		}
		switch n := int8(b[0]); {
		case n < 0:
		case int(n) >= len(meanings):
			return fmt.Errorf("there is no meaning of %d", n)
		case c.Role == table.RoleKept:
			*cell = table.Cell{Kind: table.JSONCell, JSON: []byte(meanings[n])}
		default:
			*cell = table.Cell{Kind: table.TextCell, Text: meanings[n]}
		}
		return nil
	}
}

// class reads one place of each row of the shares of a dataset.
func (f *opened) class(c table.Column) (cells, error) {
	at, of := f.place(c)
	dimensions, times := 2, f.timeDimension()
	if c.Period != "" {
		dimensions = 3
	}
	i := slices.IndexFunc(f.variables, func(v variable) bool {
		return v.kind == doubleKind && len(v.dimensions) == dimensions && v.dimensions[0] == 0 && v.text("cas_dataset") == c.Dataset &&
			(v.dimensions[1] == times) == (c.Period != "")
	})
	if i < 0 {
		return nil, errors.New("there is no variable of classes")
	}
	class := f.variables[i].dimensions[dimensions-1]
	classes := int(f.dimensions[class].length)
	names := slices.IndexFunc(f.variables, func(v variable) bool { return v.kind == charKind && v.dimensions[0] == class })
	if names < 0 {
		return nil, errors.New("the classes have no names")
	}
	if classes < 1 {
		return nil, errors.New("there is no class")
	}
	in, place := f.data(names), -1
	name := make([]byte, f.size(&f.variables[names])/int64(classes))
	for n := range classes {
		if _, err := io.ReadFull(in, name); err != nil {
			return nil, err
		}
		if strings.TrimRight(string(name), "\x00") == c.Class {
			place = n
		}
	}
	if place < 0 {
		return nil, fmt.Errorf("there is no class %q", c.Class)
	}
	shares, err := f.slice(i, at*classes+place, of*classes)
	if err != nil {
		return nil, err
	}
	if shares.width != 8 {
		return nil, errors.New("it has further dimensions")
	}
	return shares.number, nil
}

// units are those of an attribute, for every row with a quality.
func (f *opened) units(quality string, c table.Column) (cells, error) {
	i := f.find(quality, c)
	if i < 0 || f.variables[i].kind != byteKind || f.variables[i].dimensions[0] != 0 {
		return nil, errors.New("there is no such variable")
	}
	at, of := f.place(c)
	in, err := f.slice(i, at, of)
	if err != nil {
		return nil, err
	}
	if in.width != 1 {
		return nil, errors.New("it has further dimensions")
	}
	units := f.variables[i].text("cas_units")
	return func(cell *table.Cell) error {
		b, err := in.read()
		if err == nil && int8(b[0]) >= 0 && units != "" {
			*cell = table.Cell{Kind: table.TextCell, Text: units}
		}
		return err
	}, nil
}

// data reads a variable from its beginning.
func (f *opened) data(i int) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f.file, f.begins[i], f.size(&f.variables[i])), 1<<14)
}

// text is the value of an attribute of text; "" where there is none.
func (v *variable) text(name string) string {
	for _, a := range v.attributes {
		if text, ok := a.value.(string); ok && a.name == name {
			return text
		}
	}
	return ""
}
