package journal

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
