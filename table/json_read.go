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

// ReadRows reads the table. Cells are JSON; null is [EmptyCell], and no geometry.
func (GeoJSON) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	j := newJSONReader(file, size, columns)
	start := make([]byte, len(geoStart))
	if _, err := file.ReadAt(start, 0); err != nil || string(start) != geoStart {
		return failedRows(errors.Join(errors.New("not a collection as this program writes it: was the file edited?"), noEOF(err)))
	}
	for range 5 { // the tokens of geoStart
		if _, err := j.in.ReadToken(); err != nil {
			return failedRows(noEOF(err))
		}
	}
	j.geo = true
	return j.rows()
}

type jsonReader struct {
	geo     bool // rows are features
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
		if j.geo {
			if end, err := j.in.ReadToken(); err != nil || end.Kind() != '}' {
				return errors.Join(errors.New("more than features"), noEOF(err))
			}
		}
		return io.EOF
	case open.Kind() != '{':
		return fmt.Errorf("not an object but %s", open)
	case j.geo:
		return j.feature(row)
	}
	return j.object(row)
}

// feature reads the feature that has begun.
func (j *jsonReader) feature(row *Row) error {
	if err := j.expect("type", "Feature", "properties"); err != nil {
		return err
	}
	if open, err := j.in.ReadToken(); err != nil || open.Kind() != '{' {
		return errors.Join(errors.New("properties that are no object"), noEOF(err))
	}
	if err := j.object(row); err != nil {
		return err
	}
	if err := j.expect("geometry"); err != nil {
		return err
	}
	geometry, err := j.in.ReadValue()
	if err != nil {
		return noEOF(err)
	}
	row.Feature.Geometry = nil
	if geometry.Kind() != 'n' {
		row.Feature.Geometry = []byte(geometry.Clone())
	}
	if end, err := j.in.ReadToken(); err != nil || end.Kind() != '}' {
		return errors.Join(errors.New("a feature with other members"), noEOF(err))
	}
	return nil
}

// expect reads strings.
func (j *jsonReader) expect(texts ...string) error {
	for _, text := range texts {
		token, err := j.in.ReadToken()
		if err != nil {
			return noEOF(err)
		}
		if token.Kind() != '"' || token.String() != text {
			return fmt.Errorf("%s, not %q", token, text)
		}
	}
	return nil
}

// object reads the object that has begun into the cells.
func (j *jsonReader) object(row *Row) error {
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
