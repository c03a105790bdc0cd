package bulk

import (
	"math"
	"slices"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// A deltaReader reads what a deltaWriter wrote, one response after the other into the same memory.
type deltaReader struct {
	response cas.AttributeResponse
	warnings []string
	results  []cas.AttributeResult
	last     []lastResult
}

// begin forgets the responses before, where a block begins.
func (d *deltaReader) begin() { forget(d.last) }

// next reads the response that is due. It is good until the next one; texts are parts of the block's.
func (d *deltaReader) next(r *recordReader) *cas.AttributeResponse {
	d.response = cas.AttributeResponse{RequestID: r.string(), GeometryHash: r.string(), ElapsedMS: r.int()}
	if n, null := r.length(); !null {
		d.warnings = d.warnings[:0]
		for range n {
			d.warnings = append(d.warnings, r.string())
		}
		d.response.Warnings = notNil(d.warnings)
	}
	if n, null := r.length(); !null {
		d.results = slices.Grow(d.results[:0], n)
		for i := range n {
			if i == len(d.last) {
				d.last = append(d.last, lastResult{})
			}
			d.last[i].read(r)
			d.results = append(d.results, d.last[i].result())
		}
		d.response.Results = notNil(d.results)
	}
	return &d.response
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// length reads the length of a list whose items take a byte at least.
func (r *recordReader) length() (n int, null bool) {
	switch m := r.uint(); {
	case m == 0:
		return 0, true
	case m-1 > uint64(len(r.text)-r.pos):
		r.wrong = true
		return 0, true
	default:
		return int(m - 1), false
	}
}

// read reads in what the result differs, and becomes it.
func (l *lastResult) read(r *recordReader) {
	bits := r.uint()
	if r.wrong {
		return
	}
	if bits&bitDatasetID != 0 {
		l.DatasetID = r.string()
	}
	if bits&bitVariable != 0 {
		l.Variable = r.string()
	}
	if bits&bitUnits != 0 {
		l.Units = r.string()
	}
	if bits&bitAggregation != 0 {
		l.Aggregation = cas.AggregationMethod(r.string())
	}
	if bits&bitQuality != 0 {
		l.Quality = cas.QualityFlag(r.string())
	}
	if bits&bitProvider != 0 {
		l.Provider = r.string()
	}
	if bits&bitProvenance != 0 {
		l.Provenance = r.string()
	}
	if bits&bitValue != 0 {
		l.readValue(r)
	}
	if bits&bitCoverage != 0 {
		l.CoverageFraction = r.float()
	}
	if bits&bitPixels != 0 {
		l.PixelCount = r.int()
	}
	if bits&bitTimestamp != 0 {
		l.readTime(r)
	}
	if bits&bitElapsed != 0 {
		l.ElapsedMS = r.int()
	}
	if bits&bitRange != 0 {
		if _, null := r.length(); !null {
			l.hasRange, l.bounds = true, cas.Range{r.float(), r.float()}
		} else {
			l.hasRange = false
		}
	}
}

func (l *lastResult) readTime(r *recordReader) {
	l.hasTime, l.time = false, cas.Timestamp{}
	_, null := r.length()
	if null {
		return
	}
	text := r.string()
	l.hasTime = true
	if text == "" { // what json v2 makes of "timestamp": a Timestamp that is unset
		return
	}
	var err error
	if l.time, err = wire.ParseTimestamp(text); err != nil {
		r.wrong = true
	}
}

func (l *lastResult) readValue(r *recordReader) {
	switch r.byte() {
	case nullValue:
		l.Value = cas.Value{}
	case numberValue:
		number := r.float()
		l.Value = cas.NumberValue(number)
		r.wrong = r.wrong || l.Value.IsNull() && !math.IsNaN(number) && !math.IsInf(number, 0)
	case distributionValue:
		before := l.classes
		n := r.count(1 + 8)
		classes := slices.Grow(l.classes[:0], n)
		for i := range n {
			var class cas.Class
			if length, same := r.length(); !same {
				class.Name = r.take(length)
			} else if i < len(before) {
				class.Name = before[i].Name
			}
			class.Fraction = r.float()
			classes = append(classes, class)
		}
		l.classes = classes
		var err error
		if l.Value, err = wire.ClassesValue(classes); err != nil {
			r.wrong = true
		}
	default:
		r.wrong = true
	}
}

// result is the result, which points into l.
func (l *lastResult) result() cas.AttributeResult {
	result := l.AttributeResult
	result.Timestamp, result.ValidRange = nil, nil
	if l.hasTime {
		result.Timestamp = &l.time
	}
	if l.hasRange {
		result.ValidRange = &l.bounds
	}
	return result
}

// keep copies a response that is good until the next one, so that it can be kept.
func keep(r *cas.AttributeResponse) *cas.AttributeResponse {
	own := *r
	own.Warnings = slices.Clone(r.Warnings)
	own.Results = slices.Clone(r.Results)
	for i := range own.Results {
		result := &own.Results[i]
		if result.Timestamp != nil {
			stamp := *result.Timestamp
			result.Timestamp = &stamp
		}
		if result.ValidRange != nil {
			bounds := *result.ValidRange
			result.ValidRange = &bounds
		}
		if n := result.Value.NumClasses(); n > 0 {
			result.Value, _ = wire.ClassesValue(result.Value.Classes())
		}
	}
	return &own
}
