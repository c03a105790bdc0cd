package table

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// ReadRows reads the table. Cells are JSON; null is [EmptyCell].
func (NDJSON) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	return newJSONReader(file, size, columns).rows()
}

// ReadRows reads the table. Cells are JSON; null is [EmptyCell].
func (JSON) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	j := newJSONReader(file, size, columns)
	if open, err := j.in.ReadToken(); err != nil || open.Kind() != '[' {
		return failedRows(errors.Join(errors.New("not an array"), noEOF(err)))
	}
	return j.rows()
}

type jsonReader struct {
	in      *jsontext.Decoder
	columns []Column
}

func newJSONReader(file io.ReaderAt, size int64, columns []Column) *jsonReader {
	// Duplicate names in properties are not this reader's business.
	in := jsontext.NewDecoder(io.NewSectionReader(file, 0, size), jsontext.AllowDuplicateNames(true))
	return &jsonReader{in: in, columns: columns}
}

func (j *jsonReader) rows() iter.Seq2[*Row, error] { return readRows(len(j.columns), j.next) }

func (j *jsonReader) next(row *Row) error {
	open, err := j.in.ReadToken()
	switch {
	case err != nil: // io.EOF: the last line was read
		return err
	case open.Kind() == ']':
		return io.EOF
	case open.Kind() != '{':
		return fmt.Errorf("not an object but %s", open)
	}
	for i, column := range j.columns {
		name, err := j.in.ReadToken()
		if err != nil {
			return noEOF(err)
		}
		if name.Kind() != '"' || name.String() != column.Name {
			return fmt.Errorf("member %d is %s, not %q", i+1, name, column.Name)
		}
		value, err := j.in.ReadValue()
		if err != nil {
			return noEOF(err)
		}
		if value.Kind() != 'n' {
			row.Cells[i] = Cell{Kind: JSONCell, JSON: []byte(value.Clone())}
		}
	}
	if end, err := j.in.ReadToken(); err != nil || end.Kind() != '}' {
		return errors.Join(fmt.Errorf("more than %d members", len(j.columns)), noEOF(err))
	}
	return nil
}
