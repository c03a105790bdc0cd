package journal

import (
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every record tells which session wrote it and when, to a second, whoever reads it: the run itself, one that goes on, or a reader, who
// may not have the first line or a time.
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

// A time that cannot be is damage, and costs no record.
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

// A run that goes on reads what it had while it writes what it gets. That needs both locks of a journal, always in the same order.
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
