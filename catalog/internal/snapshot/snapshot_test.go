package snapshot

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	s := Snapshot{
		Taken: "2026-01-02", ServiceVersion: "9.9.9",
		Providers: []cas.ProviderSummary{{Slug: "a", Name: "Ä <&>"}, {Slug: "b"}},
		Datasets: []cas.Dataset{{
			ID: "a:x", Provider: "a", ResolutionM: 0.5,
			Variables: []cas.Variable{{Name: "x", ValidRange: &cas.Range{-1.5, 2}}},
		}},
	}
	const want = `{
  "taken": "2026-01-02",
  "service_version": "9.9.9",
  "providers": [
    {
      "slug": "a",
      "name": "Ä <&>",
      "protocol": "",
      "base_url": ""
    },
    {
      "slug": "b",
      "name": "",
      "protocol": "",
      "base_url": ""
    }
  ],
  "datasets": [
    {
      "id": "a:x",
      "provider": "a",
      "name": "",
      "description": "",
      "variables": [{"name": "x", "units": "", "description": "", "data_type": "", "nodata_value": null, "valid_range": [-1.5, 2]}],
      "resolution_m": 0.5,
      "crs": "",
      "bbox": {"min_lon": 0, "min_lat": 0, "max_lon": 0, "max_lat": 0},
      "temporal": {"start": null, "end": null, "temporal_type": ""},
      "protocol": "",
      "license": "",
      "citation": ""
    }
  ]
}
`
	assert.Equal(t, want, string(s.Format()))
	back, err := Parse([]byte(want))
	require.NoError(t, err)
	assert.Equal(t, &s, back)

	later := s
	later.Taken = "2027-01-02"
	assert.True(t, s.SameCatalog(&later))
	later.ServiceVersion = "10"
	assert.False(t, s.SameCatalog(&later))
	_, err = Parse([]byte("{"))
	require.ErrorContains(t, err, "catalog snapshot: ")
}

func TestCompare(t *testing.T) {
	t.Parallel()
	sorted := []string{
		"a:b", "a:b_0-5cm", "a:b_05-15cm", "a:b_5-15cm", "a:b_15-30cm", "a:b_100-200cm", "a:ba", "a_b:a", "b10:a", "b9:a",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			assert.Equal(t, i < j, compare(a, b) < 0, "%s %s", a, b)
			assert.Equal(t, i == j, compare(a, b) == 0, "%s %s", a, b)
		}
	}
}

// serve is a client of a service that lists these.
func serve(t *testing.T, registered int, providers, datasets []string) *cas.Client {
	t.Helper()
	list := func(name string, items []string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			page := items
			if r.URL.Query().Get("offset") != "" {
				page = nil
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"total":%d,"limit":1000,"offset":0,"count":%d,%q:[%s]}`, len(items), len(page), name, strings.Join(page, ","))
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/providers", list("providers", providers))
	mux.HandleFunc("/api/v1/datasets", list("datasets", datasets))
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"status":"ok","providers_registered":%d,"cache":{"hits":0,"misses":0,"size":0,"hit_rate":0.0}}`, registered)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := cas.NewClient(server.URL, cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func provider(slug string) string {
	return fmt.Sprintf(`{"slug":%q,"name":"","protocol":"rest","base_url":""}`, slug)
}

func dataset(provider, id string) string {
	return fmt.Sprintf(`{"id":%q,"provider":%q,"name":"","description":"","variables":[],"resolution_m":1,"crs":"",`+
		`"bbox":{"min_lon":0,"min_lat":0,"max_lon":1,"max_lat":1},"temporal":{"start":null,"end":null,"temporal_type":"static"},`+
		`"protocol":"rest","license":"","citation":""}`, id, provider)
}

func TestTakeSorts(t *testing.T) {
	t.Parallel()
	client := serve(t, 2, []string{provider("b"), provider("a")}, []string{dataset("b", "b:x"), dataset("a", "a:10"), dataset("a", "a:9")})
	s, err := Take(t.Context(), client, "9.9.9", time.Date(2026, 1, 2, 23, 0, 0, 0, time.FixedZone("west", -7200)))
	require.NoError(t, err)
	assert.Equal(t, "2026-01-03", s.Taken)
	assert.Equal(t, "9.9.9", s.ServiceVersion)
	assert.True(t, slices.IsSortedFunc(s.Providers, func(a, b cas.ProviderSummary) int { return strings.Compare(a.Slug, b.Slug) }))
	assert.Equal(t, []string{"a:9", "a:10", "b:x"}, []string{s.Datasets[0].ID, s.Datasets[1].ID, s.Datasets[2].ID})
}

func TestTakeRefusesHalfACatalog(t *testing.T) {
	t.Parallel()
	a, ax := provider("a"), dataset("a", "a:x")
	for name, test := range map[string]struct {
		registered          int
		providers, datasets []string
		want                string
	}{
		"a provider whose catalog failed": {2, []string{a, provider("b")}, []string{ax}, `provider "b" lists no dataset`},
		"a provider that is not listed":   {2, []string{a}, []string{ax}, "registers 2 providers and lists 1"},
		"a provider twice":                {2, []string{a, a}, []string{ax}, `provider slug "a" is empty or listed twice`},
		"a dataset twice":                 {1, []string{a}, []string{ax, ax}, `dataset id "a:x" of provider "a" is not unique`},
		"a dataset of no provider":        {1, []string{a}, []string{ax, dataset("b", "b:x")}, `dataset id "b:x"`},
		"a dataset of another one":        {2, []string{a, provider("b")}, []string{ax, dataset("b", "a:y")}, `dataset id "a:y" of provider "b"`},
		"a dataset without a name":        {1, []string{a}, []string{dataset("a", "a:")}, `dataset id "a:"`},
		"no colon":                        {1, []string{a}, []string{dataset("a", "a")}, `dataset id "a"`},
		"not a provider":                  {1, []string{"7"}, []string{ax}, "list the providers: "},
		"not a dataset":                   {1, []string{a}, []string{"7"}, "list the datasets: "},
	} {
		client := serve(t, test.registered, test.providers, test.datasets)
		_, err := Take(t.Context(), client, "9.9.9", time.Now())
		require.ErrorContains(t, err, test.want, name)
	}
}
