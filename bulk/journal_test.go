package bulk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

func journalPath(t testing.TB) string { return filepath.Join(t.TempDir(), "attributes.csv.journal") }

// recordAll records outcomes as a run does, a block each.
func recordAll(t testing.TB, j *journal.Journal, outcomes ...Outcome) {
	t.Helper()
	for _, o := range outcomes {
		require.NoError(t, appendTo(j, o))
	}
}

// appendTo records outcomes in one block.
func appendTo(j *journal.Journal, outcomes ...Outcome) error {
	w := new(journal.Writer)
	for _, o := range outcomes {
		w.Add(o.Feature.ID, journal.HashGeometry(o.Feature.Geometry), o.Response, o.Err)
	}
	_, err := j.Append(w)
	return err
}

func lookup(t testing.TB, j *journal.Journal, f features.Feature) (Outcome, bool) {
	t.Helper()
	e, found, err := j.Lookup(f.ID, journal.HashGeometry(f.Geometry))
	require.NoError(t, err)
	return recorded(features.Feature{ID: e.ID}, e), found
}

// Outcomes are looked up as they were recorded, bit for bit, in this process and in the next.
func TestJournalKeepsOutcomes(t *testing.T) {
	t.Parallel()
	response := responseFor(1, []string{"p:x", "p:y", "p:z"})
	response.Warnings = []string{"p:w: <late> & \"broken\"\nsecond line \u2028 forêt"}
	response.Results[0].Value = cas.NumberValue(math.Nextafter(0.3, 1))
	response.Results[1].Value = cas.DistributionValue(map[string]float64{"forêt": 0.25, "0": math.NaN()})
	response.Results[2].Value = cas.Value{}
	response.Results[2].Quality = "never heard of"
	lacking := responseFor(2, []string{"p:x"})
	lacking.Warnings = []string{"p:y: [p] upstream returned HTTP 503"}
	asked := []string{"p:z", "p:y", "p:x"}

	outcomes := []Outcome{
		{Feature: feature(1), Response: response},
		(&item{feature: feature(2), slot: &slot{datasets: asked}}).answer(lacking),
		{Feature: feature(3), Err: &preflight.Error{Code: preflight.ShortRing, Message: "ring 1 has 3 positions"}},
		{Feature: feature(4), Err: &cas.Error{StatusCode: 500, Type: cas.ErrorTypeInternal, Message: "Internal server error", RequestID: "0123456789ab", Attempts: 4}},
		{Feature: feature(5), Err: fmt.Errorf("the shop is shut: %w", errors.New("holiday"))},
		{Feature: features.Feature{ID: "ключ\n\"'", Geometry: []byte("null")}, Err: &preflight.Error{Code: preflight.NoGeometry, Message: "none"}},
	}
	path := journalPath(t)
	fingerprint := Options{DatasetIDs: asked}.Fingerprint("id")
	j, err := journal.Open(path, fingerprint)
	require.NoError(t, err)
	recordAll(t, j, outcomes...)
	check := func() {
		for _, want := range outcomes {
			got, found := lookup(t, j, want.Feature)
			require.True(t, found)
			assert.True(t, got.FromJournal)
			assert.Equal(t, want.Feature.ID, got.Feature.ID)
			assert.Equal(t, entryText(t, want.Response), entryText(t, got.Response))
			assert.Equal(t, want.Failures(), got.Failures())
			assert.Equal(t, want.Err == nil, j.Done(want.Feature.ID, journal.HashGeometry(want.Feature.Geometry)))
			if want.Err != nil {
				assert.Equal(t, want.Err.Error(), got.Err.Error())
			}
			var wanted, found1 *cas.Error
			assert.Equal(t, errors.As(want.Err, &wanted), errors.As(got.Err, &found1))
			assert.Equal(t, errors.Is(want.Err, cas.ErrInternal), errors.Is(got.Err, cas.ErrInternal))
		}
		got, _ := lookup(t, j, feature(1))
		value, _ := got.Response.Results[0].Value.Float64()
		assert.Equal(t, math.Nextafter(0.3, 1), value)
		assert.True(t, got.Response.Results[2].Value.IsNull())
		state := j.State()
		assert.Equal(t, []int{1, 5, 0}, []int{state.Done, state.Failed, state.Damaged})
	}
	check()
	require.NoError(t, j.Close())
	require.NoError(t, j.Close())
	require.ErrorIs(t, appendTo(j, Outcome{}), os.ErrClosed)

	j, err = journal.Open(path, fingerprint)
	require.NoError(t, err)
	defer j.Close()
	check()
	_, found := lookup(t, j, feature(9))
	assert.False(t, found)
	moved := feature(1)
	moved.Geometry = feature(7).Geometry
	_, found = lookup(t, j, moved)
	assert.False(t, found, "an answer belongs to its geometry")
}

func entryText(t testing.TB, r *cas.AttributeResponse) string {
	t.Helper()
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}

// The last record of a feature counts.
func TestJournalLastRecordCounts(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	j := openJournal1(t, path)
	failed := Outcome{Feature: feature(1), Err: errors.New("no")}
	done := Outcome{Feature: feature(1), Response: responseFor(1, dataset)}
	recordAll(t, j, failed, failed, done)
	for range 2 {
		state := j.State()
		assert.Equal(t, []int{1, 0}, []int{state.Done, state.Failed})
		got, found := lookup(t, j, feature(1))
		assert.True(t, found && got.Err == nil)
		require.NoError(t, j.Close())
		j = openJournal1(t, path)
	}
}

func TestJournalRefusesOtherParameters(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	before := Options{DatasetIDs: []string{"a:b", "c:d"}, TimeRange: cas.Dates{"2020-01-01", "2020-12-31"}}
	j, err := journal.Open(path, before.Fingerprint("HYBAS_ID"))
	require.NoError(t, err)
	recordAll(t, j, Outcome{Feature: feature(1), Err: errors.New("no")})
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)

	after := Options{DatasetIDs: []string{"c:d"}, Aggregation: cas.AggregationMedian, TargetCRS: "EPSG:3857"}
	_, err = journal.Open(path, after.Fingerprint(""))
	var changed *journal.FingerprintError
	require.ErrorAs(t, err, &changed)
	assert.Equal(t, []journal.Change{
		{Parameter: "datasets", Old: "a:b c:d", New: "c:d"},
		{Parameter: "aggregation", Old: "mean", New: "median"},
		{Parameter: "time range", Old: "2020-01-01T00:00:00/2020-12-31T00:00:00", New: "(none)"},
		{Parameter: "target CRS", Old: "EPSG:4326", New: "EPSG:3857"},
		{Parameter: "id field", Old: "HYBAS_ID", New: "(none)"},
	}, changed.Changes)
	assert.ErrorContains(t, err, "aggregation was mean and is median")
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, text, now, "nothing is touched")

	same := Options{
		DatasetIDs: []string{"c:d", "a:b"}, Aggregation: cas.AggregationMean, TargetCRS: "EPSG:4326", BatchSize: 7,
		TimeRange: cas.TimeRange{Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2020, 12, 31, 0, 0, 0, 0, time.UTC)},
	}
	j, err = journal.Open(path, same.Fingerprint("HYBAS_ID"))
	require.NoError(t, err, "the same in other words")
	require.NoError(t, j.Close())
}

func TestJournalIsLocked(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	j := openJournal1(t, path)
	assert.True(t, j.Locked())
	recordAll(t, j, Outcome{Feature: feature(1), Err: errors.New("no")})
	_, err := journal.Open(path, Options{DatasetIDs: dataset}.Fingerprint("id"))
	require.ErrorIs(t, err, journal.ErrLocked)
	_, err = journal.Create(path, Options{DatasetIDs: dataset}.Fingerprint("id"))
	require.ErrorIs(t, err, journal.ErrLocked)
	state, err := journal.Inspect(path)
	require.NoError(t, err, "looking at it is allowed")
	assert.True(t, state.Exists)
	require.NoError(t, j.Close())
	openJournal1(t, path)
}

func TestCreateJournal(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	state, err := journal.Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, journal.State{}, state)

	one, other := Options{DatasetIDs: dataset}.Fingerprint("id"), Options{DatasetIDs: []string{"p:y"}}.Fingerprint("id")
	j, err := journal.Create(path, one)
	require.NoError(t, err)
	require.NoError(t, j.Close())
	j, err = journal.Create(path, one)
	require.NoError(t, err, "it held no answer")
	recordAll(t, j, Outcome{Feature: feature(1), Response: responseFor(1, dataset)})
	require.NoError(t, j.Close())

	state, err = journal.Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, journal.State{Exists: true, Fingerprint: one, Done: 1, Records: 1, Sessions: state.Sessions}, state)

	j, err = journal.Open(path, one)
	require.NoError(t, err)
	require.NoError(t, j.Finish())
	require.NoError(t, j.Finish(), "once is enough")
	assert.True(t, j.State().Finished)
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 1, bytes.Count(text, []byte("\xca\x5b\x0a\xe7\x01\x00\x00\x00")), "footers")
	j = openJournal1(t, path)
	assert.True(t, j.State().Finished)
	recordAll(t, j, Outcome{Feature: feature(2), Err: errors.New("no")})
	assert.False(t, j.State().Finished, "it goes on")
	require.NoError(t, j.Finish())
	require.NoError(t, j.Close())

	j, err = journal.Create(path, other)
	require.NoError(t, err)
	assert.Equal(t, journal.State{Exists: true, Fingerprint: other}, j.State())
	_, found := lookup(t, j, feature(1))
	assert.False(t, found)
	require.NoError(t, j.Close())
}

// A run that cannot write yields no outcome that it could not record.
func TestAJournalThatCannotBeWrittenEndsTheRun(t *testing.T) {
	t.Parallel()
	j := openJournal1(t, journalPath(t))
	require.NoError(t, j.Close())
	outcomes, err := collect(Extract(t.Context(), &fake{}, someFeatures(100), Options{DatasetIDs: dataset, Journal: j}))
	require.ErrorIs(t, err, os.ErrClosed)
	require.Empty(t, outcomes)
}

// A resumed run requests only what failed and what is new; a refusal that is known is not recorded again.
func TestResume(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	kinds := make([]poison, 100)
	kinds[7], kinds[20], kinds[21], kinds[50] = crashes, missesDataset, badShape, refusedIn200
	j := openJournal1(t, path)
	outcomes, err := collect(Extract(t.Context(), poisonous(kinds), poisonedFeatures(kinds), Options{DatasetIDs: dataset, Journal: j}))
	require.NoError(t, err)
	require.NoError(t, j.Finish())
	require.NoError(t, j.Close())
	size := fileSize(t, path)

	kinds[7] = harmless
	j = openJournal1(t, path)
	service := poisonous(kinds)
	again, err := collect(Extract(t.Context(), service, poisonedFeatures(kinds), Options{DatasetIDs: dataset, Journal: j}))
	require.NoError(t, err)
	require.Equal(t, map[int]int{7: 1, 20: 1, 50: 1}, service.asked())
	for i := range outcomes {
		assert.Equal(t, outcomes[i].Feature, again[i].Feature)
		if i == 7 {
			assert.NoError(t, again[i].Err)
			continue
		}
		assert.Equal(t, outcomes[i].Failures(), again[i].Failures())
		assert.Equal(t, kinds[i] == harmless, again[i].FromJournal)
		assert.Equal(t, entryText(t, outcomes[i].Response), entryText(t, again[i].Response))
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.NotContains(t, string(text[size:]), "no_geometry")
	assert.Equal(t, 103, j.State().Records)
}

func fileSize(t testing.TB, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Size()
}
