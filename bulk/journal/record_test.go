package journal

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/wire"
)

// drawResponse makes any possible response, often with results that resemble those of others.
func drawResponse(t *rapid.T) *cas.AttributeResponse {
	text := rapid.SampledFrom([]string{"", "m", "p:x", "p:y", "forêt", "\xff", "STAC COG: 1", "STAC COG: 2"})
	number := rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 0.1, 1e300, math.NaN(), math.Inf(1), -9999})
	result := rapid.Custom(func(t *rapid.T) cas.AttributeResult {
		r := cas.AttributeResult{
			DatasetID: text.Draw(t, "dataset"), Variable: text.Draw(t, "variable"), Units: text.Draw(t, "units"),
			Aggregation: cas.AggregationMethod(text.Draw(t, "aggregation")), Quality: cas.QualityFlag(text.Draw(t, "quality")),
			CoverageFraction: number.Draw(t, "coverage"), PixelCount: rapid.Int64().Draw(t, "pixels"), Provider: text.Draw(t, "provider"),
			ElapsedMS: rapid.Int64Range(-1, 3).Draw(t, "elapsed"), Provenance: text.Draw(t, "provenance"),
		}
		switch rapid.IntRange(0, 3).Draw(t, "value") {
		case 1:
			r.Value = cas.NumberValue(number.Draw(t, "number"))
		case 2:
			r.Value = cas.DistributionValue(rapid.MapOfN(text, number, 0, 4).Draw(t, "shares"))
		}
		switch rapid.IntRange(0, 2).Draw(t, "time") {
		case 1:
			r.Timestamp = new(cas.Timestamp)
		case 2:
			stamp := wire.NewTimestamp(time.Unix(rapid.Int64Range(0, 2).Draw(t, "seconds"), 0).UTC())
			r.Timestamp = &stamp
		}
		if rapid.Bool().Draw(t, "range") {
			r.ValidRange = &cas.Range{number.Draw(t, "least"), number.Draw(t, "most")}
		}
		return r
	})
	r := &cas.AttributeResponse{RequestID: text.Draw(t, "id"), GeometryHash: text.Draw(t, "hash"), ElapsedMS: rapid.Int64().Draw(t, "ms")}
	if rapid.Bool().Draw(t, "has results") {
		r.Results = rapid.SliceOfN(result, 0, 4).Draw(t, "results")
	}
	if rapid.Bool().Draw(t, "has warnings") {
		r.Warnings = rapid.SliceOfN(text, 0, 2).Draw(t, "warnings")
	}
	return r
}

// spelt spells a response in full, and tells NaNs and nils apart.
func spelt(r *cas.AttributeResponse) string {
	text := fmt.Sprintf("%q %q %v %#v %v", r.RequestID, r.GeometryHash, r.ElapsedMS, r.Warnings, r.Results == nil)
	for _, result := range r.Results {
		text += fmt.Sprintf("\n%q %q %q %q %q %q %q %v %v %x %v", result.DatasetID, result.Variable, result.Units, result.Aggregation, result.Quality,
			result.Provider, result.Provenance, result.PixelCount, result.ElapsedMS, math.Float64bits(result.CoverageFraction), result.Value)
		if number, ok := result.Value.Float64(); ok {
			text += fmt.Sprintf(" %x", math.Float64bits(number))
		}
		if result.Timestamp != nil {
			text += fmt.Sprintf(" at %q", result.Timestamp)
		}
		if result.ValidRange != nil {
			text += fmt.Sprintf(" in %x %x", math.Float64bits(result.ValidRange[0]), math.Float64bits(result.ValidRange[1]))
		}
	}
	return text
}

// Records are read as they were written, in any order, after any other records of their block.
func TestRecordsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		outcomes := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) record {
			o := record{feature: features.Feature{ID: rapid.String().Draw(rt, "id"), Geometry: []byte(rapid.String().Draw(rt, "geometry"))}}
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0:
				o.err = &preflight.Error{Code: preflight.ShortRing, Message: rapid.String().Draw(rt, "message")}
			case 1:
				o.err = errors.New(rapid.String().Draw(rt, "message"))
			case 2:
				o.response = drawResponse(rt)
				if len(cas.Missing(o.response, dataset)) > 0 {
					o.err = errors.New("lacks datasets")
				}
			default:
				o.response = drawResponse(rt)
			}
			return o
		}), 1, 20).Draw(rt, "outcomes")
		j, err := Open(journalPath(t), Fingerprint{DatasetIDs: dataset, IDField: "id"})
		require.NoError(rt, err)
		defer j.Close()
		w := new(Writer)
		for i := range outcomes {
			w.Add(outcomes[i].feature.ID, HashGeometry(outcomes[i].feature.Geometry), outcomes[i].response, outcomes[i].err)
		}
		numbers, err := j.Append(w)
		require.NoError(rt, err)
		order := rapid.Permutation(numbers).Draw(rt, "order")
		for _, n := range append(numbers, order...) {
			want := outcomes[n]
			got, err := j.Entry(n)
			require.NoError(rt, err)
			require.Equal(rt, want.feature.ID, got.ID)
			require.Equal(rt, want.response == nil, got.Response == nil)
			if want.response == nil {
				require.Equal(rt, want.err, got.Err)
				continue
			}
			require.NoError(rt, got.Err)
			var missing []cas.DatasetFailure
			if want.err != nil {
				missing = cas.Missing(want.response, dataset)
			}
			require.Equal(rt, missing, got.Missing)
			require.Equal(rt, spelt(want.response), spelt(got.Response))
		}
	})
}

// Blocks are neither too large nor too many, and a record may be larger than one.
func TestRecordsFillBlocks(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	j := openJournal1(t, path)
	var outcomes []record
	for i := range 40_000 { // more than a place has bits for in one block
		outcomes = append(outcomes, record{feature: features.Feature{ID: fmt.Sprint(i)}, err: errors.New("")})
	}
	huge := responseFor(1, dataset)
	huge.Warnings = []string{string(make([]byte, 3*fullBlock))}
	outcomes = append(outcomes, record{feature: feature(1), response: huge}, record{feature: feature(2), response: responseFor(2, dataset)})
	require.NoError(t, appendTo(j, outcomes...))
	for _, i := range []int{0, 32_767, 32_768, 39_999, 40_000, 40_001} {
		got, found := lookup(t, j, outcomes[i].feature)
		require.True(t, found, i)
		assert.Equal(t, outcomes[i].feature.ID, got.ID)
	}
	got, _ := lookup(t, j, feature(1))
	assert.Equal(t, spelt(huge), spelt(got.Response))
	require.NoError(t, j.Close())
	state, err := Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 40_000, 40_002, 0}, []int{state.Done, state.Failed, state.Records, state.Damaged})
}

// FuzzRecords reads any bytes as a block, with an error or without, but never past their end.
func FuzzRecords(f *testing.F) {
	w := new(Writer)
	for i, o := range []record{
		{feature: feature(1), response: responseFor(1, []string{"p:x", "p:y"})},
		{feature: feature(2), response: responseFor(2, []string{"p:x"})},
		{feature: feature(3), err: &preflight.Error{Code: preflight.ShortRing, Message: "short"}},
	} {
		w.Add(o.feature.ID, HashGeometry(o.feature.Geometry), o.response, o.err)
		records := append([]byte{byte(i + 1)}, append(w.front, w.bodies...)...)
		f.Add(append([]byte{recordsBlock}, records...))
		f.Add(append(appendText([]byte{periodBlock}, "2020-01-01T00:00:00/2020-01-31T00:00:00"), records...))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) == 0 {
			return // no block is empty
		}
		var b openBlock
		b.reader, b.period = readBlock(content)
		b.heads = b.reader.heads(nil)
		for _, head := range b.heads {
			if response, _ := b.body(head.flags); response != nil && b.reader.err() == nil {
				_ = spelt(keep(response))
			}
		}
		require.LessOrEqual(t, b.reader.pos, len(content))
	})
}
