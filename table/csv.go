package table

import (
	"bufio"
	"fmt"
	"io"
	"iter"

	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
	"github.com/community-attribute-service/cas-go/wire"
)

// CSV is the [Format] of RFC 4180, but with LF as line end: commas, UTF-8 without a byte order mark, a header line, and quotes if a
// cell needs them. A cell without a value is empty.
type CSV struct{}

// Name returns csv.
func (CSV) Name() string { return "csv" }

// NewWriter writes the header line.
func (CSV) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	c := &csvWriter{newLines(w)}
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
			b = wire.AppendFloat(b, cell.Number)
		case TextCell:
			b = csvtext.Append(b, cell.Text)
		case JSONCell:
			b = csvtext.Append(b, plainText(cell.JSON))
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

// ReadRows reads the table. Cells are text; an empty cell is [EmptyCell].
func (CSV) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	c := csvReader{&csvtext.Reader{In: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), pieceSize)}}
	head := Row{Cells: make([]Cell, len(columns))}
	if err := c.next(&head); err != nil {
		return failedRows(fmt.Errorf("head line: %w", noEOF(err)))
	}
	for i, column := range columns {
		if head.Cells[i].Text != column.Name {
			return failedRows(fmt.Errorf("column %d is %q, not %q", i+1, head.Cells[i].Text, column.Name))
		}
	}
	return readRows(len(columns), c.next)
}

type csvReader struct{ *csvtext.Reader }

// next reads one line into the cells; it returns io.EOF at the end of the table.
func (c csvReader) next(row *Row) error {
	for i := range row.Cells {
		end, err := c.Cell()
		if err == io.EOF && i == 0 && len(c.Text) == 0 {
			return io.EOF
		}
		if err != nil {
			return noEOF(err)
		}
		if last := i == len(row.Cells)-1; last != (end == '\n') {
			return fmt.Errorf("%d cells expected: %w", len(row.Cells), csvtext.ErrForm)
		}
		if len(c.Text) > 0 {
			row.Cells[i] = Cell{Kind: TextCell, Text: string(c.Text)}
		}
	}
	return nil
}
