// Package csvtext writes and reads the cells of the CSV in tables: RFC 4180, but with LF as line end.
package csvtext

import (
	"bufio"
	"errors"
	"io"
	"strings"
)

// Append appends a cell. It also quotes a cell with blanks at its ends, which some readers would drop.
func Append(b []byte, text string) []byte {
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

// isPlain reports whether a text needs no quotes. Most cells are short words, for which a loop over the bytes is fastest.
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

// ErrForm means that Append has not written the text.
var ErrForm = errors.New("not as this program writes CSV: was the file edited?")

// A Reader takes lines apart. encoding/csv would turn \r\n inside quotes into \n.
type Reader struct {
	In   *bufio.Reader
	Text []byte // of the last cell
}

// Cell reads one cell into Text and returns what ends it: a comma or a line end.
func (c *Reader) Cell() (end byte, err error) {
	c.Text = c.Text[:0]
	b, err := c.In.ReadByte()
	if err != nil {
		return 0, err
	}
	if b != '"' {
		for b != ',' && b != '\n' {
			c.Text = append(c.Text, b)
			if b, err = c.In.ReadByte(); err != nil {
				return 0, noEOF(err)
			}
		}
		return b, nil
	}
	for {
		if b, err = c.In.ReadByte(); err != nil {
			return 0, noEOF(err)
		}
		if b != '"' {
			c.Text = append(c.Text, b)
			continue
		}
		if b, err = c.In.ReadByte(); err != nil {
			return 0, noEOF(err)
		}
		switch b {
		case '"':
			c.Text = append(c.Text, b)
		case ',', '\n':
			return b, nil
		default:
			return 0, ErrForm
		}
	}
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
