package table

import (
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

// many returns a source that makes n features with a number for each dataset while it is read.
func many(n int, datasets []string) Source {
	return func() iter.Seq2[bulk.Outcome, error] {
		return func(yield func(bulk.Outcome, error) bool) {
			results := make([]cas.AttributeResult, len(datasets))
			for d, id := range datasets {
				results[d] = number(id, 0)
			}
			response := &cas.AttributeResponse{Results: results}
			for i := range n {
				for d := range results {
					results[d].Value = cas.NumberValue(float64(i*len(results)+d) / 7)
				}
				if !yield(bulk.Outcome{Feature: features.Feature{ID: fmt.Sprint(7_120_000_000 + i), Index: i}, Response: response}, nil) {
					return
				}
			}
		}
	}
}

func datasetsOf(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("provider:dataset_%d", i)
	}
	return ids
}

// TestMemoryDoesNotGrowWithFeatures measures the heap in the middle of a large table.
func TestMemoryDoesNotGrowWithFeatures(t *testing.T) {
	const n = 100_000
	datasets := datasetsOf(10)
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live()
	var most uint64
	passes := 0
	source := func() iter.Seq2[bulk.Outcome, error] {
		passes++
		return func(yield func(bulk.Outcome, error) bool) {
			for o, err := range many(n, datasets)() {
				if o.Feature.Index%(n/4) == n/8 {
					most = max(most, live())
				}
				if !yield(o, err) {
					return
				}
			}
		}
	}
	plan, err := PlanColumns(datasets, "", nil, nil)
	require.NoError(t, err)
	s, err := Write(t.Context(), source, Options{
		Path: filepath.Join(t.TempDir(), "a.csv"), Format: CSV{}, Plan: plan,
		Parameters: journal.Fingerprint{DatasetIDs: datasets},
	})
	require.NoError(t, err)
	assert.Equal(t, n, s.Features)
	assert.Equal(t, 2, passes)
	assert.Less(t, int64(most)-int64(before), int64(4<<20))
}

// BenchmarkRows measures one row of ten datasets in a pass that writes.
func BenchmarkRows(b *testing.B) {
	datasets := datasetsOf(10)
	plan, err := PlanColumns(datasets, "", nil, nil)
	require.NoError(b, err)
	l := plan.layOut(plan.nothingFound())
	for _, f := range []Format{CSV{}, NDJSON{}} {
		b.Run(f.Name(), func(b *testing.B) {
			b.ReportAllocs()
			require.NoError(b, writeRows(b.Context(), io.Discard, many(b.N, datasets), Options{Format: f, Plan: plan}, l, &Summary{Counts: Counts{Features: b.N}}))
		})
	}
}

// BenchmarkSurvey measures one feature of ten datasets in the survey.
func BenchmarkSurvey(b *testing.B) {
	datasets := datasetsOf(10)
	plan, err := PlanColumns(datasets, "", nil, nil)
	require.NoError(b, err)
	b.ReportAllocs()
	_, _, err = surveyOutcomes(b.Context(), many(b.N, datasets), plan, "", newFailureWriter(io.Discard, plan, nil), &rowsWriter{misfit: true})
	require.NoError(b, err)
}
