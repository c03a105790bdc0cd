package journal

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A feature has a record for each period, in this process and in the next, in whatever order they are read.
func TestRecordsOfPeriods(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	fingerprint := Fingerprint{DatasetIDs: []string{"p:x", "p:y", "p:s"}, Static: []string{"p:s"}, IDField: "id"}
	for i := range 20 {
		fingerprint.Periods = append(fingerprint.Periods, fmt.Sprintf("20%02d-01-01T00:00:00/20%02d-12-31T00:00:00", i, i))
	}
	periods := append([]string{""}, fingerprint.Periods...)
	j, err := Open(path, fingerprint)
	require.NoError(t, err)
	const n = 50
	var w Writer
	for p, period := range periods { // all in one write, a block and more for each period
		w.In(period)
		for i := range n {
			datasets := []string{"p:x"} // lacks p:y
			if period == "" {
				datasets = []string{"p:s"}
			}
			f := feature(i)
			var lacks error
			if period != "" {
				lacks = assert.AnError
			}
			w.Add(f.ID, HashGeometry(f.Geometry).In(period), responseFor(1000*p+i, datasets), lacks)
		}
	}
	_, err = j.Append(&w)
	require.NoError(t, err)
	check := func() {
		r := j.NewReader()
		for i := range n {
			f := feature(i)
			for p, period := range periods {
				number, found := j.Find(f.ID, HashGeometry(f.Geometry).In(period))
				require.True(t, found)
				assert.Equal(t, period == "", j.IsDone(number))
				e, err := r.Entry(number)
				require.NoError(t, err)
				assert.Equal(t, []string{f.ID, period}, []string{e.ID, e.Period})
				assert.Equal(t, fmt.Sprintf("%016x", 1000*p+i), e.Response.GeometryHash)
				if period == "" {
					assert.Empty(t, e.Missing)
				} else if assert.Len(t, e.Missing, 1) {
					assert.Equal(t, "p:y", e.Missing[0].DatasetID)
				}
			}
		}
		newest := 0
		for _, err := range j.Newest() {
			require.NoError(t, err)
			newest++
		}
		assert.Equal(t, n*len(periods), newest)
	}
	check()
	require.NoError(t, j.Close())
	j, err = Read(path)
	require.NoError(t, err)
	defer j.Close()
	check()
	assert.Equal(t, []int{n, n * 20, n * 21}, []int{j.State().Done, j.State().Failed, j.State().Records})
}

func TestPeriodsOfFingerprints(t *testing.T) {
	t.Parallel()
	old := Fingerprint{DatasetIDs: []string{"p:x", "p:s"}, Static: []string{"p:s"}, Periods: []string{"a/b", "c/d"}}
	same := Fingerprint{DatasetIDs: []string{"p:s", "p:x"}, Static: []string{"p:s"}, Periods: []string{"c/d", "a/b"}}
	assert.Empty(t, same.Changes(old))
	more := Fingerprint{DatasetIDs: []string{"p:x", "p:s", "p:z"}, Static: []string{"p:z", "p:s"}, Periods: []string{"a/b", "e/f", "c/d"}}
	assert.Empty(t, more.Conflicts(old))
	assert.Len(t, more.Changes(old), 2, "datasets, periods")
	assert.Len(t, old.Conflicts(more), 2)
	assert.Len(t, (Fingerprint{DatasetIDs: old.DatasetIDs}).Conflicts(old), 2, "no periods any more: they are gone, and nothing is asked for once")
	assert.Len(t, old.Conflicts(Fingerprint{DatasetIDs: old.DatasetIDs}), 2)
	each, once := more.Split()
	assert.Equal(t, [][]string{{"p:x"}, {"p:s", "p:z"}}, [][]string{each, once})
	each, once = Fingerprint{DatasetIDs: dataset}.Split()
	assert.Equal(t, [][]string{nil, dataset}, [][]string{each, once})
}
