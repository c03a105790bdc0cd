package netcdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
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

// Name returns netcdf.
func (Format) Name() string { return "netcdf" }

// Typed returns true: kept properties are numbers or booleans if all their values are.
func (Format) Typed() bool { return true }

// Stacks returns true: periods are a dimension.
func (Format) Stacks() bool { return true }

// OwnColumns returns none: the other variables of the file get names that are free.
func (Format) OwnColumns() []string { return nil }

// PropertyColumn returns the property's name as NetCDF allows it: with an underscore for each character that no name may have, and before a
// character that no name may begin with. Blanks at the end are removed.
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

// NewWriter makes a temporary file for the rows, beside w if w is a file. It writes nothing to w before Close.
func (Format) NewWriter(w io.Writer, columns []table.Column) (table.RowWriter, error) {
	folder := ""
	if file, ok := w.(interface{ Name() string }); ok {
		folder = filepath.Dir(file.Name())
	}
	return newWriter(w, folder, columns)
}

// form is how the cells of a series are stored in the spool.
type form uint8

const (
	textForm   form = iota // length as a varint, then the text; a length of 0 is no value
	numberForm             // float64, NaN is no value
	flagForm               // place in the list of meanings as int8, fillFlag is no value
	boolForm               // 1 or 0 as int8, fillByte is no value
)

// A series becomes a variable: a column of the table, or of a dataset the columns of all periods, of all classes, or of all classes in each
// period.
type series struct {
	form    form
	columns []table.Column
	places  []int // of the columns in the row

	// What the cells turn out to be.
	longest  int      // bytes of text
	whole    whole    // of a kept property
	meanings []string // of flags
}

// writer is a table.RowWriter.
type writer struct {
	out    io.Writer
	spool  *spool
	series []series
	times  []string // the periods of the columns, in their order
	rows   int64
	about  table.Options
	found  *table.Summary
}

func newWriter(out io.Writer, folder string, columns []table.Column) (*writer, error) {
	w := &writer{out: out, times: timesOf(columns)}
	type of struct {
		dataset string
		role    table.Role
	}
	stacked := map[of]int{}
	for i, c := range columns {
		if c.Role == table.RoleClass || c.Period != "" {
			n, begun := stacked[of{c.Dataset, c.Role}]
			if begun {
				w.series[n].columns, w.series[n].places = append(w.series[n].columns, c), append(w.series[n].places, i)
				continue
			}
			stacked[of{c.Dataset, c.Role}] = len(w.series)
		}
		s := series{columns: []table.Column{c}, places: []int{i}}
		switch {
		case c.Numeric() || c.Type == table.TypeDouble:
			s.form = numberForm
		case c.Type == table.TypeBoolean:
			s.form = boolForm
		case c.Role == table.RoleQuality:
			s.form = flagForm
		}
		w.series = append(w.series, s)
	}
	var err error
	w.spool, err = newSpool(folder, len(w.series))
	return w, err
}

// Describe keeps what the file's attributes say.
func (w *writer) Describe(o table.Options, s *table.Summary) { w.about, w.found = o, s }

// WriteRow puts the row into the spool.
func (w *writer) WriteRow(r *table.Row) error {
	for i := range w.series {
		s := &w.series[i]
		for n := range s.columns {
			var err error
			if w.spool.columns[i], err = s.append(w.spool.columns[i], &r.Cells[s.places[n]]); err != nil {
				return fmt.Errorf("column %s: %w", s.columns[n].Name, err)
			}
		}
		if len(s.meanings) > mostMeanings {
			return fmt.Errorf("column %s has more than %d different texts, such as %q", s.columns[0].Name, mostMeanings, s.meanings[mostMeanings])
		}
	}
	w.rows++
	return w.spool.endRow()
}

// append appends a cell in the form of the series.
func (s *series) append(b []byte, c *table.Cell) ([]byte, error) {
	switch s.form {
	case numberForm:
		f := math.NaN()
		var err error
		if c.Kind == table.NumberCell {
			f = c.Number
		} else if c.Kind != table.EmptyCell {
			f, err = strconv.ParseFloat(c.PlainText(), 64)
		}
		return binary.BigEndian.AppendUint64(b, math.Float64bits(f)), err
	case boolForm:
		value, err := c.Value(table.TypeBoolean)
		flag := int8(fillByte)
		switch value {
		case true:
			flag = 1
		case false:
			flag = 0
		}
		return append(b, byte(flag)), err
	case flagForm:
		return append(b, byte(s.flag(c.PlainText()))), nil
	}
	text := c.PlainText()
	s.longest = max(s.longest, len(text))
	if text != "" && s.columns[0].Type == table.TypeInt64 {
		if err := s.whole.see(text); err != nil {
			return b, err
		}
	}
	return append(binary.AppendUvarint(b, uint64(len(text))), text...), nil
}

// mostMeanings is the maximum number of qualities. The service has six.
const mostMeanings = 100

// flag returns the place of a meaning in the list.
func (s *series) flag(meaning string) int8 {
	if meaning == "" {
		return fillFlag
	}
	i := slices.Index(s.meanings, meaning)
	if i < 0 {
		i = len(s.meanings)
		s.meanings = append(s.meanings, strings.Clone(meaning))
	}
	return int8(i)
}

// Discard removes the temporary file.
func (w *writer) Discard() { _ = w.spool.close() }

// Close writes the file.
func (w *writer) Close() error {
	err := w.spool.flush()
	if err == nil {
		err = w.write()
	}
	return errors.Join(err, w.spool.close())
}

// whole is the range of a kept property whose values are whole numbers.
type whole struct{ least, most int64 }

// exact is the largest magnitude up to which a float64 holds every whole number.
const exact = 1 << 53

func (w *whole) see(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	w.least, w.most = min(w.least, n), max(w.most, n)
	return err
}

// kind returns the external type that holds all values of a kept property exactly. The classic format has whole numbers of 32 bits only.
func (s *series) kind() kind {
	switch {
	case s.form == boolForm:
		return byteKind
	case s.form == numberForm:
		return doubleKind
	case s.columns[0].Type != table.TypeInt64:
		return charKind
	case s.whole.least > fillInt && s.whole.most <= math.MaxInt32:
		return intKind
	case s.whole.least >= -exact && s.whole.most <= exact:
		return doubleKind
	default:
		return charKind
	}
}
