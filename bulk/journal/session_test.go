package journal

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every run that wrote a record is a session, with the first and the last time.
func TestSessions(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	for i, url := range []string{"http://one", "http://two", "http://none", "http://two"} {
		j := openJournal1(t, path)
		j.Describe(url, "0.4.0", "cas-go")
		if url != "http://none" {
			recordAll(t, j, record{feature: feature(i), response: responseFor(i, dataset)})
			j.Describe(url, "0.4.1", "cas-go")
			recordAll(t, j, record{feature: feature(i + 10), response: responseFor(i, dataset)})
		}
		require.NoError(t, j.Close())
	}
	state, err := Inspect(path)
	require.NoError(t, err)
	require.Len(t, state.Sessions, 3)
	for i, url := range []string{"http://one", "http://two", "http://two"} {
		s := state.Sessions[i]
		assert.Equal(t, []string{url, "0.4.1", "cas-go"}, []string{s.ServiceURL, s.ServiceVersion, s.Client})
		assert.Equal(t, dataset, s.Parameters.DatasetIDs)
		assert.False(t, s.First.IsZero() || s.Last.Before(s.First))
	}
	assert.Equal(t, 6, state.Done)
}

// Datasets can be added: every record lacks them then. They cannot be taken away.
func TestDatasetsAreAdded(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	one := Fingerprint{DatasetIDs: []string{"p:x"}, IDField: "id"}
	both := Fingerprint{DatasetIDs: []string{"p:y", "p:x"}, IDField: "id"}
	j, err := Open(path, one)
	require.NoError(t, err)
	recordAll(t, j, record{feature: feature(1), response: responseFor(1, one.DatasetIDs)}, record{feature: feature(2), response: responseFor(2, one.DatasetIDs)})
	require.NoError(t, j.FinishWith("note"))
	require.NoError(t, j.Close())

	check := func(j *Journal, done int) {
		require.Equal(t, done, j.State().Done)
		e, found := lookup(t, j, feature(2))
		require.True(t, found)
		require.Len(t, e.Missing, 1)
		require.Equal(t, "p:y", e.Missing[0].DatasetID)
	}
	j, err = Open(path, both)
	require.NoError(t, err)
	assert.False(t, j.State().Finished)
	check(j, 0)
	recordAll(t, j, record{feature: feature(1), response: responseFor(1, both.DatasetIDs)})
	check(j, 1)
	require.NoError(t, j.Close())
	j, err = Open(path, both)
	require.NoError(t, err)
	check(j, 1)
	require.NoError(t, j.Close())

	_, err = Open(path, one)
	var changed *FingerprintError
	require.ErrorAs(t, err, &changed)
	assert.Equal(t, []Change{{"datasets", "p:x p:y", "p:x"}}, changed.Changes)
	state, err := Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, []int{state.Done, state.Failed})
}

// A journal of version 2 is read, and becomes one of version 3.
func TestVersion2IsContinued(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/version2.journal")
	require.NoError(t, err)
	path := journalPath(t)
	require.NoError(t, os.WriteFile(path, text, 0o666))
	fingerprint := Fingerprint{DatasetIDs: []string{"p:x", "p:y"}, IDField: "id"}
	state, err := Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, State{
		Exists: true, Finished: true, Fingerprint: state.Fingerprint, Done: 4, Failed: 2, Records: 6, Sessions: []Session{{Parameters: state.Fingerprint}},
	}, state)
	j, err := Open(path, fingerprint)
	require.NoError(t, err)
	e, found := lookup(t, j, feature(3))
	require.True(t, found)
	assert.Equal(t, spelt(responseFor(3, fingerprint.DatasetIDs)), spelt(e.Response))
	e, _ = lookup(t, j, feature(4))
	assert.Equal(t, "[p] upstream returned HTTP 503", e.Missing[0].Reason)
	recordAll(t, j, record{feature: feature(4), response: responseFor(4, fingerprint.DatasetIDs)})
	require.NoError(t, j.Close())

	text, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, bytes.HasPrefix(text, []byte(fileMagic)))
	state, err = Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, []int{5, 1, 7, 0, 2}, []int{state.Done, state.Failed, state.Records, state.Damaged, len(state.Sessions)})
}

// Blocks of unknown kinds are no damage.
func TestUnknownKindsAreSkipped(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	require.NoError(t, os.WriteFile(path, appendBlock(whatAJournalHolds(t), []byte("xyz")), 0o666))
	state, err := Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 1, 0}, []int{state.Done, state.Failed, state.Damaged})
	assert.True(t, state.Finished)
}

// Many goroutines open, lock and remove a journal at once: the one with the lock has the file with that name.
func TestOneHasTheLock(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	var holders, most, locked atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 300 {
				j, err := Open(path, Fingerprint{DatasetIDs: dataset, IDField: "id"})
				if errors.Is(err, ErrLocked) {
					continue
				}
				if !assert.NoError(t, err) {
					return
				}
				locked.Add(1)
				most.Store(max(most.Load(), holders.Add(1)))
				assert.True(t, isNamed(j.file, path))
				holders.Add(-1)
				assert.NoError(t, j.Close()) // which removes what is empty
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, most.Load())
	assert.Positive(t, locked.Load())
}

// Every record tells which session wrote it and when, to a second: to the run itself, to a resumed run, and to a reader.
func TestEveryRecordTellsWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := journalPath(t)
		type moment struct {
			session int
			at      time.Time
		}
		var want []moment
		check := func(j *Journal) {
			t.Helper()
			reader := j.NewReader()
			for i, w := range want {
				session, at := j.When(Number(i))
				require.Equal(t, w, moment{session, at}, i)
				e, err := j.Entry(Number(i))
				require.NoError(t, err)
				require.Equal(t, w, moment{e.Session, e.Time}, i)
				e, err = reader.Entry(Number(i))
				require.NoError(t, err)
				require.Equal(t, w, moment{e.Session, e.Time}, i)
			}
		}
		for session := range 3 {
			j := openJournal1(t, path)
			check(j)
			for i := range 5 {
				recordAll(t, j, record{feature: feature(i), response: responseFor(i, dataset)}, record{feature: feature(9), err: errors.New("no")})
				now := time.Now().UTC().Truncate(time.Second)
				want = append(want, moment{session, now}, moment{session, now})
				time.Sleep(time.Duration(i) * 30 * time.Second) // sessions are repeated every minute
			}
			check(j)
			require.NoError(t, j.FinishWith("note"))
			require.NoError(t, j.Close())
		}
		j, err := Read(path)
		require.NoError(t, err)
		check(j)
		require.NoError(t, j.Close())
	})
}

// An impossible time is damage, and costs no record.
func TestTimesThatCannotBe(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	j := openJournal1(t, path)
	recordAll(t, j, record{feature: feature(1), response: responseFor(1, dataset)})
	require.NoError(t, j.Close())
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, content := range []string{"t", "t\x01", "t\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "t\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		require.NoError(t, os.WriteFile(path, appendBlock(file, []byte(content)), 0o666))
		state, err := Inspect(path)
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1}, []int{state.Done, state.Damaged}, "%q", content)
	}
}

// A resumed run reads old records while it writes new ones. That needs both locks of a journal, always in the same order.
func TestEntriesAreReadWhileOthersAreWritten(t *testing.T) {
	t.Parallel()
	j := openJournal1(t, journalPath(t))
	f := feature(1)
	hash := HashGeometry(f.Geometry)
	write := func() {
		var w Writer
		w.Add(f.ID, hash, responseFor(1, dataset), nil)
		_, err := j.Append(&w) // finds the record before
		require.NoError(t, err)
	}
	write()
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for range 5000 {
				_, found, err := j.Lookup(f.ID, hash)
				if !found || err != nil {
					t.Errorf("found %v, %v", found, err)
					return
				}
			}
		})
	}
	for range 5000 {
		write()
	}
	readers.Wait()
}
