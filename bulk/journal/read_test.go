package journal

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A journal that another run has open can be read. Of a feature that was requested twice, the newer record counts.
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

// TestDocumentedJournal reads the journal whose bytes docs/journal-format.md shows.
func TestDocumentedJournal(t *testing.T) {
	text, err := os.ReadFile("../../docs/journal-format.md")
	require.NoError(t, err)
	_, dump, found := strings.Cut(string(text), "```hexdump\n")
	require.True(t, found)
	dump, _, _ = strings.Cut(dump, "```")
	var file []byte
	line := regexp.MustCompile(`(?m)^[0-9a-f]{4}  ((?:[0-9a-f]{2} )*[0-9a-f]{2})`)
	for _, match := range line.FindAllStringSubmatch(dump, -1) {
		b, err := hex.DecodeString(strings.ReplaceAll(match[1], " ", ""))
		require.NoError(t, err)
		file = append(file, b...)
	}
	path := filepath.Join(t.TempDir(), "example.journal")
	require.NoError(t, os.WriteFile(path, file, 0o666))

	state, err := Inspect(path)
	require.NoError(t, err)
	assert.True(t, state.Finished)
	assert.Equal(t, []int{1, 1, 2, 0}, []int{state.Done, state.Failed, state.Records, state.Damaged})
	require.Len(t, state.Sessions, 1)
	j, err := Read(path)
	require.NoError(t, err)
	defer j.Close()
	a, found, err := j.Lookup("a", HashGeometry([]byte(`{"type":"Point","coordinates":[1,2]}`)))
	require.NoError(t, err)
	require.True(t, found)
	value, _ := a.Response.Results[0].Value.Float64()
	assert.Equal(t, 1./3, value)
	assert.Equal(t, int64(9), a.Response.Results[0].PixelCount)
	b, found, err := j.Lookup("b", HashGeometry([]byte(`{"type":"Point","coordinates":[3,4]}`)))
	require.NoError(t, err)
	require.True(t, found)
	assert.EqualError(t, b.Err, "no")
	assert.Zero(t, b.Session)
	assert.Equal(t, "2026-11-28T05:49:51Z", b.Time.Format(time.RFC3339))
}
