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
	file   io.ReaderAt
	begins []int64
}

// column finds where the cells of a column are.
func (f *opened) column(c table.Column) (cells, error) {
	if c.Role == table.RoleClass {
		return f.class(c)
	}
	i := slices.IndexFunc(f.variables, func(v variable) bool { return v.name == c.Name })
	if i < 0 && c.Role == table.RoleUnits {
		return f.units(c)
	}
	if i < 0 {
		return nil, errors.New("there is no such variable")
	}
	v := &f.variables[i]
	if v.dimensions[0] != 0 {
		return nil, errors.New("its first dimension is not hru")
	}
	in := f.data(i)
	switch v.kind {
	case charKind:
		text := make([]byte, f.size(v)/max(f.dimensions[0].length, 1))
		return func(cell *table.Cell) error {
			_, err := io.ReadFull(in, text)
			if trimmed := strings.TrimRight(string(text), "\x00"); trimmed != "" {
				*cell = table.Cell{Kind: table.TextCell, Text: trimmed}
			}
			return err
		}, nil
	case byteKind:
		return v.flags(in, c)
	case intKind:
		return func(cell *table.Cell) error {
			n, err := fixed[int32](in)
			if n != fillInt {
				*cell = table.Cell{Kind: table.JSONCell, JSON: strconv.AppendInt(nil, int64(n), 10)}
			}
			return err
		}, nil
	default:
		return func(cell *table.Cell) error {
			number, err := fixed[float64](in)
			if !math.IsNaN(number) {
				*cell = table.Cell{Kind: table.NumberCell, Number: number}
			}
			return err
		}, nil
	}
}

// flags reads qualities, or booleans of a kept property.
func (v *variable) flags(in io.Reader, c table.Column) (cells, error) {
	meanings := strings.Fields(v.text("flag_meanings"))
	return func(cell *table.Cell) error {
		n, err := fixed[int8](in)
		switch {
		case n < 0:
		case int(n) >= len(meanings):
			return fmt.Errorf("there is no meaning of %d", n)
		case c.Role == table.RoleKept:
			*cell = table.Cell{Kind: table.JSONCell, JSON: []byte(meanings[n])}
		default:
			*cell = table.Cell{Kind: table.TextCell, Text: meanings[n]}
		}
		return err
	}, nil
}

// class reads one place of each row of the shares of a dataset.
func (f *opened) class(c table.Column) (cells, error) {
	i := slices.IndexFunc(f.variables, func(v variable) bool {
		return v.kind == doubleKind && len(v.dimensions) == 2 && v.dimensions[0] == 0 && v.text("cas_dataset") == c.Dataset
	})
	if i < 0 {
		return nil, errors.New("there is no variable of classes")
	}
	classes := int(f.dimensions[f.variables[i].dimensions[1]].length)
	names := slices.IndexFunc(f.variables, func(v variable) bool {
		return v.kind == charKind && v.dimensions[0] == f.variables[i].dimensions[1]
	})
	if names < 0 {
		return nil, errors.New("the classes have no names")
	}
	if classes < 1 {
		return nil, errors.New("there is no class")
	}
	in, at := f.data(names), -1
	name := make([]byte, f.size(&f.variables[names])/int64(classes))
	for n := range classes {
		if _, err := io.ReadFull(in, name); err != nil {
			return nil, err
		}
		if strings.TrimRight(string(name), "\x00") == c.Class {
			at = n
		}
	}
	if at < 0 {
		return nil, fmt.Errorf("there is no class %q", c.Class)
	}
	in = f.data(i)
	share := make([]byte, 8*classes)
	return func(cell *table.Cell) error {
		_, err := io.ReadFull(in, share)
		if number := math.Float64frombits(binary.BigEndian.Uint64(share[8*at:])); !math.IsNaN(number) {
			*cell = table.Cell{Kind: table.NumberCell, Number: number}
		}
		return err
	}, nil
}

// units are those of an attribute, for every row with a quality.
func (f *opened) units(c table.Column) (cells, error) {
	name := strings.TrimSuffix(c.Name, "_units") + "_quality"
	i := slices.IndexFunc(f.variables, func(v variable) bool { return v.name == name && v.kind == byteKind })
	if i < 0 {
		return nil, errors.New("there is no such variable")
	}
	units, in := f.variables[i].text("cas_units"), f.data(i)
	return func(cell *table.Cell) error {
		n, err := fixed[int8](in)
		if n >= 0 && units != "" {
			*cell = table.Cell{Kind: table.TextCell, Text: units}
		}
		return err
	}, nil
}

// data reads a variable from its beginning.
func (f *opened) data(i int) io.Reader {
	return bufio.NewReaderSize(io.NewSectionReader(f.file, f.begins[i], f.size(&f.variables[i])), 1<<14)
}

func fixed[T int8 | int32 | float64](in io.Reader) (v T, err error) {
	err = binary.Read(in, binary.BigEndian, &v)
	return v, err
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
