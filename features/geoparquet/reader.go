package geoparquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

const readSize = 64 << 10 // bytes of a column that are read at once

func init() {
	format.Register(format.Format{Name: "GeoParquet", Endings: []string{".parquet", ".geoparquet", ".pq"}, Detect: detect, Open: open})
}

func detect(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PAR1")) || bytes.HasPrefix(head, []byte("PARE"))
}

// A property is a column that is read into the records.
type property struct {
	column  *parquet.Column
	convert toJSON
}

// A reader is a format.Reader.
type reader struct {
	path        string
	file        *os.File
	parquet     *parquet.File
	description format.Description
	positions   positions
	properties  []property
}

func open(path string, o format.Options) (format.Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &reader{path: path, file: file}
	if err := r.open(o); err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func (r *reader) Describe() format.Description { return r.description }

func (r *reader) Close() error { return r.file.Close() }

func (r *reader) open(o format.Options) error {
	if o.Layer != "" {
		return fmt.Errorf("a Parquet file has no layers, and %q was asked for", o.Layer)
	}
	if err := r.openParquet(); err != nil {
		return err
	}
	var failed error
	err := guard(func() error { // failed is kept apart because it says itself whether the file is broken
		if failed = refuseLZ4(r.parquet.Root()); failed != nil {
			return nil
		}
		if r.positions, failed = findPositions(r.parquet, o); failed == nil {
			if r.positions.srid = codeOf(r.positions.crs); r.positions.srid == 0 && r.positions.crs != "" {
				r.positions.srid = -1
			}
			r.describe()
		}
		return nil
	})
	return errors.Join(err, failed)
}

// openParquet reads the footer.
func (r *reader) openParquet() error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	var start, end [8]byte // end is the length of the footer and the magic
	if size >= 12 {
		if _, err := r.file.ReadAt(start[:], 0); err != nil {
			return err
		}
		if _, err := r.file.ReadAt(end[:], size-8); err != nil {
			return err
		}
	}
	first, last := string(start[:4]), string(end[4:])
	footer := int64(binary.LittleEndian.Uint32(end[:]))
	switch {
	case size == 0:
		return fmt.Errorf("the file is empty: %w", format.ErrBroken)
	case first == "PARE" || last == "PARE":
		return errors.New("the file is encrypted: write it anew without encryption")
	case first != "PAR1":
		return fmt.Errorf("no Parquet file: it does not begin with PAR1: %w", format.ErrBroken)
	case last != "PAR1":
		return fmt.Errorf("the file ends before its footer, after %d bytes: copy it again: %w", size, format.ErrBroken)
	case footer > size-12: // parquet-go would allocate this much
		return fmt.Errorf("a footer of %d bytes in a file of %d: %w", footer, size, format.ErrBroken)
	}
	return guard(func() error {
		r.parquet, err = parquet.OpenFile(r.file, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(readSize))
		if err != nil {
			return err
		}
		rows := int64(0)
		for _, group := range r.parquet.RowGroups() {
			n := group.NumRows()
			if n < 0 || n > math.MaxInt64-rows {
				return fmt.Errorf("a row group of %d rows", n)
			}
			rows += n
		}
		if rows != r.parquet.NumRows() {
			return fmt.Errorf("the footer counts %d rows, its row groups %d", r.parquet.NumRows(), rows)
		}
		return nil
	})
}

func (r *reader) describe() {
	p := &r.positions
	d := &r.description
	d.Format, d.CRS, d.Features = "GeoParquet", p.crs, int(r.parquet.NumRows())
	if p.wkb == nil {
		d.Format = "Parquet"
	}
	if p.warning != "" {
		d.Warnings = append(d.Warnings, p.warning)
	}
	for _, c := range r.parquet.Root().Columns() {
		switch {
		case c == p.wkb || slices.Contains(p.ignored, c.Name()):
			continue
		case !c.Leaf() || c.Repeated():
			d.Warnings = append(d.Warnings, fmt.Sprintf("The column %s is nested (a list, map or struct) and is left out.", c.Name()))
			continue
		}
		convert, name, ok := propertyOf(c.Type())
		if !ok {
			d.Warnings = append(d.Warnings, fmt.Sprintf("The column %s holds data of the type %s and is left out.", c.Name(), name))
			continue
		}
		if isRunLengths(r.parquet, c) {
			d.Warnings = append(d.Warnings, fmt.Sprintf("The column %s holds booleans in run lengths (RLE), which are not read: it is left out. Write the file anew with data pages of version 1.", c.Name()))
			continue
		}
		r.properties = append(r.properties, property{c, convert})
		d.Fields = append(d.Fields, format.Field{Name: c.Name(), Type: name})
	}
}

func (r *reader) Records(want format.Want) iter.Seq2[*format.Record, error] {
	var wanted []property
	for _, p := range r.properties {
		if want.Wants(p.column.Name()) {
			wanted = append(wanted, p)
		}
	}
	return func(yield func(*format.Record, error) bool) {
		first := 1
		record := &format.Record{}
		for _, group := range r.parquet.RowGroups() {
			more, err := r.readGroup(group, first, wanted, record, yield)
			if err != nil {
				yield(nil, fmt.Errorf("%s: after row %d: %w", r.path, first-1, err))
				return
			}
			if !more {
				return
			}
			first += int(group.NumRows())
		}
	}
}

// A pass reads one row group.
type pass struct {
	properties []property
	cursors    []*cursor // of the properties
	wkb, x, y  *cursor
	readX      func(parquet.Value) float64
	readY      func(parquet.Value) float64
}

// start opens the cursors.
func (p *pass) start(at *positions, group parquet.RowGroup) {
	for _, property := range p.properties {
		p.cursors = append(p.cursors, newCursor(property.column, group))
	}
	if at.wkb != nil {
		p.wkb = newCursor(at.wkb, group)
		return
	}
	p.x, p.y = newCursor(at.x, group), newCursor(at.y, group)
	p.readX, p.readY = numberOf(at.x.Type()), numberOf(at.y.Type())
}

func (p *pass) all() []*cursor {
	return slices.DeleteFunc(append(slices.Clone(p.cursors), p.wkb, p.x, p.y), func(c *cursor) bool { return c == nil })
}

func (p *pass) close() {
	for _, c := range p.all() {
		c.close()
	}
}

// readGroup yields the rows of a row group, counted from first. more is false when the consumer stops.
func (r *reader) readGroup(group parquet.RowGroup, first int, wanted []property, record *format.Record,
	yield func(*format.Record, error) bool,
) (more bool, err error) {
	p := pass{properties: wanted}
	defer p.close()
	err = guard(func() error { p.start(&r.positions, group); return nil })
	if err != nil {
		return false, err
	}
	n := int(group.NumRows())
	for i := range n {
		*record = format.Record{Place: "row " + strconv.Itoa(first+i), Properties: record.Properties[:0]}
		err := guard(func() error { return p.read(record) })
		r.description.CompareSRID(record, r.positions.srid)
		if err == io.EOF {
			err = fmt.Errorf("a row group ends after %d of %d rows: %w", i, n, format.ErrBroken)
		}
		if err != nil {
			return false, err
		}
		if !yield(record, nil) {
			return false, nil
		}
	}
	for _, c := range p.all() {
		if _, err := c.next(); err != io.EOF {
			return false, errors.Join(fmt.Errorf("column %s has more than the %d rows of its row group: %w", c.column.Name(), n, format.ErrBroken), err)
		}
	}
	return true, nil
}

// read fills a record with the next row.
func (p *pass) read(record *format.Record) error {
	for i, c := range p.cursors {
		v, err := c.next()
		if err != nil {
			return err
		}
		value := format.Null
		if !v.IsNull() {
			if value, err = p.properties[i].convert(v); err != nil {
				record.Err, value = fmt.Errorf("column %s holds %w", c.column.Name(), err), format.Null
			}
		}
		record.Properties = append(record.Properties, format.Property{Name: c.column.Name(), Value: value})
	}
	if p.wkb != nil {
		v, err := p.wkb.next()
		if err != nil || v.IsNull() {
			return err
		}
		if record.Geometry, err = format.ParseWKB(v.ByteArray()); err != nil {
			record.Err = fmt.Errorf("column %s: %w", p.wkb.column.Name(), err)
		}
		return nil
	}
	x, err := p.x.next()
	if err != nil {
		return err
	}
	y, err := p.y.next()
	if err != nil || x.IsNull() || y.IsNull() {
		return err
	}
	at := [2]float64{p.readX(x), p.readY(y)}
	if at[0] == at[0] && at[1] == at[1] { // NaN is null
		record.Geometry = format.Geometry{Type: "Point", Point: at}
	}
	return nil
}
