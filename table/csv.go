package table

import (
	"io"

	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
	"github.com/community-attribute-service/cas-go/wire"
)

// CSV is the [Format] of RFC 4180, but with LF as line end: commas, UTF-8 without a byte order mark, a header line, and quotes if a
// cell needs them. A cell without a value is empty.
type CSV struct{}

// Name is csv.
func (CSV) Name() string { return "csv" }

// NewWriter writes the header line.
func (CSV) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	c := &csvWriter{lines: lines{w: w, buf: make([]byte, 0, pieceSize+pieceSize/8)}}
	for i, column := range columns {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.buf = csvtext.Append(c.buf, column.Name)
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
			b = csvtext.Append(b, cell.Text)
		case JSONCell:
			b = csvtext.Append(b, PlainText(cell.JSON))
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

// appendNumber appends the shortest decimal text that reads back as f, in the spelling of the JSON formats.
func appendNumber(b []byte, f float64) []byte { return wire.AppendFloat(b, f) }
