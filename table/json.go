package table

import (
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/wire"
)

// NDJSON is the [Format] with one JSON object on each line for each row. Its members are the columns, in their order. Ids and text are
// strings, numbers are numbers, a cell without a value is null, and kept properties are as in the input.
type NDJSON struct{}

// Name returns ndjson.
func (NDJSON) Name() string { return "ndjson" }

// NewWriter writes nothing yet.
func (NDJSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	return newJSONWriter(w, columns, "", "\n", ""), nil
}

// JSON is the [Format] of one array with the objects of NDJSON, one on each line.
type JSON struct{}

// Name returns json.
func (JSON) Name() string { return "json" }

// NewWriter begins the array.
func (JSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	return newJSONWriter(w, columns, "[\n", ",\n", "]\n"), nil
}

// GeoJSON is the [Format] of a FeatureCollection with one feature on each line. The properties are the objects of NDJSON; the
// geometries are those of the input, with the numbers as written. A geometry is null if [Row.Geometry] has none. The id is a property,
// because QGIS and GeoPandas do not show a feature's own id.
type GeoJSON struct{}

// Name returns geojson.
func (GeoJSON) Name() string { return "geojson" }

// HasGeometries returns true.
func (GeoJSON) HasGeometries() bool { return true }

// NewWriter begins the collection.
func (GeoJSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	j := newJSONWriter(w, columns, geoStart+"\n", ",\n", "]}\n")
	j.geo = true
	return j, nil
}

// The text before the features, and around the properties of each.
const (
	geoStart    = `{"type":"FeatureCollection","features":[`
	geoFeature  = `{"type":"Feature","properties":`
	geoGeometry = `,"geometry":`
)

type jsonWriter struct {
	lines
	geo     bool     // rows are features
	names   [][]byte // text before each value: a comma, the name, a colon
	between string   // two rows
	end     string   // of the file
	begun   bool     // a row was written
}

func newJSONWriter(w io.Writer, columns []Column, start, between, end string) *jsonWriter {
	j := &jsonWriter{lines: newLines(w), between: between, end: end}
	j.buf = append(j.buf, start...)
	for i, column := range columns {
		var name []byte
		if i > 0 {
			name = append(name, ',')
		}
		j.names = append(j.names, append(appendText(name, column.Name), ':'))
	}
	return j
}

func (j *jsonWriter) WriteRow(r *Row) error {
	b := j.buf
	if j.begun {
		b = append(b, j.between...)
	}
	j.begun = true
	if j.geo {
		b = append(b, geoFeature...)
	}
	b = append(b, '{')
	for i := range r.Cells {
		b = append(b, j.names[i]...)
		switch cell := &r.Cells[i]; cell.Kind {
		case NumberCell:
			b = wire.AppendFloat(b, cell.Number)
		case TextCell:
			b = appendText(b, cell.Text)
		case JSONCell:
			b = append(b, cell.JSON...)
		case EmptyCell:
			b = append(b, "null"...)
		}
	}
	b = append(b, '}')
	if j.geo {
		geometry, err := inOneLine(r.Geometry())
		if err != nil {
			return fmt.Errorf("geometry: %w", err)
		}
		if len(geometry) == 0 {
			geometry = []byte("null")
		}
		b = append(append(append(b, geoGeometry...), geometry...), '}')
	}
	j.buf = b
	return j.commit()
}

func (j *jsonWriter) Close() error {
	if j.begun {
		j.buf = append(j.buf, '\n')
	}
	j.buf = append(j.buf, j.end...)
	return j.flush()
}

// appendText appends a JSON string. Its only error is text that is not UTF-8, whose bytes become U+FFFD.
func appendText(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text)
	return b
}

// ReadRows reads the table. Cells are JSON; null is [EmptyCell].
func (NDJSON) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	return newJSONReader(file, size, columns).rows()
}

// ReadRows reads the table. Cells are JSON; null is [EmptyCell].
func (JSON) ReadRows(file io.ReaderAt, size int64, columns []Column) iter.Seq2[*Row, error] {
	j := newJSONReader(file, size, columns)
	if err := j.bracket('[', "not an array"); err != nil {
		return failedRows(err)
	}
	return j.rows()
}

// ReadRows reads the table. Cells are JSON; null is [EmptyCell]. A geometry that is null is nil.
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
	in := jsontext.NewDecoder(io.NewSectionReader(file, 0, size), jsontext.AllowDuplicateNames(true)) // kept properties may have some
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
			if err := j.bracket('}', "more than features"); err != nil {
				return err
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

// feature reads the rest of a feature whose bracket was read.
func (j *jsonReader) feature(row *Row) error {
	if err := j.expect("type", "Feature", "properties"); err != nil {
		return err
	}
	if err := j.bracket('{', "properties that are no object"); err != nil {
		return err
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
	return j.bracket('}', "a feature with other members")
}

// bracket reads a bracket; otherwise is the error if there is something else.
func (j *jsonReader) bracket(want jsontext.Kind, otherwise string, args ...any) error {
	if token, err := j.in.ReadToken(); err != nil || token.Kind() != want {
		return errors.Join(fmt.Errorf(otherwise, args...), noEOF(err))
	}
	return nil
}

// expect reads these strings.
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

// object reads the rest of an object whose bracket was read into the cells.
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
	return j.bracket('}', "more than %d members", len(j.columns))
}
