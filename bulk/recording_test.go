package bulk

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
)

// A Recording yields what Extract yields, in input order, any number of times, with the features of a second pass or without.
func TestRecordingGivesTheOutcomes(t *testing.T) {
	t.Parallel()
	kinds := make([]poison, 300)
	kinds[7], kinds[20], kinds[21], kinds[50], kinds[123] = crashes, missesDataset, badShape, refusedIn200, crashes
	want, err := collect(Extract(t.Context(), poisonous(kinds), poisonedFeatures(kinds), Options{DatasetIDs: dataset}))
	require.NoError(t, err)

	path := journalPath(t)
	for run := range 3 { // a new run, and two that resume
		j := openJournal1(t, path)
		service := poisonous(kinds)
		var last Progress
		o := Options{DatasetIDs: dataset, Journal: j, BatchSize: 7, Progress: func(p Progress) { last = p }}
		recording, err := Record(t.Context(), service, poisonedFeatures(kinds), o)
		require.NoError(t, err)
		require.Equal(t, len(kinds), recording.Len())
		assert.Equal(t, []int{300, 295, 5}, []int{last.Read, last.Done, last.Failed})
		if run > 0 {
			assert.Len(t, service.asked(), 4, "the failed, but for the one that is refused here")
			assert.Equal(t, 295, last.FromJournal)
		}
		for range 2 {
			i := 0
			for got, err := range recording.Outcomes(poisonedFeatures(kinds)) {
				require.NoError(t, err)
				requireSame(t, want[i], got)
				assert.Equal(t, want[i].Feature, got.Feature)
				i++
			}
			require.Equal(t, len(kinds), i)
		}
		sessions := recording.Sessions()
		require.Len(t, sessions, run+1)
		for at, s := range sessions { // features that failed are requested again in each run,
			want := []int{296, 1} // except the one that is refused before it is sent
			switch {
			case run == 0:
				want = []int{300, 5}
			case at == run:
				want = []int{4, 4}
			case at > 0:
				want = []int{0, 0}
			}
			assert.Equal(t, want, []int{s.Features, s.Failed}, "run %d, session %d", run, at)
		}
		i := 0
		for got, err := range recording.Outcomes(nil) {
			require.NoError(t, err)
			requireSame(t, want[i], got)
			assert.Equal(t, features.Feature{ID: want[i].Feature.ID, Index: i}, got.Feature)
			assert.WithinDuration(t, time.Now(), got.Time, time.Minute)
			i++
		}
		require.Equal(t, len(kinds), i)
		require.NoError(t, j.Close())
	}
}

func requireSame(t *testing.T, want, got Outcome) {
	t.Helper()
	require.Equal(t, want.Failures(), got.Failures())
	require.Equal(t, want.Response == nil, got.Response == nil)
	if want.Response != nil {
		require.Equal(t, entryText(t, want.Response), entryText(t, got.Response))
	}
}

func TestRecordingIsOfItsInput(t *testing.T) {
	t.Parallel()
	j := openJournal1(t, journalPath(t))
	recording, err := Record(t.Context(), &fake{}, someFeatures(20), Options{DatasetIDs: dataset, Journal: j})
	require.NoError(t, err)
	moved := func(yield func(features.Feature, error) bool) {
		yield(feature(0), nil)
		yield(feature(2), nil)
	}
	broken := func(yield func(features.Feature, error) bool) {
		yield(feature(0), nil)
		yield(features.Feature{}, errors.New("the disk is gone"))
	}
	for name, c := range map[string]struct {
		features func(func(features.Feature, error) bool)
		whole    int
		message  string
	}{
		"fewer":      {someFeatures(19), 19, "there are 19 features, not 20"},
		"more":       {someFeatures(21), 20, "there are more than 20 features"},
		"others":     {moved, 1, `feature 1 has the id "00002", not "00001"`},
		"unreadable": {broken, 1, "the disk is gone"},
	} {
		outcomes, err := collect(recording.Outcomes(c.features))
		require.ErrorContains(t, err, c.message, name)
		require.Len(t, outcomes, c.whole, name)
	}
	for range recording.Outcomes(nil) {
		break
	}
	require.NoError(t, j.Close())
	_, err = collect(recording.Outcomes(nil))
	require.ErrorContains(t, err, "reading the journal")
}

func TestRecordEndsAsExtractDoes(t *testing.T) {
	t.Parallel()
	_, err := Record(t.Context(), &fake{}, someFeatures(1), Options{DatasetIDs: dataset})
	require.ErrorContains(t, err, "needs Options.Journal")
	j := openJournal1(t, journalPath(t))
	_, err = Record(t.Context(), &fake{}, someFeatures(1), Options{Journal: j})
	require.ErrorContains(t, err, "DatasetIDs")
	kinds := make([]poison, 5)
	kinds[3] = crashes
	drained := make(chan struct{})
	close(drained)
	_, err = Record(t.Context(), &fake{}, someFeatures(1000), Options{DatasetIDs: dataset, Journal: j, Drain: drained})
	require.ErrorIs(t, err, ErrDrained)
}

// The outcomes of an earlier run can be read without a service, in the order of the input, or all of them.
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
