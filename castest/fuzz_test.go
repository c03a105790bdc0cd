package castest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever the body, the answer is one that the service gives, and is JSON.
func FuzzExtract(f *testing.F) {
	for _, body := range []string{
		`{"geometry":{"type":"Point","coordinates":[-84.2,36.3]},"dataset_ids":["local_dem:elevation","nope:x"],"aggregation":"max"}`,
		`{"geometries":[{"type":"Polygon","coordinates":[[[-84.25,36.25],[-84.2,36.25],[-84.2,36.3],[-84.25,36.25]]]}],"dataset_ids":["local_dem:slope_class"]}`,
		`{"geometry":{"type":"MultiPolygon","coordinates":[[["a",null,{}]]]},"dataset_ids":["local_dem:elevation_daily"],"time_range":{"start":"2020","end":1e9}}`,
		`{"geometry":{"type":"Polygon","coordinates":[[[1e999,NaN,true],["1"," 2 "]],[]]},"dataset_ids":["copernicus_dem:elevation"],"bbox":{"min_lon":"x"}}`,
		`{"dataset_ids":["\ud800"],"output":"raster","target_resolution":[],"resampling":1}`, `[`, ``,
	} {
		f.Add([]byte(body), true)
		f.Add([]byte(body), false)
	}
	server := NewServer(WithRecording(0))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, body []byte, batch bool) {
		path := "/api/v1/extract"
		if batch {
			path += "/batch"
		}
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header.Set("Content-Type", "application/json")
		answer := server.answer(&exchange{Request: r, id: newID(), body: body}, nil)
		require.Contains(t, []int{200, 400, 422, 500}, answer.status)
		require.True(t, json.Valid(answer.body), "%s", answer.body)
		require.Less(t, len(answer.body), 10_000+20*len(body))
	})
}

// Whatever the query, the answer is a page or says what is wrong.
func FuzzQuery(f *testing.F) {
	for _, query := range []string{
		"limit=2.0&offset=1_0", "limit=%2B5&limit=&offset=99999999999999999999", "provider=local_dem&variable=ELEVATION&temporal_type=daily",
		"bbox=-85,36,-84,37&min_resolution=nan&max_resolution=+inf", "bbox=%D9%A1,2,3,4", "%zz=%&=;", "limit=%FF",
	} {
		f.Add(query)
	}
	server := NewServer(WithRecording(0))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/datasets", nil)
		r.URL.RawQuery = query
		answer := server.answer(&exchange{Request: r, id: newID()}, nil)
		require.Contains(t, []int{200, 422}, answer.status)
		require.True(t, json.Valid(answer.body), "%s", answer.body)
	})
}

// Whatever the path, the answer is a JSON body or a redirect to the same host.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/", "/health/", "/api/v1/providers/a b/", "/api/v1/providers/\xff", "//health", "/docs//", "/api/v1/providers/a?b#c%/"} {
		f.Add(path)
	}
	server := NewServer(WithRecording(0))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, path string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path, r.URL.RawPath = path, ""
		answer := server.answer(&exchange{Request: r, id: newID()}, nil)
		switch answer.status {
		case http.StatusTemporaryRedirect:
			require.Equal(t, "Location", answer.header[0])
			require.True(t, strings.HasPrefix(answer.header[1], "http://example.com/"), answer.header[1])
			require.NotContains(t, answer.header[1], "\n")
			require.Empty(t, answer.body)
		default:
			require.Contains(t, []int{200, 404, 405}, answer.status)
			require.True(t, json.Valid(answer.body) || path == "/metrics", "%s", answer.body)
		}
	})
}
