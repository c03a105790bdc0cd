package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
	"github.com/community-attribute-service/cas-go/local"
)

// TestModelsReadTables makes the tables of the 53 basins that models read, of the answers of one real service, and lets the models' own code
// read them: SYMFLUENCE's writer in the Python project gives the same table, and neuralhydrology's loaders take theirs.
func TestModelsReadTables(t *testing.T) {
	running, err := local.Start(t.Context(), local.Config{Python: service.Python(t, service.Latest), App: service.App(t)})
	require.NoError(t, err)
	defer running.Close()
	folder := t.TempDir()
	input := filepath.Join(folder, "basins.geojson")
	require.NoError(t, os.WriteFile(input, basins.GeoJSON(), 0o666))
	extract := func(name string, flags ...string) string {
		path := filepath.Join(folder, name)
		code, _, errs := runHere(t, append([]string{
			"extract", input, "-d", "local_dem:elevation", "-d", "local_dem:slope_class", "-o", path, "--id-field", "HYBAS_ID", "--url", running.URL(), "--quiet",
		}, flags...)...)
		require.Equal(t, exitOK, code, errs)
		return path
	}

	said, err := exec.Command(service.Python(t, service.Latest), filepath.Join("testdata", "symfluence.py"), running.URL(), input, "HYBAS_ID",
		extract("symfluence.csv", "--preset", "symfluence"), "local_dem:elevation", "local_dem:slope_class").CombinedOutput()
	require.NoError(t, err, "%s", said)
	assert.Regexp(t, `^53 rows of 14 columns are equal; `, string(said))
	t.Logf("symfluence: %s", said)

	var got struct {
		Generic, Caravan struct {
			Basins         int
			Columns        []string
			Numeric, Equal bool
			Null           int
			First          string
		}
	}
	out, err := exec.Command(service.Judges(t), filepath.Join("testdata", "models.py"),
		extract("generic.csv", "--preset", "neuralhydrology", "--zero-classes"),
		extract("caravan.csv", "--preset", "caravan", "--id-prefix", "jack", "--zero-classes"),
		extract("full.csv")).Output()
	failed := (*exec.ExitError)(nil)
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(out, &got), string(out))
	columns := []string{
		"local_dem_elevation", "local_dem_slope_class_0", "local_dem_slope_class_1", "local_dem_slope_class_2", "local_dem_slope_class_3",
		"local_dem_slope_class_4", "local_dem_slope_class_5",
	}
	assert.Equal(t, columns, got.Generic.Columns)
	assert.Equal(t, 53, got.Generic.Basins)
	assert.True(t, got.Generic.Numeric && got.Generic.Equal, string(out))
	assert.Zero(t, got.Generic.Null)
	assert.Equal(t, columns, got.Caravan.Columns)
	assert.True(t, got.Caravan.Numeric && got.Caravan.Equal, string(out))
	assert.Equal(t, "jack_0840101", got.Caravan.First)
}
