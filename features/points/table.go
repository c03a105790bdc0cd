package points

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// maxRow is the longest row in bytes. After a quote without an end, the rest of a file is one row.
var maxRow = 256 << 20

// A table reads the rows of a text.
type table struct {
	in       rowReader
	isRDB    bool
	budget   *budget
	names    []string
	x, y     int // the columns with positions; -1 if these are in wkt
	wkt      int // the column with well-known text; -1 if there is none
	warnings []string

	out  []format.Property
	text []byte // the values of out
}

// A rowReader reads one row after the other, as csv.Reader does.
type rowReader interface {
	Read() ([]string, error)
	FieldPos(field int) (line, column int)
}

// A row is a line of the table, or several if a value has line ends.
type row struct {
	line   int
	values []string
	err    error // the row has too few or too many values, or a quote where none may be
}

// newTable reads the names of the columns.
func newTable(in io.Reader) (*table, error) {
	limited := &budget{in: in, left: maxRow}
	b := bufio.NewReaderSize(limited, 1<<16)
	head, err := b.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, wrong(0, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.IndexByte(head, 0) >= 0:
		return nil, format.Brokenf("the file is text in UTF-16, or no text: save it as UTF-8 (in a spreadsheet: CSV UTF-8; or iconv -f UTF-16 -t UTF-8)")
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3)
		head = head[3:]
	}
	if cr := bytes.IndexByte(head, '\r'); cr >= 0 && bytes.IndexByte(head, '\n') < 0 && cr+1 < len(head) {
		return nil, format.Brokenf("the lines end with a carriage return alone: save the file with line feeds (or mac2unix)")
	}
	if bytes.HasPrefix(head, []byte("#")) {
		head, _ = b.Peek(b.Size()) // the comments of RDB may be longer than 4 KiB
	}
	t := &table{budget: limited, isRDB: rdbStart.Match(head)}
	if t.isRDB {
		t.in = &rdbReader{in: b}
	} else {
		in := csv.NewReader(b)
		in.Comma, in.FieldsPerRecord, in.ReuseRecord = separator(head), -1, true
		t.in = in
	}
	first, err := t.in.Read()
	if err == nil && len(first) == 2 && first[1] == "" && strings.EqualFold(first[0], "sep=") { // a line for Excel
		first, err = t.in.Read()
	}
	if errors.Is(err, io.EOF) {
		return nil, format.Brokenf("the file is empty: the first line has to name the columns")
	}
	if err != nil {
		return nil, wrong(1, err)
	}
	t.nameColumns(first)
	if t.isRDB {
		_, err = t.in.Read() // the widths and types
	}
	return t, err
}

// nameColumns takes the names of the columns and makes them unique.
func (t *table) nameColumns(first []string) {
	for _, name := range first {
		name = strings.TrimSpace(string(format.UTF8([]byte(name))))
		unique := format.Unique(name, t.names)
		if unique != name {
			t.warnings = append(t.warnings, fmt.Sprintf("There are several columns %q; one of them is called %s here.", name, unique))
		}
		t.names = append(t.names, unique)
	}
}

// separator returns the one of comma, semicolon, tab and bar that is most frequent in the first line outside of quotes.
func separator(head []byte) rune {
	counts := map[rune]int{}
	quoted := false
	for _, c := range string(head) {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[c]++
		}
	}
	best := ','
	for _, c := range ";\t|" {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// postGISNames are columns of geometries by the names of PostGIS. They are looked for last, because they may be anything.
var postGISNames = []string{"geom", "the_geom", "wkb_geometry", "wkb"}

// choose finds the columns with the positions.
func (t *table) choose(o format.Options) (err error) {
	t.x, t.y, t.wkt = -1, -1, -1
	if o.X != "" || o.Y != "" {
		if o.X == "" || o.Y == "" {
			return fmt.Errorf("of the columns with positions only one is given: x %q, y %q", o.X, o.Y)
		}
		if t.x, err = t.column([]string{o.X}); err == nil {
			t.y, err = t.column([]string{o.Y})
		}
		if err == nil && (t.x < 0 || t.y < 0) {
			err = fmt.Errorf("there are no columns %s and %s; there are %s", o.X, o.Y, format.List(t.names, 20))
		}
		return err
	}
	if t.wkt, err = t.column([]string{"wkt", "geometry"}); err != nil {
		return err
	}
	if t.wkt >= 0 {
		if x, err := t.column(format.PointColumns[0][0]); err == nil && x >= 0 {
			t.warnings = append(t.warnings, fmt.Sprintf("The positions are taken from the column %s, not from %s.", t.names[t.wkt], t.names[x]))
		}
		return nil
	}
	for i, pair := range format.PointColumns {
		if t.x, err = t.column(pair[0]); err != nil {
			return err
		}
		if t.y, err = t.column(pair[1]); err != nil {
			return err
		}
		if t.x >= 0 && t.y >= 0 {
			if x, err := t.column(format.PointColumns[1][0]); i == 0 && err == nil && x >= 0 {
				t.warnings = append(t.warnings, fmt.Sprintf("The positions are taken from the columns %s and %s, not from %s.",
					t.names[t.x], t.names[t.y], t.names[x]))
			}
			return nil
		}
	}
	if t.wkt, err = t.column(postGISNames); err != nil || t.wkt >= 0 {
		return err
	}
	return fmt.Errorf("there are no columns with positions (lon and lat, longitude and latitude, x and y, or wkt): "+
		"say which they are (--x, --y); there are %s", format.List(t.names, 20))
}

// column returns the column that has one of the names, or -1. A name in the same case has precedence over others.
func (t *table) column(wanted []string) (at int, err error) {
	for _, name := range wanted {
		if i := slices.Index(t.names, name); i >= 0 {
			return i, nil
		}
	}
	for _, name := range wanted {
		at = -1
		for i, n := range t.names {
			if !strings.EqualFold(n, name) {
				continue
			}
			if at >= 0 {
				return -1, fmt.Errorf("there are columns %s and %s: say which one holds the positions (--x, --y)", t.names[at], n)
			}
			at = i
		}
		if at >= 0 {
			return at, nil
		}
	}
	return -1, nil
}

// next reads the next row that is not blank.
func (t *table) next() (row, error) {
	for {
		t.budget.left = maxRow
		values, err := t.in.Read()
		if errors.Is(err, io.EOF) {
			return row{}, io.EOF
		}
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			if syntax.StartLine != syntax.Line {
				return row{}, format.Brokenf("lines %d to %d: a quote does not end, or stands where none may be; "+
					"a quote in a quoted value is written twice", syntax.StartLine, syntax.Line)
			}
			return row{line: syntax.Line, err: errors.New("a quote stands where none may be, or does not end; a quote in a quoted value is written twice")}, nil
		}
		if err != nil {
			line, _ := t.in.FieldPos(0)
			return row{}, wrong(line+1, err)
		}
		if len(values) == 1 && strings.TrimSpace(values[0]) == "" && len(t.names) > 1 {
			continue // a blank line
		}
		line, _ := t.in.FieldPos(0)
		for len(values) > len(t.names) && strings.TrimSpace(values[len(values)-1]) == "" { // some spreadsheets end rows with commas
			values = values[:len(values)-1]
		}
		r := row{line: line, values: values}
		if len(values) == len(t.names) {
			if !slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" }) {
				r.err = errors.New("the row is empty")
			}
			return r, nil
		}
		if breaks := strings.Count(strings.Join(values, ""), "\n"); breaks > 0 {
			return row{}, format.Brokenf("the row in lines %d to %d has %d values for %d columns; probably a quote is missing",
				line, line+breaks, len(values), len(t.names))
		}
		r.err = fmt.Errorf("the row has %d values for %d columns", len(values), len(t.names))
		return r, nil
	}
}

// properties returns the values of a row except well-known text. They are valid until the next row.
func (t *table) properties(values []string, want format.Want) []format.Property {
	t.out, t.text = t.out[:0], t.text[:0]
	for i, v := range values[:min(len(values), len(t.names))] {
		if i == t.wkt || !want.Wants(t.names[i]) {
			continue
		}
		start := len(t.text)
		t.text = format.AppendValue(t.text, []byte(v))
		t.out = append(t.out, format.Property{Name: t.names[i], Value: t.text[start:len(t.text):len(t.text)]})
	}
	return t.out
}

// geometry returns the geometry of a row. All geometries of a file have to be in its reference system, crs.
func (t *table) geometry(values []string, crs string) (g format.Geometry, err error) {
	if t.wkt >= 0 {
		g, own, err := parseText(values[t.wkt])
		if err == nil && g.Type != "" && own != crs {
			err = fmt.Errorf("the reference system is %s where the first geometry has %s", cmp.Or(own, "not named"), cmp.Or(crs, "none"))
		}
		if err != nil {
			return format.Geometry{}, fmt.Errorf("column %s: %w", t.names[t.wkt], err)
		}
		return g, nil
	}
	g.Type = "Point"
	for axis, column := range []int{t.x, t.y} {
		if g.Point[axis], err = coordinate(t.names[column], values[column]); err != nil {
			return format.Geometry{}, err
		}
	}
	return g, nil
}

func coordinate(column, text string) (float64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, fmt.Errorf("column %s is empty", column)
	}
	plain := !strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("0123456789+-.eE", r) })
	if f, err := strconv.ParseFloat(text, 64); err == nil && plain {
		return f, nil
	}
	if whole, fraction, ok := strings.Cut(strings.TrimLeft(text, "+-"), ","); ok && isDigits(whole) && isDigits(fraction) {
		return 0, &decimalComma{column, text}
	}
	return 0, fmt.Errorf("column %s has %q, which is no number; degrees are written as -84.25", column, format.Shorten(text, mostQuoted))
}

func isDigits(s string) bool { return s != "" && format.Digits(s) == len(s) }

// mostQuoted is how many bytes of the input a message quotes.
const mostQuoted = 60

// A decimalComma is a number with a comma for the decimal point, as many countries write it. The whole file is then written so.
type decimalComma struct{ column, text string }

func (e *decimalComma) Error() string {
	return fmt.Sprintf("column %s has %s, with a comma for the decimal point: write the file with points (%s)",
		e.column, e.text, strings.Replace(e.text, ",", ".", 1))
}

// A budget reads up to left bytes.
type budget struct {
	in   io.Reader
	left int
}

var errTooLong = errors.New("the row is too long: probably a quote does not end")

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.in.Read(p)
	b.left -= n
	return n, err
}

// wrong explains an error of reading near a line.
func wrong(line int, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the compressed file is cut; get it again")
	}
	return format.Brokenf("about line %d: %w", line, err)
}

// rdbStart matches the start of RDB, the tables of the USGS (https://waterdata.usgs.gov/nwis/?tab_delimited_format_info): comments, the
// names of the columns, and a line with their widths and types, such as 5s, 15s and 10n.
var rdbStart = regexp.MustCompile(`(?i)^(?:#.*\n)*[^#\n].*\t.*\n\d+[a-z](?:\t\d+[a-z])+\s*(?:\n|$)`)

// An rdbReader reads the rows of RDB. Tabs divide the values, and a quote is a character like any other.
type rdbReader struct {
	in   *bufio.Reader
	line int
}

// Read returns the values of the next line that is not a comment.
func (r *rdbReader) Read() ([]string, error) {
	for {
		text, err := r.in.ReadString('\n')
		if text == "" || err != nil && err != io.EOF {
			return nil, err
		}
		r.line++
		if !strings.HasPrefix(text, "#") {
			return strings.Split(strings.TrimRight(text, "\r\n"), "\t"), nil
		}
	}
}

// FieldPos returns the line that was read last.
func (r *rdbReader) FieldPos(int) (line, column int) { return r.line, 1 }
