package shapefile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// A table is the header of a .dbf.
type table struct {
	file    *file
	rows    int // deleted ones included
	start   int // bytes of the header
	width   int // bytes of a row
	columns []column
	text    textReader
}

// A column is a field of a .dbf.
type column struct {
	name     string
	kind     byte // C text, N and F numbers, D dates, L logicals; others are not read
	from, to int  // bytes of the row
	decimals int
}

// words returns the type in the words of the format.
func (c column) words() string {
	width := c.to - c.from
	switch c.kind {
	case 'C':
		return fmt.Sprintf("text(%d)", width)
	case 'N', 'F':
		if c.decimals == 0 && c.kind == 'N' {
			return fmt.Sprintf("integer(%d)", width)
		}
		return fmt.Sprintf("number(%d.%d)", width, c.decimals)
	case 'D':
		return "date"
	case 'L':
		return "logical"
	case 'M', 'G', 'P':
		return "memo"
	}
	return fmt.Sprintf("type %q", c.kind)
}

// isRead reports whether the values of the column are read; others are null.
func (c column) isRead() bool { return strings.IndexByte("CNFDL", c.kind) >= 0 }

// readTable reads the header of a .dbf. label is the content of the .cpg.
func readTable(f *file, label string) (t *table, warnings []string, err error) {
	in, err := f.open()
	if err != nil {
		return nil, nil, err
	}
	defer in.Close()
	b := bufio.NewReader(in)
	head := make([]byte, 32)
	if n, err := io.ReadFull(b, head); err != nil {
		return nil, nil, f.failed(int64(n), err)
	}
	t = &table{file: f, rows: int(little.Uint32(head[4:])), start: int(little.Uint16(head[8:])), width: int(little.Uint16(head[10:]))}
	switch version := head[0]; {
	case version&7 == 4:
		return nil, nil, format.Brokenf("%s is a table of dBASE 7, which is not read here: ogr2ogr new.shp old.shp makes it one of dBASE III", f.name)
	case version&7 != 3 && version&7 != 5 && version&0xf0 != 0x30 || t.start < 33 || t.width < 1:
		return nil, nil, format.Brokenf("%s is no dBASE table: it does not begin as one", f.name)
	}
	fields := make([]byte, t.start-32)
	if n, err := io.ReadFull(b, fields); err != nil {
		return nil, nil, f.failed(int64(32+n), err)
	}
	var note string
	if t.text, note = newTextReader(label, head[29]); note != "" {
		warnings = append(warnings, f.name+" "+note)
	}
	notes, err := t.readColumns(fields)
	return t, append(warnings, notes...), err
}

// readColumns reads the descriptions of the columns, 32 bytes each, up to a carriage return.
func (t *table) readColumns(b []byte) (warnings []string, err error) {
	var sizes []int
	for ; len(b) > 0 && b[0] != '\r'; b = b[32:] {
		if len(b) < 32 {
			return nil, format.Brokenf("%s is damaged: its list of fields does not end where its header says", t.file.name)
		}
		name, _, _ := bytes.Cut(b[:11], []byte{0})
		t.columns = append(t.columns, column{name: t.text.decode(bytes.TrimSpace(name)), kind: b[11], decimals: int(b[17])})
		sizes = append(sizes, int(b[16]))
	}
	// For text of more than 255 bytes, some programs use the byte of the decimals as the high byte of the width; others write something
	// else there. The width of the row tells which.
	narrow, wide := 1, 1
	for i, c := range t.columns {
		narrow, wide = narrow+sizes[i], wide+sizes[i]
		if c.kind == 'C' {
			wide += 256 * c.decimals
		}
	}
	at := 1
	for i := range t.columns {
		c := &t.columns[i]
		if narrow != t.width && wide == t.width && c.kind == 'C' {
			sizes[i] += 256 * c.decimals
		}
		c.from, c.to = at, at+sizes[i]
		at = c.to
	}
	if at > t.width {
		return nil, format.Brokenf("%s is damaged: its fields need %d bytes a row where the header says %d", t.file.name, at, t.width)
	}
	return append(warnings, t.nameColumns()...), nil
}

// nameColumns makes the names unique and warns of columns that are not read.
func (t *table) nameColumns() (warnings []string) {
	var taken []string
	for i := range t.columns {
		c := &t.columns[i]
		name := c.name
		c.name = format.Unique(name, taken)
		taken = append(taken, c.name)
		if c.name != name {
			warnings = append(warnings, fmt.Sprintf("%s has several fields %s; one of them is called %s here.", t.file.name, name, c.name))
		}
		if !c.isRead() {
			warnings = append(warnings, fmt.Sprintf("The field %s in %s is of a kind that is not read (%s): its values are null.",
				c.name, t.file.name, c.words()))
		}
	}
	return warnings
}

// A rowReader is one pass through a .dbf. The zero value has no columns.
type rowReader struct {
	table *table
	raw   io.ReadCloser
	in    *bufio.Reader
	row   []byte

	columns []column // those that are wanted
	out     []format.Property
	text    []byte // the values of out
}

func (t *table) open(want format.Want) (*rowReader, error) {
	raw, err := t.file.open()
	if err != nil {
		return nil, err
	}
	r := &rowReader{table: t, raw: raw, in: bufio.NewReaderSize(raw, 1<<16), row: make([]byte, t.width)}
	for _, c := range t.columns {
		if want.Wants(c.name) {
			r.columns = append(r.columns, c)
		}
	}
	if _, err := io.CopyN(io.Discard, r.in, int64(t.start)); err != nil {
		return nil, errors.Join(t.file.failed(0, err), raw.Close())
	}
	return r, nil
}

func (r *rowReader) close() error { return r.raw.Close() }

// next reads row n. It returns io.EOF after the last row.
func (r *rowReader) next(n int) (deleted bool, err error) {
	t := r.table
	if n > t.rows {
		return false, io.EOF
	}
	at := int64(t.start) + int64(n-1)*int64(t.width)
	got, err := io.ReadFull(r.in, r.row)
	if err == nil && r.row[0] == 0x1a { // the mark after the last row
		got, err = 0, io.EOF
	}
	if err != nil {
		err = t.file.failed(at+int64(got), err)
		return false, fmt.Errorf("row %d of %d: %w", n, t.rows, err)
	}
	if mark := r.row[0]; mark != ' ' && mark != '*' {
		return false, format.Brokenf("%s: row %d at byte %d begins with %q and not with a space or *: the table is damaged; get it again",
			t.file.name, n, at, mark)
	}
	return r.row[0] == '*', nil
}

// end reads the rest of the file, so that an archive's checksum is verified.
func (r *rowReader) end() error {
	if n, err := io.Copy(io.Discard, r.in); err != nil {
		return r.table.file.failed(int64(r.table.start)+int64(r.table.rows)*int64(r.table.width)+n, err)
	}
	return nil
}

// properties returns the values of the row. They are valid until the next call.
func (r *rowReader) properties() []format.Property {
	r.out, r.text = r.out[:0], r.text[:0]
	for _, c := range r.columns {
		start := len(r.text)
		r.text = r.value(r.text, c)
		r.out = append(r.out, format.Property{Name: c.name, Value: r.text[start:len(r.text):len(r.text)]})
	}
	return r.out
}

// value appends the value of a column as JSON.
func (r *rowReader) value(b []byte, c column) []byte {
	v, _, _ := bytes.Cut(r.row[c.from:c.to], []byte{0})
	v = bytes.Trim(v, " \t\r\n")
	if len(v) == 0 || !c.isRead() {
		return append(b, "null"...)
	}
	switch c.kind {
	case 'C':
		return format.AppendString(b, r.table.text.bytes(v))
	case 'N', 'F':
		if v[0] == '*' || bytes.EqualFold(v, []byte("nan")) { // the number did not fit into the column when it was written, or was none
			return append(b, "null"...)
		}
	case 'L':
		switch v[0] {
		case 'T', 't', 'Y', 'y':
			return append(b, "true"...)
		case 'F', 'f', 'N', 'n':
			return append(b, "false"...)
		case '?':
			return append(b, "null"...)
		}
		return format.AppendString(b, v)
	case 'D':
		if len(bytes.Trim(v, "0")) == 0 {
			return append(b, "null"...)
		}
		if len(v) == 8 && format.Digits(v) == 8 {
			return fmt.Appendf(b, `"%s-%s-%s"`, v[:4], v[4:6], v[6:])
		}
		return format.AppendString(b, v)
	}
	return format.AppendValue(b, v)
}
