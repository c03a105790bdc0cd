package cas

import (
	"slices"
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
func (r ExtractRequest) encode() (*requestBody, error) {
	return encode(func(b []byte) ([]byte, error) {
		b = slices.Grow(b, textLength(r.Geometry))
		b, err := appendGeometry(append(b, `{"geometry":`...), "geometry", r.Geometry)
		if err != nil {
			return b, err
		}
		return asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(b)
	})
}

// encode gives the body of a batch.
func (r BatchExtractRequest) encode() (*requestBody, error) {
	if n := len(r.Geometries); n > MaxBatchGeometries {
		return nil, invalid("geometries", "are %d, and a batch takes %d: package bulk splits any number", n, MaxBatchGeometries)
	}
	return encode(func(b []byte) ([]byte, error) {
		b = slices.Grow(b, textLength(r.Geometries...))
		b = append(b, `{"geometries":[`...)
		var err error
		for i, g := range r.Geometries {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendGeometry(b, "geometries", g); err == nil {
				continue
			}
			if _, named := appendGeometry(nil, "geometries["+strconv.Itoa(i)+"]", g); named != nil { // a name for each would be made in vain
				err = named
			}
			return b, err
		}
		return asked{r.DatasetIDs, r.Aggregation, r.TimeRange, r.TargetCRS}.append(append(b, ']'))
	})
}

// encode gives the body that build appends.
func encode(build func([]byte) ([]byte, error)) (body *requestBody, err error) {
	body = newRequestBody()
	if body.text, err = build(body.text); err != nil {
		body.release()
		return nil, err
	}
	body.built()
	return body, nil
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
		if b, err = appendText(b, "dataset_ids", i, id); err != nil {
			return b, err
		}
	}
	b = append(b, ']')
	if a.timeRange != nil {
		if b, err = appendTimeRange(b, a.timeRange); err != nil {
			return b, err
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
		if b, err = appendText(b, member.name, noIndex, member.text); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func appendTimeRange(b []byte, r TimeRangeLike) ([]byte, error) {
	if p, ok := r.(*TimeRange); ok && p == nil {
		return b, invalid("time_range", "is a nil *cas.TimeRange")
	}
	if p, ok := r.(*Dates); ok && p == nil {
		return b, invalid("time_range", "is a nil *cas.Dates")
	}
	start, end, err := r.period()
	if err != nil {
		return b, err
	}
	b = append(append(b, `,"time_range":{"start":"`...), start...) // what parses as a time needs no escapes
	b = append(append(b, `","end":"`...), end...)
	return append(b, `"}`...), nil
}

// noIndex is the index of what is not in a list.
const noIndex = -1

// appendText appends a JSON string; a text that is not UTF-8 would arrive as another one and is refused.
func appendText(b []byte, field string, index int, text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		if index != noIndex {
			field += "[" + strconv.Itoa(index) + "]"
		}
		return b, invalid(field, "%q is not valid UTF-8", text)
	}
	return jsontext.AppendQuote(b, text)
}
