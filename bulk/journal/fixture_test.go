package journal

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
)

var dataset = []string{"p:x"}

// A record is the outcome of a feature.
type record struct {
	feature  features.Feature
	response *cas.AttributeResponse
	err      error
}

func responseFor(position int, datasetIDs []string) *cas.AttributeResponse {
	r := &cas.AttributeResponse{RequestID: "285d971167bf", GeometryHash: fmt.Sprintf("%016x", position), Warnings: []string{}}
	for _, id := range datasetIDs {
		r.Results = append(r.Results, cas.AttributeResult{
			DatasetID: id, Variable: "x", Value: cas.NumberValue(float64(position) / 3), Units: "m",
			Aggregation: cas.AggregationMean, Quality: cas.QualityGood, CoverageFraction: 1, PixelCount: 9, Provider: "p",
		})
	}
	return r
}

func feature(position int) features.Feature {
	return features.Feature{
		ID: fmt.Sprintf("%05d", position), Index: position,
		Geometry: fmt.Appendf(nil, `{"type":"Point","coordinates":[%d.%03d,0]}`, position/1000, position%1000),
	}
}

func journalPath(t testing.TB) string { return filepath.Join(t.TempDir(), "attributes.csv.journal") }

func openJournal1(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(path, Fingerprint{DatasetIDs: dataset, IDField: "id"})
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}

// recordAll appends records as a run does, a block each.
func recordAll(t testing.TB, j *Journal, records ...record) {
	t.Helper()
	for _, r := range records {
		require.NoError(t, appendTo(j, r))
	}
}

// appendTo appends records in one block.
func appendTo(j *Journal, records ...record) error {
	w := new(Writer)
	for _, r := range records {
		w.Add(r.feature.ID, HashGeometry(r.feature.Geometry), r.response, r.err)
	}
	_, err := j.Append(w)
	return err
}

func lookup(t testing.TB, j *Journal, f features.Feature) (Entry, bool) {
	t.Helper()
	e, found, err := j.Lookup(f.ID, HashGeometry(f.Geometry))
	require.NoError(t, err)
	return e, found
}

// resume answers those of the first n features that have no answer yet, as a resumed run does, and counts them.
func resume(t testing.TB, j *Journal, n int) (asked int) {
	t.Helper()
	for i := range n {
		f := feature(i)
		if j.Done(f.ID, HashGeometry(f.Geometry)) {
			continue
		}
		asked++
		recordAll(t, j, record{feature: f, response: responseFor(i, dataset)})
	}
	for i := range n {
		e, found := lookup(t, j, feature(i))
		require.True(t, found)
		require.NoError(t, e.Err)
		require.Equal(t, spelt(responseFor(i, dataset)), spelt(e.Response))
	}
	return asked
}
