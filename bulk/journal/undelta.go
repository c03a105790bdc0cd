package journal

import (
	"slices"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// A deltaReader reads what a deltaWriter wrote, one response after the other into the same memory.
type deltaReader struct {
	response cas.AttributeResponse
	warnings []string
	results  []cas.AttributeResult // at each position, the last
	memories []resultMemory        // of them
}

// A resultMemory is what a result points to.
type resultMemory struct {
	time    cas.Timestamp
	bounds  cas.Range
	classes []cas.Class
}

// begin forgets the responses before, where a block begins.
func (d *deltaReader) begin() {
	clear(d.results)
	for i := range d.memories {
		d.memories[i].classes = d.memories[i].classes[:0]
	}
}

// next reads the response that is due. It is good until the next one, which is read into it; texts are parts of the block's.
func (d *deltaReader) next(r *blockReader) *cas.AttributeResponse {
	d.response = cas.AttributeResponse{RequestID: r.string(), GeometryHash: r.string(), ElapsedMS: r.int()}
	if n, null := r.length(); !null {
		d.warnings = d.warnings[:0]
		for range n {
			d.warnings = append(d.warnings, r.string())
		}
		d.response.Warnings = notNil(d.warnings)
	}
	if n, null := r.length(); !null {
		for i := range n {
			if i == len(d.results) {
				d.results, d.memories = append(d.results, cas.AttributeResult{}), append(d.memories, resultMemory{})
			}
			d.memories[i].read(r, &d.results[i])
		}
		d.response.Results = notNil(d.results)[:n:n]
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
func (r *blockReader) length() (n int, null bool) {
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

// read reads in what a result differs from what it was before.
func (m *resultMemory) read(r *blockReader, result *cas.AttributeResult) {
	bits := r.uint()
	if r.wrong {
		return
	}
	if bits&bitDatasetID != 0 {
		result.DatasetID = r.string()
	}
	if bits&bitVariable != 0 {
		result.Variable = r.string()
	}
	if bits&bitUnits != 0 {
		result.Units = r.string()
	}
	if bits&bitAggregation != 0 {
		result.Aggregation = cas.AggregationMethod(r.string())
	}
	if bits&bitQuality != 0 {
		result.Quality = cas.QualityFlag(r.string())
	}
	if bits&bitProvider != 0 {
		result.Provider = r.string()
	}
	if bits&bitProvenance != 0 {
		result.Provenance = r.string()
	}
	if bits&bitValue != 0 {
		result.Value = m.readValue(r)
	}
	if bits&bitCoverage != 0 {
		result.CoverageFraction = r.float()
	}
	if bits&bitPixels != 0 {
		result.PixelCount = r.int()
	}
	if bits&bitTimestamp != 0 {
		result.Timestamp = m.readTime(r)
	}
	if bits&bitElapsed != 0 {
		result.ElapsedMS = r.int()
	}
	if bits&bitRange != 0 {
		result.ValidRange = m.readRange(r)
	}
}

func (m *resultMemory) readTime(r *blockReader) *cas.Timestamp {
	if _, null := r.length(); null {
		return nil
	}
	m.time = cas.Timestamp{}
	if text := r.string(); text != "" { // a Timestamp that is unset has no text
		var err error
		if m.time, err = wire.ParseTimestamp(text); err != nil {
			r.wrong = true
		}
	}
	return &m.time
}

func (m *resultMemory) readRange(r *blockReader) *cas.Range {
	if _, null := r.length(); null {
		return nil
	}
	m.bounds = cas.Range{r.float(), r.float()}
	return &m.bounds
}

func (m *resultMemory) readValue(r *blockReader) cas.Value {
	switch r.byte() {
	case nullValue:
		return cas.Value{}
	case numberValue:
		return cas.NumberValue(r.float())
	case distributionValue:
		before := m.classes
		n := r.count(1 + 8)
		m.classes = slices.Grow(m.classes[:0], n)
		for i := range n {
			var class cas.Class
			if length, same := r.length(); !same {
				class.Name = r.take(length)
			} else if i < len(before) {
				class.Name = before[i].Name
			}
			class.Fraction = r.float()
			m.classes = append(m.classes, class)
		}
		value, err := wire.ClassesValue(m.classes)
		if err != nil {
			r.wrong = true
		}
		return value
	default:
		r.wrong = true
		return cas.Value{}
	}
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
