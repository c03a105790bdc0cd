package table

import (
	"bufio"
	"fmt"
	"io"
	"iter"

	"github.com/community-attribute-service/cas-go/table/internal/csvtext"
)

// ReadRows reads the table. Cells are text; an empty cell is EmptyCell.
func (CSV) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	c := csvReader{&csvtext.Reader{In: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), pieceSize)}}
	var head Row
	head.Cells = make([]Cell, len(columns))
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

// next reads one line into the cells; io.EOF is the end of the table.
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

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
