package journal

import (
	"errors"
	"io/fs"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestReadGivesTheNewest: a journal that another run has open can be read; of a feature that was asked for twice the newer record counts.
func TestReadGivesTheNewest(t *testing.T) {
	path := journalPath(t)
	writing := openJournal1(t, path)
	recordAll(t, writing,
		record{feature: feature(0), err: errors.New("no")},
		record{feature: feature(1), response: responseFor(1, dataset)},
		record{feature: feature(0), response: responseFor(0, dataset)},
	)
	before, err := os.ReadFile(path)
	require.NoError(t, err)

	j, err := Read(path)
	require.NoError(t, err)
	defer j.Close()
	assert.Equal(t, Fingerprint{DatasetIDs: dataset, IDField: "id"}, j.Fingerprint())
	var ids []string
	r := j.NewReader()
	for n, err := range j.Newest() {
		require.NoError(t, err)
		e, err := r.Entry(n)
		require.NoError(t, err)
		require.NoError(t, e.Err)
		ids = append(ids, e.ID)
	}
	assert.Equal(t, []string{"00001", "00000"}, ids)
	require.Error(t, appendTo(j, record{feature: feature(2), response: responseFor(2, dataset)}), "it is open for reading")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

func TestReadRefuses(t *testing.T) {
	path := journalPath(t)
	_, err := Read(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.WriteFile(path, nil, 0o666))
	_, err = Read(path)
	require.ErrorContains(t, err, "the journal holds no record")
	require.NoError(t, os.WriteFile(path, []byte("this is no journal, but a text that is longer"), 0o666))
	_, err = Read(path)
	require.ErrorIs(t, err, ErrNotJournal)
}
