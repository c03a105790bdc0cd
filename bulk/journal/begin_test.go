package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Nothing is written or replaced before the first record: a run may still find that it must not begin.
func TestAJournalIsBegunWithItsFirstRecord(t *testing.T) {
	t.Parallel()
	path := journalPath(t)
	one, other := Fingerprint{DatasetIDs: dataset, IDField: "id"}, Fingerprint{DatasetIDs: []string{"p:y"}, IDField: "id"}
	for _, open := range []func(string, Fingerprint) (*Journal, error){Open, Create} {
		j, err := open(path, one)
		require.NoError(t, err)
		require.NoError(t, j.Close())
		require.NoFileExists(t, path)
	}
	finished := whatAJournalHolds(t)
	require.NoError(t, os.WriteFile(path, finished, 0o666))
	j, err := Create(path, other)
	require.NoError(t, err)
	assert.Zero(t, j.State().Records)
	require.NoError(t, j.Close())
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, finished, now)

	j, err = Create(path, other)
	require.NoError(t, err)
	recordAll(t, j, record{feature: feature(1), err: errors.New("no")})
	require.NoError(t, j.Close())
	state, err := Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, State{Exists: true, Fingerprint: other, Failed: 1, Records: 1, Sessions: state.Sessions}, state)
	assert.Len(t, state.Sessions, 1)

	// The next record also removes what was cut off.
	require.NoError(t, os.WriteFile(path, finished[:len(finished)-blockHead-1-1], 0o666))
	j = openJournal1(t, path)
	recordAll(t, j, record{feature: feature(9), err: errors.New("no")})
	require.NoError(t, j.Close())
	state, err = Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, []int{4, 2, 0}, []int{state.Done, state.Failed, state.Damaged})

	require.NoError(t, os.Truncate(path, 0))
	j, err = Create(path, one)
	require.NoError(t, err)
	require.NoError(t, j.Finish(), "a run without features")
	require.NoError(t, j.Close())
	state, err = Inspect(path)
	require.NoError(t, err)
	assert.Equal(t, State{Exists: true, Finished: true, Fingerprint: one, Sessions: state.Sessions}, state)
}

func TestWhatIsNoJournalIsLeftAlone(t *testing.T) {
	t.Parallel()
	whole := whatAJournalHolds(t)
	damaged := strings.ReplaceAll(string(whole), "dataset_ids", "dataset_IDs")
	later := strings.ReplaceAll(string(whole), "journal 3", "journal 4")
	for name, text := range map[string]string{
		"a table":        "id,elevation\n1,2\n",
		"another number": "cas-go bulk journal 1\n",
		"a later one":    later[:len(fileMagic)] + string(appendBlock(nil, []byte(`s{"version":4,"run":{"dataset_ids":["p:x"]}}`))),
		"zeros":          strings.Repeat("\x00", 100),
		"damaged header": damaged,
		"no header":      fileMagic + string(appendBlock(nil, []byte{footerBlock})),
	} {
		path := journalPath(t)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		for _, open := range []func(string, Fingerprint) (*Journal, error){Open, Create} {
			_, err := open(path, Fingerprint{DatasetIDs: dataset, IDField: "id"})
			require.ErrorIs(t, err, ErrNotJournal, name)
			require.ErrorContains(t, err, path)
		}
		_, err := Inspect(path)
		require.ErrorIs(t, err, ErrNotJournal, name)
		now, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, text, string(now))
	}
	_, err := Open(t.TempDir(), Fingerprint{})
	require.Error(t, err, "a folder")
	_, err = Open(filepath.Join(t.TempDir(), "no", "such"), Fingerprint{})
	require.ErrorIs(t, err, os.ErrNotExist)
}
