package catalog_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
)

// constants reads the exported constants of a generated file, value by name.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution|parser.ParseComments)
	require.NoError(t, err)
	found := make(map[string]string)
	for _, declaration := range parsed.Decls {
		for _, spec := range declaration.(*ast.GenDecl).Specs {
			spec := spec.(*ast.ValueSpec)
			name := spec.Names[0]
			if !name.IsExported() {
				continue
			}
			assert.Regexp(t, "^"+name.Name+" is .+\\.\n$", spec.Doc.Text())
			assert.NotContains(t, found, name.Name)
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			found[name.Name] = value
		}
	}
	return found
}

func TestEveryDatasetHasOneConstant(t *testing.T) {
	t.Parallel()
	ids := make(map[string]bool)
	for name, id := range constants(t, "datasets.gen.go") {
		d, ok := catalog.Lookup(id)
		require.True(t, ok, "%s = %q is no dataset of the snapshot", name, id)
		assert.Equal(t, id, d.ID)
		assert.False(t, ids[id], "%s has two constants", id)
		ids[id] = true
	}
	for _, d := range catalog.Datasets() {
		assert.True(t, ids[d.ID], "%s has no constant", d.ID)
	}
	assert.Equal(t, "copernicus_dem:elevation", catalog.CopernicusDEMElevation)
}

func TestEveryProviderHasOneConstant(t *testing.T) {
	t.Parallel()
	slugs := make(map[string]bool)
	for name, slug := range constants(t, "providers.gen.go") {
		assert.False(t, slugs[slug], "%s has two constants, %s is one", slug, name)
		slugs[slug] = true
	}
	providers := catalog.Providers()
	assert.Len(t, slugs, len(providers))
	for _, p := range providers {
		assert.True(t, slugs[p.Slug], "%s has no constant", p.Slug)
	}
}

func TestDatasetsAreWholeAndSorted(t *testing.T) {
	t.Parallel()
	datasets, providers := catalog.Datasets(), catalog.Providers()
	assert.Len(t, datasets, 430)
	assert.Len(t, providers, 222)
	for _, d := range datasets {
		assert.NotEmpty(t, d.Name, d.ID)
		assert.NotEmpty(t, d.Variables, d.ID)
		assert.NotEmpty(t, d.License, d.ID)
		assert.NotEmpty(t, d.Citation, d.ID)
		assert.False(t, math.IsNaN(float64(d.ResolutionM)), d.ID)
	}
	var depths []string
	for _, d := range catalog.Search(catalog.Query{Provider: catalog.ProviderPOLARIS, Variable: "CLAY"}) {
		depths = append(depths, d.ID)
	}
	assert.Equal(t, []string{
		catalog.POLARISClay0To5cm, catalog.POLARISClay5To15cm, catalog.POLARISClay15To30cm,
		catalog.POLARISClay30To60cm, catalog.POLARISClay60To100cm, catalog.POLARISClay100To200cm,
	}, depths)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	d, ok := catalog.Lookup(catalog.CopernicusDEMElevation)
	require.True(t, ok)
	assert.Equal(t, "Copernicus DEM GLO-30 Elevation", d.Name)
	assert.Equal(t, cas.Number(30), d.ResolutionM)
	assert.Equal(t, &cas.Range{-500, 9000}, d.Variables[0].ValidRange)
	assert.Equal(t, cas.TemporalStatic, d.Temporal.TemporalType)
	for _, id := range []string{"", ":", "copernicus_dem", "Copernicus_DEM:elevation", "copernicus_dem:elevation "} {
		d, ok := catalog.Lookup(id)
		assert.False(t, ok, id)
		assert.Zero(t, d, id)
	}
}

// What is handed out is the caller's: changes do not reach the next caller.
func TestResultsAreTheCallers(t *testing.T) {
	t.Parallel()
	spoil := func(d *cas.Dataset) {
		d.Name = "spoilt"
		d.Variables[0].Units = "spoilt"
		d.Variables[0].ValidRange[0] = 12345
	}
	const id = catalog.CopernicusDEMElevation
	before, _ := catalog.Lookup(id)
	d, _ := catalog.Lookup(id)
	spoil(&d)
	found := catalog.Search(catalog.Query{Words: id})
	spoil(&found[0])
	for _, d := range catalog.Datasets() {
		if d.ID == id {
			spoil(&d)
		}
	}
	catalog.Providers()[0].Slug = "spoilt"
	after, _ := catalog.Lookup(id)
	assert.Equal(t, before, after)
	assert.NotEqual(t, "spoilt", catalog.Providers()[0].Slug)
}

func TestTaken(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("snapshot.json")
	require.NoError(t, err)
	s, err := snapshot.Parse(text)
	require.NoError(t, err)
	date, version := catalog.Taken()
	assert.Equal(t, s.Taken, date.Format(time.DateOnly))
	assert.Equal(t, time.UTC, date.Location())
	assert.Equal(t, s.ServiceVersion, version)
}

// A program that uses constants only does not carry the metadata; one that looks something up does.
func TestConstantsCarryNoMetadata(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("snapshot.json")
	require.NoError(t, err)
	for statement, carried := range map[string]bool{
		`println(catalog.CopernicusDEMElevation)`: false,
		`_, ok := catalog.Lookup("");println(ok)`: true,
	} {
		dir := t.TempDir()
		program := "package main\nimport \"github.com/community-attribute-service/cas-go/catalog\"\nfunc main() { " + statement + " }\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600))
		built := filepath.Join(dir, "program")
		output, err := exec.CommandContext(t.Context(), "go", "build", "-o", built, filepath.Join(dir, "main.go")).CombinedOutput()
		require.NoError(t, err, "%s", output)
		binary, err := os.ReadFile(built)
		require.NoError(t, err)
		assert.Equal(t, carried, bytes.Contains(binary, text[:4096]), statement)
	}
}
