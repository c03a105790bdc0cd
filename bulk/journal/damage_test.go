package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// whatAJournalHolds returns the text of a finished journal of five features, the last of which failed.
func whatAJournalHolds(t testing.TB) []byte {
	t.Helper()
	path := journalPath(t)
	j := openJournal1(t, path)
	for i := range 4 {
		recordAll(t, j, record{feature: feature(i), response: responseFor(i, dataset)})
	}
	recordAll(t, j, record{feature: feature(4), err: errors.New("no")})
	require.NoError(t, j.Finish())
	require.NoError(t, j.Close())
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return text
}

// wholeRecords counts the blocks of records of a file that may be cut.
func wholeRecords(t testing.TB, text []byte) (n int) {
	t.Helper()
	if len(text) < len(fileMagic) {
		return 0
	}
	for text = text[len(fileMagic):]; len(text) >= blockHead; {
		length, _, err := blockLength(text)
		require.NoError(t, err)
		if len(text) < blockHead+length {
			return n
		}
		if text[blockHead] == recordsBlock {
			n++
		}
		text = text[blockHead+length:]
	}
	return n
}

// If the file is cut at any byte, the whole records are there, the others are requested again, and the result is the same.
func TestJournalCutAtEveryByte(t *testing.T) {
	t.Parallel()
	whole := whatAJournalHolds(t)
	path := journalPath(t)
	for cut := range len(whole) + 1 {
		require.NoError(t, os.WriteFile(path, whole[:cut], 0o666))
		j, err := Open(path, Fingerprint{DatasetIDs: dataset, IDField: "id"})
		require.NoErrorf(t, err, "cut at byte %d", cut)
		state := j.State()
		require.Equal(t, min(wholeRecords(t, whole[:cut]), 4), state.Done)
		require.Equal(t, cut == len(whole), state.Finished)
		require.Zero(t, state.Damaged)

		require.Equal(t, 5-state.Done, resume(t, j, 5), "done work is not asked for twice")
		require.NoError(t, j.file.Close()) // as a kill would
		state, err = Inspect(path)
		require.NoError(t, err)
		require.Equal(t, 5, state.Done)
	}
}

// If any byte is damaged, no wrong answer is read.
func TestJournalDamagedAtEveryByte(t *testing.T) {
	t.Parallel()
	whole := whatAJournalHolds(t)
	path := journalPath(t)
	length, _, err := blockLength(whole[len(fileMagic):])
	require.NoError(t, err)
	head := len(fileMagic) + 2*(blockHead+length)
	for at := range whole {
		for _, with := range []byte{'\n', 0, whole[at] ^ 1, whole[at] ^ 0x80} {
			if with == whole[at] {
				continue
			}
			text := bytes.Clone(whole)
			text[at] = with
			require.NoError(t, os.WriteFile(path, text, 0o666))
			j, err := Open(path, Fingerprint{DatasetIDs: dataset, IDField: "id"})
			require.NoErrorf(t, err, "byte %d", at)
			if at < head {
				require.Equal(t, 1, resume(t, j, 5), "the head is there twice; one had failed")
			} else {
				require.LessOrEqual(t, resume(t, j, 5), 3, "one is damaged, its neighbour perhaps, and one had failed")
			}
			require.NoError(t, j.file.Close()) // as a kill would
		}
	}
}

func FuzzJournal(f *testing.F) {
	whole := whatAJournalHolds(f)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(fileMagic))
	f.Add(appendBlock(bytes.Clone(whole), []byte("r\x01")))
	f.Add(appendBlock(bytes.Clone(whole), []byte("x")))
	f.Add(appendBlock(bytes.Clone(whole), append(appendText([]byte{periodBlock}, "a/b"), 0)))
	f.Add(appendBlock(bytes.Clone(whole), []byte("p\x7f")))
	f.Add([]byte("id,elevation\n"))
	fingerprint := Fingerprint{DatasetIDs: dataset, IDField: "id"}
	path := filepath.Join(f.TempDir(), "journal")
	f.Fuzz(func(t *testing.T, text []byte) {
		require.NoError(t, os.WriteFile(path, text, 0o666))
		j, err := Open(path, fingerprint)
		if err != nil {
			now, readErr := os.ReadFile(path)
			require.NoError(t, readErr)
			require.Equal(t, text, now)
			return
		}
		defer j.Close()
		before := j.State()
		recordAll(t, j, record{feature: feature(77), response: responseFor(77, dataset)})
		require.NoError(t, j.Close())
		j, err = Open(path, fingerprint)
		require.NoError(t, err)
		got, found := lookup(t, j, feature(77))
		require.True(t, found && got.Err == nil)
		require.Equal(t, before.Damaged, j.State().Damaged)
	})
}
