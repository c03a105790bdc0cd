package bulk

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk/journal"
)

// What an earlier run recorded is there without a service, in the order of the input or all that there is.
func TestRecordedNeedsNoService(t *testing.T) {
	t.Parallel()
	kinds := make([]poison, 60)
	kinds[7], kinds[20], kinds[50] = crashes, missesDataset, refusedIn200
	path := journalPath(t)
	j := openJournal1(t, path)
	_, err := Record(t.Context(), poisonous(kinds), poisonedFeatures(kinds), Options{DatasetIDs: dataset, Journal: j, BatchSize: 7})
	require.NoError(t, err)
	want, err := collect(Extract(t.Context(), poisonous(kinds), poisonedFeatures(kinds), Options{DatasetIDs: dataset}))
	require.NoError(t, err)
	require.NoError(t, j.Close())

	read, err := journal.Read(path)
	require.NoError(t, err)
	defer read.Close()
	recorded, err := Recorded(read, poisonedFeatures(kinds))
	require.NoError(t, err)
	i := 0
	for got, err := range recorded.Outcomes(nil) {
		require.NoError(t, err)
		requireSame(t, want[i], got)
		require.Equal(t, want[i].Feature.ID, got.Feature.ID)
		i++
	}
	require.Equal(t, len(kinds), i)

	all, err := Recorded(read, nil)
	require.NoError(t, err)
	require.Equal(t, len(kinds), all.Len())
	_, err = Recorded(read, poisonedFeatures(make([]poison, 61)))
	require.ErrorIs(t, err, ErrNotAsked)
}
