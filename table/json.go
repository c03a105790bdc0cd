package table

import (
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// NDJSON is the [Format] with one JSON object on each line for each row. Its members are the columns, in their order. Ids and text are
// strings, numbers are numbers, a cell without a value is null, and kept properties are as in the input.
type NDJSON struct{}

// Name is ndjson.
func (NDJSON) Name() string { return "ndjson" }

// NewWriter writes nothing yet.
func (NDJSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	return newJSONWriter(w, columns, "", "\n", "\n", ""), nil
}

// JSON is the [Format] of one array with the objects of NDJSON, one on each line.
type JSON struct{}

// Name is json.
func (JSON) Name() string { return "json" }

// NewWriter begins the array.
func (JSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	return newJSONWriter(w, columns, "[\n", ",\n", "\n", "]\n"), nil
}

// GeoJSON is the [Format] of a FeatureCollection with one feature on each line. The properties are the objects of NDJSON; the
// geometries are those of the input, with the numbers as written. A geometry is null if [Row.Geometry] has none. The id is a property,
// because QGIS and GeoPandas do not show a feature's own id.
type GeoJSON struct{}

// Name is geojson.
func (GeoJSON) Name() string { return "geojson" }

// HasGeometries is true.
func (GeoJSON) HasGeometries() bool { return true }

// NewWriter begins the collection.
func (GeoJSON) NewWriter(w io.Writer, columns []Column) (RowWriter, error) {
	j := newJSONWriter(w, columns, geoStart+"\n", ",\n", "\n", "]}\n")
	j.geo = true
	return j, nil
}

// What stands before the features, and around the properties of each.
const (
	geoStart    = `{"type":"FeatureCollection","features":[`
	geoFeature  = `{"type":"Feature","properties":`
	geoGeometry = `,"geometry":`
)

type jsonWriter struct {
	lines
	geo            bool     // rows are features
	names          [][]byte // what stands before each value: the comma, the name, the colon
	between        string   // two rows
	lastEnd, close string
	rows           bool
}

func newJSONWriter(w io.Writer, columns []Column, open, between, lastEnd, end string) *jsonWriter {
	j := &jsonWriter{lines: lines{w: w, buf: make([]byte, 0, pieceSize+pieceSize/8)}, between: between, lastEnd: lastEnd, close: end}
	j.buf = append(j.buf, open...)
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
	if j.rows {
		b = append(b, j.between...)
	}
	j.rows = true
	if j.geo {
		b = append(b, geoFeature...)
	}
	b = append(b, '{')
	for i := range r.Cells {
		b = append(b, j.names[i]...)
		switch cell := &r.Cells[i]; cell.Kind {
		case NumberCell:
			b = appendNumber(b, cell.Number)
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
	if j.rows {
		j.buf = append(j.buf, j.lastEnd...)
	}
	j.buf = append(j.buf, j.close...)
	return j.flush()
}

// appendText appends a JSON string. Its only error is text that is no UTF-8, whose bytes become U+FFFD.
func appendText(b []byte, text string) []byte {
	b, _ = jsontext.AppendQuote(b, text)
	return b
}
