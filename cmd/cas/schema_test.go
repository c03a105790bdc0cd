package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/docs/schema"
)

// fits holds JSON to a schema that the command prints.
func fits(t *testing.T, name string, text []byte) {
	t.Helper()
	code, printed, errs := runHere(t, "schema", name)
	require.Equal(t, exitOK, code, errs)
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(printed)))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, compiler.AddResource(name, resource))
	compiled, err := compiler.Compile(name)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err, "%s", text)
	require.NoError(t, compiled.Validate(value), name)

	// The schema says something: without a member that it requires, no value fits.
	object := value.(map[string]any)
	clear(object)
	require.Error(t, compiled.Validate(object), name)
}

// TestOutputFitsItsSchema: what the command writes for programs is as its schemas say.
func TestOutputFitsItsSchema(t *testing.T) {
	server := castest.NewServer()
	defer server.Close()
	folder := t.TempDir()
	input := filepath.Join(folder, "basins.geojson")
	require.NoError(t, os.WriteFile(input, basins.GeoJSON(), 0o666))
	for name, flags := range map[string][]string{
		"full.csv": nil, "typed.parquet": {"--keep", "SUB_AREA"}, "long.ndjson": {"--long"}, "preset.csv": {"--preset", "caravan", "--id-prefix", "a", "--zero-classes"}, "a.nc": {"--sort", "id"},
		"periods.csv": {"-d", "local_dem:elevation_daily", "--every", "year", "--start", "2019-01-01", "--end", "2020-12-31", "--wide"},
	} {
		table := filepath.Join(folder, name)
		code, _, errs := runHere(t, append([]string{
			"extract", input, "-d", "local_dem:elevation", "-d", "local_dem:slope_class", "-o", table, "--id-field", "HYBAS_ID", "--url", server.URL(), "-q",
		}, flags...)...)
		require.Equal(t, exitOK, code, errs)
		text, err := os.ReadFile(filepath.Join(folder, name[:len(name)-len(filepath.Ext(name))]+".meta.json"))
		require.NoError(t, err)
		fits(t, "meta", text)
	}
	code, out, errs := runHere(t, "journal", filepath.Join(folder, "full.csv"), "--json")
	require.Equal(t, exitOK, code, errs)
	fits(t, "journal", []byte(out))
	_, out, _ = runHere(t, "doctor", "--json", "--url", server.URL())
	fits(t, "doctor", []byte(out))
	bad := filepath.Join(folder, "bad.geojson")
	require.NoError(t, os.WriteFile(bad, []byte(`{"type":"Feature","id":1,"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]},"properties":{}}`), 0o666))
	code, out, _ = runHere(t, "validate", bad, "--json")
	assert.NotEqual(t, exitOK, code)
	fits(t, "validate", []byte(out))
	_, out, _ = runHere(t, "validate", input, "--json")
	fits(t, "validate", []byte(out))

	code, _, errs = runHere(t, "schema", "metta")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, errs, "give one of doctor, journal, meta, validate")
	assert.Equal(t, []string{"doctor", "journal", "meta", "validate"}, schema.Names())
}
