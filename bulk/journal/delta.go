package journal

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// Responses resemble each other: the results of one dataset differ in their values and little else. A result is written as its difference
// from the result at the same position of the response before, with a bit for each member that differs.
//
//	response: request id, geometry hash, elapsed ms, warnings (list), results (list)
//	list:     its length plus one (varint) and its items; 0 is null
//	result:   the bits of the members that differ (varint), and those members
//	value:    its kind (1 byte), then nothing, the number, or the number of classes and each class's name and share
//	name:     its length plus one and its bytes; 0 is the name at the same position of the distribution before

// The bits of a result's members.
const (
	bitDatasetID = 1 << iota
	bitVariable
	bitValue
	bitUnits
	bitAggregation
	bitQuality
	bitCoverage
	bitPixels
	bitTimestamp
	bitProvider
	bitElapsed
	bitProvenance
	bitRange
)

// The kinds of a value.
const (
	nullValue = iota
	numberValue
	distributionValue
)

// A resultMemory holds what the result at one position of a response points to.
type resultMemory struct {
	time    cas.Timestamp
	bounds  cas.Range
	classes []cas.Class // of the last distribution
}

// A lastResult is the result at one position of the response before.
type lastResult struct {
	cas.AttributeResult // without Timestamp, ValidRange and distribution
	resultMemory
	hasTime, hasRange bool
}

// A deltaWriter writes the responses of a block.
type deltaWriter struct{ last []lastResult }

// begin begins a block: it drops the responses before.
func (w *deltaWriter) begin() {
	for i := range w.last {
		w.last[i] = lastResult{resultMemory: resultMemory{classes: w.last[i].classes[:0]}}
	}
}

func (w *deltaWriter) append(b []byte, r *cas.AttributeResponse) []byte {
	b = appendText(b, r.RequestID)
	b = appendText(b, r.GeometryHash)
	b = appendInt(b, r.ElapsedMS)
	b = appendLength(b, len(r.Warnings), r.Warnings == nil)
	for _, warning := range r.Warnings {
		b = appendText(b, warning)
	}
	b = appendLength(b, len(r.Results), r.Results == nil)
	for i := range r.Results {
		if i == len(w.last) {
			w.last = append(w.last, lastResult{})
		}
		b = w.last[i].append(b, &r.Results[i])
	}
	return b
}

// appendLength appends the length of a list plus one; 0 is a null list.
func appendLength(b []byte, n int, null bool) []byte {
	if null {
		return append(b, 0)
	}
	return binary.AppendUvarint(b, uint64(n)+1)
}

// append appends the members of r that differ from l, and sets l to r.
func (l *lastResult) append(b []byte, r *cas.AttributeResult) []byte {
	bits := l.differences(r)
	b = binary.AppendUvarint(b, bits)
	if bits&bitDatasetID != 0 {
		b = appendChanged(b, &l.DatasetID, r.DatasetID)
	}
	if bits&bitVariable != 0 {
		b = appendChanged(b, &l.Variable, r.Variable)
	}
	if bits&bitUnits != 0 {
		b = appendChanged(b, &l.Units, r.Units)
	}
	if bits&bitAggregation != 0 {
		b = appendChanged(b, &l.Aggregation, r.Aggregation)
	}
	if bits&bitQuality != 0 {
		b = appendChanged(b, &l.Quality, r.Quality)
	}
	if bits&bitProvider != 0 {
		b = appendChanged(b, &l.Provider, r.Provider)
	}
	if bits&bitProvenance != 0 {
		b = appendChanged(b, &l.Provenance, r.Provenance)
	}
	if bits&bitValue != 0 {
		b = l.appendValue(b, r.Value)
	}
	if bits&bitCoverage != 0 {
		b = appendFloat(b, r.CoverageFraction)
		l.CoverageFraction = r.CoverageFraction
	}
	if bits&bitPixels != 0 {
		b = appendInt(b, r.PixelCount)
		l.PixelCount = r.PixelCount
	}
	if bits&bitTimestamp != 0 {
		l.hasTime, l.time = r.Timestamp != nil, cas.Timestamp{}
		b = appendLength(b, 0, !l.hasTime)
		if l.hasTime {
			l.time = *r.Timestamp
			b = appendText(b, l.time.String())
		}
	}
	if bits&bitElapsed != 0 {
		b = appendInt(b, r.ElapsedMS)
		l.ElapsedMS = r.ElapsedMS
	}
	if bits&bitRange != 0 {
		l.hasRange, l.bounds = r.ValidRange != nil, cas.Range{}
		b = appendLength(b, 0, !l.hasRange)
		if l.hasRange {
			l.bounds = *r.ValidRange
			b = appendFloat(appendFloat(b, l.bounds[0]), l.bounds[1])
		}
	}
	return b
}

func appendChanged[S ~string](b []byte, was *S, is S) []byte {
	*was = is
	return appendText(b, string(is))
}

// differences returns the bits of the members of r that differ from l.
func (l *lastResult) differences(r *cas.AttributeResult) (bits uint64) {
	note := func(differs bool, bit uint64) {
		if differs {
			bits |= bit
		}
	}
	note(r.DatasetID != l.DatasetID, bitDatasetID)
	note(r.Variable != l.Variable, bitVariable)
	note(!l.hasValue(r.Value), bitValue)
	note(r.Units != l.Units, bitUnits)
	note(r.Aggregation != l.Aggregation, bitAggregation)
	note(r.Quality != l.Quality, bitQuality)
	note(!sameFloat(r.CoverageFraction, l.CoverageFraction), bitCoverage)
	note(r.PixelCount != l.PixelCount, bitPixels)
	note((r.Timestamp != nil) != l.hasTime || l.hasTime && *r.Timestamp != l.time, bitTimestamp)
	note(r.Provider != l.Provider, bitProvider)
	note(r.ElapsedMS != l.ElapsedMS, bitElapsed)
	note(r.Provenance != l.Provenance, bitProvenance)
	note((r.ValidRange != nil) != l.hasRange ||
		l.hasRange && !(sameFloat(r.ValidRange[0], l.bounds[0]) && sameFloat(r.ValidRange[1], l.bounds[1])), bitRange)
	return bits
}

// sameFloat compares bits: a NaN is itself, and -0 is not 0.
func sameFloat(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// hasValue reports whether v is the value before. Distributions are seldom the same; they are not compared.
func (l *lastResult) hasValue(v cas.Value) bool {
	if number, ok := v.Float64(); ok {
		before, ok := l.Value.Float64()
		return ok && sameFloat(number, before)
	}
	return v.IsNull() && l.Value.IsNull()
}

func (l *lastResult) appendValue(b []byte, v cas.Value) []byte {
	if v.IsNull() {
		l.Value = v
		return append(b, nullValue)
	}
	if number, ok := v.Float64(); ok {
		l.Value = v
		return appendFloat(append(b, numberValue), number)
	}
	l.Value = otherValue
	b = binary.AppendUvarint(append(b, distributionValue), uint64(v.NumClasses()))
	before := l.classes
	l.classes = l.classes[:0]
	for i := range v.NumClasses() {
		class := v.Class(i)
		if i < len(before) && before[i].Name == class.Name {
			b = append(b, 0)
		} else {
			b = appendLength(b, len(class.Name), false)
			b = append(b, class.Name...)
		}
		b = appendFloat(b, class.Fraction)
		l.classes = append(l.classes, class)
	}
	return b
}

// otherValue stands for a distribution: it is neither null nor a number.
var otherValue = cas.DistributionValue(nil)

// A deltaReader reads what a deltaWriter wrote, each response into the memory of the one before.
type deltaReader struct {
	response cas.AttributeResponse
	warnings []string
	results  []cas.AttributeResult // the last result at each position
	memories []resultMemory        // of the results
}

// begin begins a block: it drops the responses before.
func (d *deltaReader) begin() {
	clear(d.results)
	for i := range d.memories {
		d.memories[i].classes = d.memories[i].classes[:0]
	}
}

// next reads the next response. It is valid until the call after; its texts share the memory of the block.
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

// length reads the length of a list. An item takes at least a byte.
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

// read updates a result with the members that differ.
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
