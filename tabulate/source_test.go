package tabulate

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
)

const summit = `{"type":"Point","coordinates":[-84.2308,36.1983]}`

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A stream yields its features, and the spool their kept properties and geometries, spelt as in the input.
func TestStreamedSource(t *testing.T) {
	text := `{"type":"Feature","id":7120034520,"properties":{"A":  {"b" : [1.0, "<é>"]} ,"C":"x\ny"},"geometry":` + summit + "}\n" +
		`{"type":"Feature","id":"0\u0031","properties":{},"geometry":{"type":"Point","coordinates":[NaN,0]}}` + "\n"
	path := filepath.Join(t.TempDir(), "t.spool")
	keep := []string{"A", "C"}
	input, err := Stream(t.Context(), "-", strings.NewReader(text), features.Options{Keep: keep})
	require.NoError(t, err)
	src := input.source(keep, path, true)
	var read []features.Feature
	for f, err := range src.features(t.Context()) {
		require.NoError(t, err)
		read = append(read, f)
	}
	require.Len(t, read, 2)
	assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(text))), src.sha256())
	recording := answer(t, read)
	for range 2 {
		outcomes := collect(t, recording.Outcomes(src.again()))
		require.Len(t, outcomes, 2)
		assert.Equal(t, "7120034520", outcomes[0].Feature.ID)
		assert.Equal(t, `{"b" : [1.0, "<é>"]}`, string(outcomes[0].Feature.Properties["A"]))
		assert.Equal(t, `"x\ny"`, string(outcomes[0].Feature.Properties["C"]))
		assert.Equal(t, summit, string(outcomes[0].Feature.Geometry))
		assert.NotNil(t, outcomes[0].Response)
		assert.Equal(t, 1, outcomes[1].Feature.Index)
		assert.Equal(t, "01", outcomes[1].Feature.ID)
		assert.Equal(t, `{"type":"Point","coordinates":[NaN,0]}`, string(outcomes[1].Feature.Geometry))
		assert.ErrorContains(t, outcomes[1].Err, "NaN")
	}
	require.NoError(t, src.Close())
	assert.NoFileExists(t, path)
}

// A file that changes between two passes ends the run: the table would be of two inputs.
func TestRereadSourceNoticesChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "features.geojson")
	require.NoError(t, os.WriteFile(path, []byte(summit), 0o666))
	input, err := Open(path, features.Options{})
	require.NoError(t, err)
	src := input.source(nil, "", false)
	_, err = src.scan(t.Context())
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(summit))), src.sha256())
	edited := strings.Replace(summit, "1", "2", 1)
	require.Len(t, edited, len(summit))
	n := 0
	for _, err = range src.features(t.Context()) {
		if n++; n == 1 {
			require.NoError(t, os.WriteFile(path, []byte(edited), 0o666))
		}
	}
	assert.ErrorIs(t, err, errChanged)
	assert.ErrorContains(t, err, "features.geojson: the input changed")
}

// A pass whose context ends returns bulk.ErrDrained, even if a stream gives nothing.
func TestSourcesEndSoftly(t *testing.T) {
	soft, end := context.WithCancel(t.Context())
	silent, _ := io.Pipe()
	defer silent.Close()
	path := filepath.Join(t.TempDir(), "features.geojson")
	require.NoError(t, os.WriteFile(path, []byte(summit), 0o666))
	file, err := Open(path, features.Options{})
	require.NoError(t, err)
	reread := file.source(nil, "", false)
	_, err = reread.scan(soft)
	require.NoError(t, err)
	time.AfterFunc(10*time.Millisecond, end)
	input, err := Stream(soft, "-", silent, features.Options{})
	require.NoError(t, err)
	streamed := input.source(nil, filepath.Join(t.TempDir(), "t.spool"), false)
	defer streamed.Close()
	for _, err := range streamed.features(soft) {
		assert.ErrorIs(t, err, bulk.ErrDrained)
	}
	for _, err := range reread.features(soft) {
		assert.ErrorIs(t, err, bulk.ErrDrained)
	}
	_, err = reread.scan(soft)
	assert.ErrorIs(t, err, bulk.ErrDrained)
}

// answer records the outcomes of features.
func answer(t *testing.T, asked []features.Feature) *bulk.Recording {
	t.Helper()
	server := castest.NewServer()
	t.Cleanup(server.Close)
	o := bulk.Options{DatasetIDs: []string{"local_dem:elevation"}}
	j, err := journal.Create(filepath.Join(t.TempDir(), "journal"), o.Fingerprint(""))
	require.NoError(t, err)
	t.Cleanup(func() { j.Close() })
	o.Journal = j
	all := func(yield func(features.Feature, error) bool) {
		for _, f := range asked {
			if !yield(f, nil) {
				return
			}
		}
	}
	recording, err := bulk.Record(t.Context(), server.Client(), all, o)
	require.NoError(t, err)
	return recording
}

func collect(t *testing.T, outcomes iter.Seq2[bulk.Outcome, error]) (all []bulk.Outcome) {
	t.Helper()
	for o, err := range outcomes {
		require.NoError(t, err)
		all = append(all, o)
	}
	return all
}
