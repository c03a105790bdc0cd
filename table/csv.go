package table

import (
	"io"
	"strings"

	"github.com/community-attribute-service/cas-go/wire"
)

// CSV is the [Format] of RFC 4180 but for the line ends, which are LF: comma, UTF-8 without a byte order mark, a head
// line, quotes where a cell needs them. A cell without a value is empty.
type CSV struct{}

// Name is csv.
func (CSV) Name() string { return "csv" }

// NewWriter writes the head line.
func (CSV) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	c := &csvWriter{lines: lines{w: w, buf: make([]byte, 0, pieceSize+pieceSize/8)}}
	for i, column := range columns {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.buf = appendCSV(c.buf, column.Name)
	}
	c.buf = append(c.buf, '\n')
	return c, nil
}

type csvWriter struct{ lines }

func (c *csvWriter) WriteRow(r *Row) error {
	b := c.buf
	start := len(b)
	for i := range r.Cells {
		if i > 0 {
			b = append(b, ',')
		}
		switch cell := &r.Cells[i]; cell.Kind {
		case NumberCell:
			b = appendNumber(b, cell.Number)
		case TextCell:
			b = appendCSV(b, cell.Text)
		case JSONCell:
			b = appendCSV(b, PlainText(cell.JSON))
		case EmptyCell:
		}
	}
	if len(b) == start { // one column without a value: readers would skip the line
		b = append(b, `""`...)
	}
	c.buf = append(b, '\n')
	return c.commit()
}

func (c *csvWriter) Close() error { return c.flush() }

// appendCSV appends a cell. Blanks at its ends are quoted too: some readers would drop them.
func appendCSV(b []byte, text string) []byte {
	if isPlain(text) {
		return append(b, text...)
	}
	b = append(b, '"')
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			return append(append(b, text...), '"')
		}
		b = append(append(b, text[:i+1]...), '"')
		text = text[i+1:]
	}
}

// isPlain reports a text that needs no quotes. Most cells are short words, for which a look at each byte is the fastest.
func isPlain(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case ',', '"', '\n', '\r':
			return false
		}
	}
	return !blankEnds(text)
}

func blankEnds(text string) bool {
	blank := func(c byte) bool { return c == ' ' || c == '\t' }
	return text != "" && (blank(text[0]) || blank(text[len(text)-1]))
}

// appendNumber appends the shortest decimal text that reads back as f, in the spelling of the JSON formats.
func appendNumber(b []byte, f float64) []byte { return wire.AppendFloat(b, f) }
