package cas

import (
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// asked is what an extraction and a batch have in common.
type asked struct {
	datasetIDs  []string
	aggregation AggregationMethod
	timeRange   TimeRangeLike
	targetCRS   string
}

// encode gives the body of an extraction: its geometry's text as it came, then the rest.
func (r ExtractRequest) encode() ([]byte, error) {
	geometry, err := geometryText("geometry", r.Geometry)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, len(geometry)+256)
	b = append(append(b, `{"geometry":`...), geometry...)
	return asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(b)
}

// encode gives the body of a batch.
func (r BatchExtractRequest) encode() ([]byte, error) {
	if n := len(r.Geometries); n > MaxBatchGeometries {
		return nil, invalid("geometries", "are %d, and a batch takes %d: package bulk splits any number", n, MaxBatchGeometries)
	}
	b := append(make([]byte, 0, 64*len(r.Geometries)+256), `{"geometries":[`...)
	for i, g := range r.Geometries {
		geometry, err := geometryText("geometries["+strconv.Itoa(i)+"]", g)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, geometry...)
	}
	return asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(append(b, ']'))
}

// append finishes the object that b has begun. Empty members are left out, which gives the service's defaults; only dataset_ids
// are always sent, for the service to judge.
func (a asked) append(b []byte) ([]byte, error) {
	b = append(b, `,"dataset_ids":[`...)
	var err error
	for i, id := range a.datasetIDs {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = appendText(b, "dataset_ids["+strconv.Itoa(i)+"]", id); err != nil {
			return nil, err
		}
	}
	b = append(b, ']')
	if a.timeRange != nil {
		if b, err = appendTimeRange(b, a.timeRange); err != nil {
			return nil, err
		}
	}
	for _, member := range []struct{ name, text string }{
		{"aggregation", string(a.aggregation)},
		{"target_crs", a.targetCRS},
	} {
		if member.text == "" {
			continue
		}
		b = append(append(append(b, `,"`...), member.name...), `":`...)
		if b, err = appendText(b, member.name, member.text); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendTimeRange(b []byte, r TimeRangeLike) ([]byte, error) {
	if p, ok := r.(*TimeRange); ok && p == nil {
		return nil, invalid("time_range", "is a nil *cas.TimeRange")
	}
	if p, ok := r.(*Dates); ok && p == nil {
		return nil, invalid("time_range", "is a nil *cas.Dates")
	}
	start, end, err := r.period()
	if err != nil {
		return nil, err
	}
	b = append(append(b, `,"time_range":{"start":"`...), start...) // what parses as a time needs no escapes
	b = append(append(b, `","end":"`...), end...)
	return append(b, `"}`...), nil
}

// appendText appends a JSON string; a text that is not UTF-8 would arrive as another one and is refused.
func appendText(b []byte, field, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return nil, invalid(field, "%q is not valid UTF-8", text)
	}
	return jsontext.AppendQuote(b, text)
}
