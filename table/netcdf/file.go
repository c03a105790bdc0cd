package netcdf

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
)

// Values for cells without a value, named by the attribute _FillValue of the conventions.
const (
	fillInt  = math.MinInt32 + 1
	fillByte = -127
	fillFlag = -1
)

// file is a header, and a function for each variable that writes its data.
type file struct {
	header
	data   []func(io.Writer) error
	taken  map[string]bool // names
	names  []string        // of the variables, by series
	time   int             // the dimension of periods, if there are any
	writer *writer
}

// write writes the whole file.
func (w *writer) write() error {
	f := file{taken: map[string]bool{"hru": true, "strlen": true}, writer: w}
	f.nameAll()
	f.dimension("hru", w.rows)
	f.dimension("strlen", int64(max(w.series[0].longest, 1)))
	f.attributes = w.global()
	if len(w.times) > 0 {
		f.addTime(w.times)
	}
	for i := range w.series {
		f.add(i)
	}
	version := f.version()
	head, err := f.encode(version)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w.out, 1<<16)
	if _, err := out.Write(head); err != nil {
		return err
	}
	for i, data := range f.data {
		v := &f.variables[i]
		counted := counter{w: out}
		if err := data(&counted); err != nil {
			return fmt.Errorf("variable %s: %w", v.name, err)
		}
		size := f.size(v)
		if w.rows == 0 && len(v.dimensions) > 0 && v.dimensions[0] == 0 {
			continue // there are no records
		}
		if counted.n != size {
			return fmt.Errorf("variable %s has %d bytes, not %d", v.name, counted.n, size)
		}
		if _, err := out.Write(make([]byte, padded(size)-size)); err != nil {
			return err
		}
	}
	return out.Flush()
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// free makes a name unique by a number behind it.
func (f *file) free(name string) string {
	for i, base := 2, name; f.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	f.taken[name] = true
	return name
}

func (f *file) variable(v variable, data func(io.Writer) error) {
	f.variables, f.data = append(f.variables, v), append(f.data, data)
}

// add adds the variables of a series.
func (f *file) add(i int) {
	w := f.writer
	s := &w.series[i]
	c := s.columns[0]
	raw := func(out io.Writer) error { _, err := io.Copy(out, w.spool.column(i)); return err }
	switch {
	case c.Role == table.RoleClass:
		f.addClasses(s, raw)
	case c.Role == table.RoleKept && s.kind() != charKind:
		f.addKept(i, raw)
	case c.Role == table.RoleValue:
		f.variable(variable{f.names[i], doubleKind, f.over(s), append(f.described(c), attribute{"_FillValue", math.NaN()})}, raw)
	case s.form == numberForm:
		f.variable(variable{f.names[i], doubleKind, f.over(s), []attribute{
			{"long_name", "share of the area of " + c.Dataset + " that holds data"}, {"units", "1"}, f.coordinates(), {"_FillValue", math.NaN()},
		}}, raw)
	case s.form == flagForm:
		f.addFlags(i, raw)
	case c.Role == table.RoleUnits && f.oneUnits(c.Dataset):
	default:
		f.addText(i)
	}
}

// addClasses adds the shares of a dataset's classes, and the classes' names.
func (f *file) addClasses(s *series, shares func(io.Writer) error) {
	base := table.ColumnName(s.columns[0].Dataset)
	name := f.free(base + "_class_name")
	classes := s.columns // of one period: all have the same
	if s.stacked() {
		classes = classes[:len(classes)/len(f.writer.times)]
	}
	longest := 1
	for _, c := range classes {
		longest = max(longest, len(c.Class))
	}
	class := f.dimension(f.free(base+"_class"), int64(len(classes)))
	length := f.dimension(f.free(base+"_class_strlen"), int64(longest))
	f.variable(variable{name, charKind, []int{class, length}, []attribute{
		{"long_name", "class of " + s.columns[0].Dataset}, {"_Encoding", "utf-8"},
	}}, func(out io.Writer) error {
		for _, c := range classes {
			if err := writeFilled(out, []byte(c.Class), longest); err != nil {
				return err
			}
		}
		return nil
	})
	attributes := []attribute{
		{"long_name", "share of each class of " + s.columns[0].Dataset},
		{"units", "1"},
		{"coordinates", f.writer.series[0].columns[0].Name + " " + name},
		{"_FillValue", math.NaN()},
	}
	attributes = append(attributes, f.sources(s.columns[0].Dataset)...)
	f.variable(variable{f.free(base + "_class_fraction"), doubleKind, f.over(s, class), attributes}, shares)
}

// addFlags adds a dataset's quality. The conventions want meanings of one word each.
func (f *file) addFlags(i int, raw func(io.Writer) error) {
	s := &f.writer.series[i]
	c := s.columns[0]
	attributes := []attribute{{"long_name", "quality of " + c.Dataset}, f.coordinates(), {"_FillValue", []int8{fillFlag}}}
	if d := f.dataset(c.Dataset); d != nil && len(d.Units) == 1 && !d.More {
		attributes = append(attributes, attribute{"cas_units", d.Units[0]}) // even if there are only classes, whose shares have the units 1
	}
	if len(s.meanings) > 0 {
		values, words := make([]int8, len(s.meanings)), make([]string, len(s.meanings))
		for i, meaning := range s.meanings {
			values[i], words[i] = int8(i), table.ColumnName(meaning)
		}
		attributes = append(attributes, attribute{"flag_values", values}, attribute{"flag_meanings", strings.Join(words, " ")})
	}
	f.variable(variable{f.names[i], byteKind, f.over(s), attributes}, raw)
}

// addText adds a variable of text: ids, kept properties, or units that differ.
func (f *file) addText(i int) {
	s := &f.writer.series[i]
	c := s.columns[0]
	length := 1
	attributes := []attribute{{"_Encoding", "utf-8"}, {"long_name", longName(c)}}
	if i == 0 {
		attributes = append(attributes, attribute{"cf_role", "timeseries_id"})
	} else {
		length = f.dimension(f.free(f.names[i]+"_strlen"), int64(max(s.longest, 1)))
		attributes = append(attributes, f.coordinates())
	}
	width := int(f.dimensions[length].length)
	f.variable(variable{f.names[i], charKind, f.over(s, length), attributes}, func(out io.Writer) error {
		return f.writer.eachText(i, func(text []byte) error { return writeFilled(out, text, width) })
	})
}

func longName(c table.Column) string {
	switch c.Role {
	case table.RoleID:
		return "id of the feature"
	case table.RoleUnits:
		return "units of " + c.Dataset
	default:
		return c.Name
	}
}

// addKept adds a kept property whose values are all numbers or all booleans.
func (f *file) addKept(i int, raw func(io.Writer) error) {
	s := &f.writer.series[i]
	v := variable{name: s.columns[0].Name, kind: s.kind(), dimensions: []int{0}, attributes: []attribute{{"long_name", s.columns[0].Name}, f.coordinates()}}
	switch v.kind {
	case byteKind:
		v.attributes = append(v.attributes, attribute{"_FillValue", []int8{fillByte}}, attribute{"flag_values", []int8{0, 1}}, attribute{"flag_meanings", "false true"})
	case intKind:
		v.attributes = append(v.attributes, attribute{"_FillValue", int32(fillInt)})
	default:
		v.attributes = append(v.attributes, attribute{"_FillValue", math.NaN()})
	}
	if s.form != textForm {
		f.variable(v, raw)
		return
	}
	f.variable(v, func(out io.Writer) error {
		return f.writer.eachText(i, func(text []byte) error {
			empty := len(text) == 0
			n, err := strconv.ParseInt(string(text), 10, 64)
			switch {
			case empty && v.kind == intKind:
				return binary.Write(out, binary.BigEndian, int32(fillInt))
			case empty:
				return binary.Write(out, binary.BigEndian, math.NaN())
			case err != nil:
				return err
			case v.kind == intKind:
				return binary.Write(out, binary.BigEndian, int32(n))
			default:
				return binary.Write(out, binary.BigEndian, float64(n))
			}
		})
	})
}

// eachText reads the texts of a series back.
func (w *writer) eachText(i int, do func([]byte) error) error {
	in := bufio.NewReader(w.spool.column(i))
	text := make([]byte, w.series[i].longest)
	for range w.rows * int64(len(w.series[i].columns)) {
		n, err := binary.ReadUvarint(in)
		if err == nil && n > uint64(len(text)) {
			err = errors.New("the temporary file was changed")
		}
		if err == nil {
			_, err = io.ReadFull(in, text[:n])
		}
		if err == nil {
			err = do(text[:n])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeFilled writes a text and fills it up with NUL.
func writeFilled(out io.Writer, text []byte, width int) error {
	if _, err := out.Write(text); err != nil {
		return err
	}
	_, err := out.Write(make([]byte, width-len(text)))
	return err
}
