package table

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
)

var errCSV = errors.New("not as this program writes CSV: was the file edited?")

// ReadRows reads the table. Cells are text; one that is empty is [EmptyCell].
func (CSV) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	c := csvReader{in: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), pieceSize)}
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

// csvReader takes lines apart. encoding/csv would make \n of \r\n inside quotes.
type csvReader struct {
	in   *bufio.Reader
	text []byte // of the cell
}

// next reads one line into the cells; io.EOF is the end of the table.
func (c *csvReader) next(row *Row) error {
	for i := range row.Cells {
		end, err := c.cell()
		if err == io.EOF && i == 0 && len(c.text) == 0 {
			return io.EOF
		}
		if err != nil {
			return noEOF(err)
		}
		if last := i == len(row.Cells)-1; last != (end == '\n') {
			return fmt.Errorf("%d cells expected: %w", len(row.Cells), errCSV)
		}
		if len(c.text) > 0 {
			row.Cells[i] = Cell{Kind: TextCell, Text: string(c.text)}
		}
	}
	return nil
}

// cell reads one cell into text, and what ends it: a comma or a line end.
func (c *csvReader) cell() (end byte, err error) {
	c.text = c.text[:0]
	b, err := c.in.ReadByte()
	if err != nil {
		return 0, err
	}
	if b != '"' {
		for b != ',' && b != '\n' {
			c.text = append(c.text, b)
			if b, err = c.in.ReadByte(); err != nil {
				return 0, noEOF(err)
			}
		}
		return b, nil
	}
	for {
		if b, err = c.in.ReadByte(); err != nil {
			return 0, noEOF(err)
		}
		if b != '"' {
			c.text = append(c.text, b)
			continue
		}
		if b, err = c.in.ReadByte(); err != nil {
			return 0, noEOF(err)
		}
		switch b {
		case '"':
			c.text = append(c.text, b)
		case ',', '\n':
			return b, nil
		default:
			return 0, errCSV
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
