package points

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// judged is a row as Python reads it.
type judged struct {
	File   string
	Line   int
	WKB    string
	Values map[string]string
}

func TestAgainstPandas(t *testing.T) {
	basins, err := filepath.Abs("../../castest/basins/basins.geojson")
	require.NoError(t, err)
	dir := t.TempDir()
	cmd := exec.Command(service.Judges(t), "-W", "ignore", "testdata/judge.py", dir, basins)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	files := map[string][]judged{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<28)
	for lines.Scan() {
		var j judged
		require.NoError(t, json.Unmarshal(lines.Bytes(), &j))
		files[j.File] = append(files[j.File], j)
	}
	require.Len(t, files, 9)
	for name, want := range files {
		t.Run(name, func(t *testing.T) {
			require.Len(t, want, 53)
			r, err := open(filepath.Join(dir, name), format.Options{})
			require.NoError(t, err)
			defer r.Close()
			assert.Equal(t, map[string]string{"ewkt.csv": "EPSG:4326"}[name], r.Describe().CRS)
			for range 2 {
				n := 0
				for rec, err := range r.Records(format.Want{}) {
					require.NoError(t, err)
					require.NoError(t, rec.Err)
					compare(t, want[n], rec)
					n++
				}
				require.Equal(t, 53, n)
			}
		})
	}
}

func compare(t *testing.T, want judged, got *format.Record) {
	t.Helper()
	require.Equal(t, fmt.Sprintf("line %d", want.Line), got.Place)
	raw, err := hex.DecodeString(want.WKB)
	require.NoError(t, err)
	geometry, err := format.ParseWKB(raw)
	require.NoError(t, err)
	require.Equal(t, geometry, got.Geometry)
	require.Len(t, got.Properties, len(want.Values))
	for _, p := range got.Properties {
		text := string(p.Value)
		if text == "null" {
			text = ""
		} else if text[0] == '"' {
			require.NoError(t, json.Unmarshal(p.Value, &text))
		}
		require.Equal(t, want.Values[p.Name], text, p.Name)
	}
}
