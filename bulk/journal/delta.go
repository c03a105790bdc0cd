package journal

import (
	"encoding/binary"
	"math"

	"github.com/community-attribute-service/cas-go/cas"
)

// Responses resemble one another: the results of one dataset differ in their values and little else. A response is written as what is
// other than in the response before it in its block, result by result at the same position, a bit for each member.
//
//	response: request id, geometry hash, elapsed ms, warnings, number of results (0 is null, as with every list; one more than there are), results
//	result:   a bit for each member that differs (varint), and those members
//	value:    its kind (1 byte), then nothing, the number, or the number of classes and each class's name and share
//	name:     0 for the one at the same position in the distribution before, or its length and one more, and its bytes

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

// A lastResult is the result at one position in the response before, with what it pointed to.
type lastResult struct {
	cas.AttributeResult // but for its Timestamp and ValidRange, which are those below
	hasTime, hasRange   bool
	time                cas.Timestamp
	bounds              cas.Range
	classes             []cas.Class // of the last distribution
}

// A deltaWriter writes responses.
type deltaWriter struct{ last []lastResult }

// begin forgets the responses before, where a block begins.
func (w *deltaWriter) begin() {
	for i := range w.last {
		w.last[i] = lastResult{classes: w.last[i].classes[:0]}
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

// appendLength appends the length of a list, one more than there are items, for 0 is a list that is null.
func appendLength(b []byte, n int, null bool) []byte {
	if null {
		return append(b, 0)
	}
	return binary.AppendUvarint(b, uint64(n)+1)
}

// append appends in what a result differs, and becomes that result.
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

// differences has the bits of the members in which a result differs.
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

// hasValue reports that the value is the one before. Distributions are seldom the same and not compared.
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

// otherValue stands for a distribution: neither null nor a number.
var otherValue = cas.DistributionValue(nil)
