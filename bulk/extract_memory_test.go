package bulk

import (
	"context"
	"encoding/json"
	"iter"
	"runtime"
	"testing"

	"github.com/community-attribute-service/cas-go/bulk/journal"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// forgetful is a service that keeps nothing of its requests.
type forgetful struct{}

func (forgetful) StreamBatch(_ context.Context, r cas.BatchExtractRequest, _ ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error] {
	return func(yield func(*cas.AttributeResponse, error) bool) {
		for _, g := range r.Geometries {
			if !yield(responseFor(positionOf(g.(json.RawMessage)), r.DatasetIDs), nil) {
				return
			}
		}
	}
}

// The memory of a run is its window, for an input of any size; a journal adds its index.
func TestExtractMemoryIsBounded(t *testing.T) {
	const few, many, indexBytes = 10_000, 100_000, 24
	live := func(n int, j *journal.Journal) uint64 {
		before, most, i := heap(), uint64(0), 0
		o := Options{DatasetIDs: dataset, Journal: j}
		for _, err := range Extract(t.Context(), forgetful{}, someFeatures(n), o) {
			require.NoError(t, err)
			if i++; i%(n/4) == 0 {
				most = max(most, growth(before))
			}
		}
		return most
	}
	require.Less(t, live(many, nil), live(few, nil)+4<<20, "without a journal")
	for range 2 { // a new run, and one that resumes
		path := journalPath(t)
		before := heap()
		j := openJournal1(t, path)
		live(many, j)
		require.Less(t, growth(before), uint64(many*indexBytes), "with a journal")
		require.NoError(t, j.Close())
	}
}

// heap returns the live bytes after a garbage collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// growth returns by how much heap has grown.
func growth(before uint64) uint64 {
	now := heap()
	return max(now, before) - before
}
