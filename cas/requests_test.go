package cas_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// What goes over the wire, byte for byte.
func TestEveryOperationSendsItsGoldenRequest(t *testing.T) {
	t.Parallel()
	ids := []string{"local_dem:elevation", "forêt:\"x\"<&>"}
	number := func(f float64) *float64 { return &f }
	full := cas.ExtractRequest{
		Geometry: cas.Polygon([][2]float64{{-84.25, 36.55}, {-84.2, 36.55}, {-84.2, 36.6}, {-84.25, 36.55}}), DatasetIDs: ids,
		Aggregation: cas.AggregationMax, TimeRange: cas.Dates{"2020-01-01", "2020-12-31"}, TargetCRS: "EPSG:5070",
	}
	for name, c := range map[string]struct {
		answer, method, uri, body string
		call                      func(*cas.Client) error
	}{
		"extract": {
			emptyExtract, "POST", "/api/v1/extract",
			`{"geometry":{"type":"Point","coordinates":[-84.2,36.6]},"dataset_ids":["local_dem:elevation"]}`,
			func(c *cas.Client) error { _, err := c.Extract(t.Context(), aRequest()); return err },
		},
		"extract with everything": {
			emptyExtract, "POST", "/api/v1/extract",
			`{"geometry":{"type":"Polygon","coordinates":[[[-84.25,36.55],[-84.2,36.55],[-84.2,36.6],[-84.25,36.55]]]},` +
				`"dataset_ids":["local_dem:elevation","forêt:\"x\"<&>"],"time_range":{"start":"2020-01-01T00:00:00","end":"2020-12-31T00:00:00"},` +
				`"aggregation":"max","target_crs":"EPSG:5070"}`,
			func(c *cas.Client) error { _, err := c.Extract(t.Context(), full); return err },
		},
		"extract without dataset ids": {
			emptyExtract, "POST", "/api/v1/extract",
			`{"geometry":{"type":"Point","coordinates":[0,0]},"dataset_ids":[]}`,
			func(c *cas.Client) error {
				_, err := c.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(0, 0)})
				return err
			},
		},
		"batch": {
			emptyBatch, "POST", "/api/v1/extract/batch",
			`{"geometries":[{"type":"Point","coordinates":[1,2]},{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]},` +
				`{ "type":"Point","coordinates":[1.50,2,3e0] }],"dataset_ids":["a:b"],"time_range":{"start":"2020-01-01T12:00:00.000001","end":"2020-01-02T00:00:00"},` +
				`"aggregation":"sum"}`,
			func(c *cas.Client) error {
				_, err := c.BatchExtract(t.Context(), cas.BatchExtractRequest{
					Geometries: []cas.GeometryLike{
						cas.Point(1, 2), cas.MultiPolygon([][][2]float64{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}), ` { "type":"Point","coordinates":[1.50,2,3e0] } `,
					},
					DatasetIDs: []string{"a:b"}, Aggregation: "sum",
					TimeRange: cas.TimeRange{
						Start: time.Date(2020, 1, 1, 13, 0, 0, 1999, time.FixedZone("", 3600)), End: time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC),
					},
				})
				return err
			},
		},
		"batch of none": {
			emptyBatch, "POST", "/api/v1/extract/batch", `{"geometries":[],"dataset_ids":["a:b"]}`,
			func(c *cas.Client) error { _, err := c.BatchExtract(t.Context(), aBatch(0)); return err },
		},
		"stream": {
			emptyBatch, "POST", "/api/v1/extract/batch", `{"geometries":[{"type":"Point","coordinates":[0,1]}],"dataset_ids":["a:b"]}`,
			func(c *cas.Client) error {
				for _, err := range c.StreamBatch(t.Context(), aBatch(1)) {
					return err
				}
				return nil
			},
		},
		"providers": {
			emptyProviders, "GET", "/api/v1/providers", "",
			func(c *cas.Client) error { _, err := c.Providers(t.Context(), cas.Page{}); return err },
		},
		"providers, a page": {
			emptyProviders, "GET", "/api/v1/providers?limit=1001&offset=7", "",
			func(c *cas.Client) error {
				_, err := c.Providers(t.Context(), cas.Page{Limit: 1001, Offset: 7})
				return err
			},
		},
		"provider": {
			oneProvider, "GET", "/api/v1/providers/copernicus_dem", "",
			func(c *cas.Client) error { _, err := c.Provider(t.Context(), "copernicus_dem"); return err },
		},
		"datasets": {
			emptyDatasets, "GET", "/api/v1/datasets", "",
			func(c *cas.Client) error { _, err := c.Datasets(t.Context(), cas.DatasetFilter{}); return err },
		},
		"datasets, every filter": {
			emptyDatasets, "GET",
			"/api/v1/datasets?provider=a%26b%3D1&variable=bulk%20density&temporal_type=monthly&min_resolution=0.0000001&max_resolution=1000000000000000000000000" +
				"&bbox=-180%2C-0.0000001%2C180%2C90&limit=5&offset=10", "",
			func(c *cas.Client) error {
				_, err := c.Datasets(t.Context(), cas.DatasetFilter{
					Provider: "a&b=1", Variable: "bulk density", TemporalType: cas.TemporalMonthly, MinResolution: number(1e-7), MaxResolution: number(1e24),
					BBox: &cas.BoundingBox{MinLon: -180, MinLat: -1e-7, MaxLon: 180, MaxLat: 90}, Page: cas.Page{Limit: 5, Offset: 10},
				})
				return err
			},
		},
		"datasets, zero and endless resolutions": {
			emptyDatasets, "GET", "/api/v1/datasets?min_resolution=0&max_resolution=%2BInf", "",
			func(c *cas.Client) error {
				_, err := c.Datasets(t.Context(), cas.DatasetFilter{MinResolution: number(0), MaxResolution: number(math.Inf(1))})
				return err
			},
		},
		"health": {
			healthy, "GET", "/health", "",
			func(c *cas.Client) error { _, err := c.Health(t.Context()); return err },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(200, c.answer))
			require.NoError(t, c.call(s.client(t, cas.WithAPIKey("k3y"), cas.WithUserAgent("basins/1.2"))))
			got := s.Last(t)
			assert.Equal(t, c.method, got.Method)
			// Comma and blank may be spelt in either of two ways in a query.
			assert.Equal(t, c.uri, strings.NewReplacer(",", "%2C", "+", "%20").Replace(got.URI))
			assert.Equal(t, c.body, got.Body)

			header := got.Header
			agent := header.Get("User-Agent")
			header.Del("User-Agent")
			header.Del("Content-Length")
			want := http.Header{"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "X-Api-Key": {"k3y"}}
			if c.body != "" {
				want.Set("Content-Type", "application/json")
			}
			assert.Equal(t, want, header)
			assert.Regexp(t, `^basins/1\.2 cas-go/\S+ \(go\S+( \S+)?; \w+/\w+\)$`, agent)
		})
	}
}

// A slug is one segment of a path, whatever it is made of.
func TestASlugStaysWithinItsSegment(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, oneProvider))
	client := s.client(t)
	for slug, want := range map[string]string{
		"a b": "a%20b", "a?x=1": "a%3Fx=1", "a#f": "a%23f", "a%2Fb": "a%252Fb", "%2e%2e": "%252e%252e", "ä": "%C3%A4", "\xff\xfe": "%FF%FE",
		"a\x00b": "a%00b", "a\nb": "a%0Ab", `a\b`: "a%5Cb", "...": "...", "a:b": "a:b", "a,b": "a%2Cb", "a;b": "a%3Bb", "'": "%27", `"`: "%22",
	} {
		_, err := client.Provider(t.Context(), slug)
		require.NoError(t, err, slug)
		got := strings.TrimPrefix(s.Last(t).URI, "/api/v1/providers/")
		assert.Equal(t, want, strings.ReplaceAll(got, "'", "%27"), "%q", slug)
	}
}

func TestABaseURLMayCarryAPrefix(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	for path, want := range map[string]string{
		"": "/health", "/": "/health", "//": "/health", "/cas": "/cas/health", "/cas/": "/cas/health", "/a/b//": "/a/b/health",
		"/a%2Fb": "/a%2Fb/health", "/a%20b": "/a%20b/health",
	} {
		client, err := cas.NewClient(s.URL + path)
		require.NoError(t, err, path)
		_, err = client.Health(t.Context())
		require.NoError(t, err, path)
		require.NoError(t, client.Close())
		assert.Equal(t, want, s.Last(t).URI, path)
	}
}

// meddler is a transport that changes the requests that it is given.
type meddler struct{}

func (meddler) RoundTrip(r *http.Request) (*http.Response, error) {
	r.URL.Path += "/meddled"
	r.Header.Set("X-Meddled", r.Header.Get("X-Meddled")+"once")
	return http.DefaultTransport.RoundTrip(r)
}

// What a caller's own transport does to a request is done to that request alone.
func TestATransportThatChangesItsRequests(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, captured(t, "extract_point_ok")))
	client := s.client(t, cas.WithHTTPClient(&http.Client{Transport: meddler{}}))
	for range 3 {
		_, _ = client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(1, 2), DatasetIDs: []string{"a:b"}})
	}
	requests := s.Requests()
	require.Len(t, requests, 3)
	for _, r := range requests {
		assert.Equal(t, "/api/v1/extract/meddled", r.URI)
		assert.Equal(t, "once", r.Header.Get("X-Meddled"))
	}
}
