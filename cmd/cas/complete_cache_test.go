package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/catalog"
)

// cachedApp is an app with a cache folder of its own, and how many requests its service got.
func cachedApp(t *testing.T) (a *app, requests func() int) {
	t.Helper()
	server := castest.NewServer()
	t.Cleanup(server.Close)
	for _, place := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(place, t.TempDir())
	}
	return &app{url: server.URL(), timeout: cas.DefaultTimeout}, func() int { return len(server.Requests()) }
}

func TestCatalogIsAskedForOnceADay(t *testing.T) {
	a, requests := cachedApp(t)
	known := a.knownCatalog(t.Context())
	assert.Contains(t, known.datasetIDs(), "local_dem:elevation")
	assert.Contains(t, known.slugs(), "local_dem")
	assert.WithinDuration(t, time.Now().Add(catalogAge), known.Renew, time.Minute)
	first := requests()
	assert.NotZero(t, first)

	again := a.findCatalog(t.Context())
	assert.Equal(t, known.Datasets, again.Datasets)
	assert.Equal(t, first, requests())

	known.Renew = time.Now().Add(-time.Second)
	known.Datasets = nil
	require.NoError(t, known.write(a.catalogFile()))
	assert.Equal(t, again.Datasets, a.findCatalog(t.Context()).Datasets, "yesterday's is renewed")
	assert.Equal(t, 2*first, requests())

	long := time.Now().Add(-catalogForget - time.Hour)
	forgotten := filepath.Join(filepath.Dir(a.catalogFile()), "catalog-0000000000000000.json")
	require.NoError(t, os.WriteFile(forgotten, []byte("{}"), 0o600))
	require.NoError(t, os.Chtimes(forgotten, long, long))
	require.NoError(t, known.write(a.catalogFile()))
	assert.NoFileExists(t, forgotten)

	leftovers, err := filepath.Glob(filepath.Dir(a.catalogFile()) + "/*.tmp")
	require.NoError(t, err)
	assert.Empty(t, leftovers)
}

func TestCatalogOfAServiceThatIsAway(t *testing.T) {
	a, _ := cachedApp(t)
	a.url = "http://127.0.0.1:1"
	known := a.knownCatalog(t.Context())
	assert.Len(t, known.Datasets, len(catalog.Datasets()), "what the program carries")
	assert.Len(t, known.Providers, len(catalog.Providers()))
	assert.WithinDuration(t, time.Now().Add(catalogRetry), known.Renew, time.Minute, "it is left alone for a while")

	old := knownCatalog{Renew: time.Now().Add(-time.Hour), Datasets: []named{{"own:data", "Own"}}}
	require.NoError(t, old.write(a.catalogFile()))
	assert.Equal(t, []string{"own:data"}, a.findCatalog(t.Context()).datasetIDs(), "yesterday's is better than another service's")
}

func TestDamagedCatalogFilesAreReplaced(t *testing.T) {
	a, _ := cachedApp(t)
	for _, text := range []string{"", "{", `{"Renew":"9999-01-01T00:00:00Z"}`} {
		require.NoError(t, os.MkdirAll(filepath.Dir(a.catalogFile()), 0o700))
		require.NoError(t, os.WriteFile(a.catalogFile(), []byte(text), 0o600))
		assert.NotEmpty(t, a.findCatalog(t.Context()).Datasets, text)
	}
}

func TestSuggestions(t *testing.T) {
	a, _ := cachedApp(t)
	for id, want := range map[string]string{
		"copernicus_dem:elevatoin": "; did you mean copernicus_dem:elevation?",
		"localdem:slope_class":     "; did you mean local_dem:slope_class?",
		"local_dem:elevation":      "", // known: something else is wrong
		"xyzzyxyzzy":               "",
	} {
		assert.Equal(t, want, a.suggestDataset(t.Context(), id), id)
	}
	assert.Equal(t, "; did you mean copernicus_dem?", a.suggestProvider(t.Context(), "copernicus"))
}
