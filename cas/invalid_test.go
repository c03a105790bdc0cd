package cas_test

import (
	"bytes"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

// A request that cannot be right names its field, whatever the way it is made, and nothing is sent.
func TestABadRequestEndsBeforeAnyIO(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	extract := func(change func(*cas.ExtractRequest)) func(*cas.Client) error {
		return func(c *cas.Client) error {
			r := aRequest()
			change(&r)
			_, err := c.Extract(t.Context(), r)
			_, later := c.Async().Extract(t.Context(), r).Wait(t.Context())
			assert.Equal(t, err, later)
			return err
		}
	}
	datasets := func(f cas.DatasetFilter) func(*cas.Client) error {
		return func(c *cas.Client) error {
			_, err := c.Datasets(t.Context(), f)
			_, later := c.Async().Datasets(t.Context(), f).Wait(t.Context())
			assert.Equal(t, err, later)
			n := 0
			for _, iterated := range c.AllDatasets(t.Context(), f) {
				assert.Equal(t, err, iterated)
				n++
			}
			assert.Equal(t, 1, n, "AllDatasets yields the error once")
			return err
		}
	}
	batch := func(r cas.BatchExtractRequest) func(*cas.Client) error {
		return func(c *cas.Client) error {
			_, err := c.BatchExtract(t.Context(), r)
			_, later := c.Async().BatchExtract(t.Context(), r).Wait(t.Context())
			assert.Equal(t, err, later)
			n := 0
			for response, streamed := range c.StreamBatch(t.Context(), r) {
				assert.Nil(t, response)
				assert.Equal(t, err, streamed)
				n++
			}
			assert.Equal(t, 1, n, "StreamBatch yields the error once")
			return err
		}
	}
	provider := func(slug string) func(*cas.Client) error {
		return func(c *cas.Client) error {
			_, err := c.Provider(t.Context(), slug)
			_, later := c.Async().Provider(t.Context(), slug).Wait(t.Context())
			assert.Equal(t, err, later)
			return err
		}
	}
	box := func(west, south, east, north float64) cas.DatasetFilter {
		return cas.DatasetFilter{BBox: &cas.BoundingBox{MinLon: west, MinLat: south, MaxLon: east, MaxLat: north}}
	}
	for name, c := range map[string]struct {
		call func(*cas.Client) error
		want string
	}{
		"no geometry":          {extract(func(r *cas.ExtractRequest) { r.Geometry = nil }), "geometry: is nil"},
		"an id not UTF-8":      {extract(func(r *cas.ExtractRequest) { r.DatasetIDs = []string{"a:b", "\xff"} }), "dataset_ids[1]: "},
		"an aggregation, same": {extract(func(r *cas.ExtractRequest) { r.Aggregation = "\xff" }), "aggregation: "},
		"a CRS, same":          {extract(func(r *cas.ExtractRequest) { r.TargetCRS = "\xff" }), "target_crs: "},
		"a time range":         {extract(func(r *cas.ExtractRequest) { r.TimeRange = cas.Dates{} }), "time_range.start: "},
		"nil *TimeRange":       {extract(func(r *cas.ExtractRequest) { r.TimeRange = (*cas.TimeRange)(nil) }), "time_range: "},
		"nil *Dates":           {extract(func(r *cas.ExtractRequest) { r.TimeRange = (*cas.Dates)(nil) }), "time_range: "},
		"1001 geometries":      {batch(aBatch(1001)), "geometries: are 1001, and a batch takes 1000: package bulk"},
		"a nil geometry":       {batch(cas.BatchExtractRequest{Geometries: make([]cas.GeometryLike, 2), DatasetIDs: []string{"a:b"}}), "geometries[0]: is nil"},
		"batch, time range":    {batch(cas.BatchExtractRequest{TimeRange: cas.Dates{"2020", "2021"}}), "time_range.start: "},
		"empty slug":           {provider(""), `slug: ""`},
		"slug .":               {provider("."), `slug: "."`},
		"slug ..":              {provider(".."), `slug: ".."`},
		"slug with a slash":    {provider("a/b"), `slug: "a/b"`},
		"slug, only a slash":   {provider("/"), `slug: "/"`},
		"slug up and away":     {provider("../../../health"), "slug: "},
		"negative limit":       {datasets(cas.DatasetFilter{Page: cas.Page{Limit: -1}}), "limit: -1 is negative"},
		"negative offset":      {datasets(cas.DatasetFilter{Page: cas.Page{Offset: -2}}), "offset: -2 is negative"},
		"resolution NaN":       {datasets(cas.DatasetFilter{MinResolution: &nan}), "min_resolution: "},
		"largest one NaN":      {datasets(cas.DatasetFilter{MaxResolution: &nan}), "max_resolution: "},
		"box with NaN":         {datasets(box(nan, 0, 1, 1)), "bbox: "},
		"box without an end":   {datasets(box(0, 0, inf, 1)), "bbox: "},
		"box, antimeridian":    {datasets(box(170, 0, -170, 1)), "bbox: "},
		"box upside down":      {datasets(box(0, 1, 1, 0)), "bbox: "},
		"providers, limit":     {func(c *cas.Client) error { _, err := c.Providers(t.Context(), cas.Page{Limit: -1}); return err }, "limit: "},
		"providers, offset":    {func(c *cas.Client) error { _, err := c.Providers(t.Context(), cas.Page{Offset: -1}); return err }, "offset: "},
		"providers, later": {func(c *cas.Client) error {
			_, err := c.Async().Providers(t.Context(), cas.Page{Offset: -1}).Wait(t.Context())
			return err
		}, "offset: "},
		"even without a client": {func(c *cas.Client) error { _ = c.Close(); _, err := c.Provider(t.Context(), ""); return err }, "slug: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(500, ""))
			err := c.call(s.client(t))
			require.ErrorIs(t, err, cas.ErrInvalidRequest)
			assert.Contains(t, err.Error(), "cas: invalid request: "+c.want)
			var e *cas.Error
			assert.NotErrorAs(t, err, &e, "no answer is made up")
			assert.Empty(t, s.Requests())
		})
	}
}

func TestABadBaseURLIsAnErrorOfNewClient(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3tvalue"
	for text, want := range map[string]string{
		"localhost:8000":                    "http:// or https://",
		"//localhost":                       "http:// or https://",
		"/api":                              "http:// or https://",
		"ftp://h":                           "http:// or https://",
		"file:///etc/passwd":                "http:// or https://",
		"unix:///run/cas.sock":              "http:// or https://",
		"http://":                           "no host",
		"http:///path":                      "no host",
		"http://:8000":                      "no host",
		"http://h:99999":                    "port",
		"http://h:0":                        "port",
		"http:localhost":                    "no host",
		"https://" + secret + "@h":          "user info",
		"https://me:" + secret + "@h/p":     "user info",
		"https://@h":                        "user info",
		"https://h?api_key=" + secret:       "query",
		"https://h/?":                       "query",
		"https://h#" + secret:               "fragment",
		"https://h/#":                       "fragment",
		"https://me:" + secret + "@h:p/%zz": "cannot be parsed",
		"https://h/" + secret + "%zz":       "cannot be parsed",
		"https://h:" + secret:               "cannot be parsed",
		" http://h":                         "cannot be parsed",
		"http://h h/":                       "cannot be parsed",
		"http://h\n/" + secret:              "cannot be parsed",
		"http://[::1":                       "cannot be parsed",
		secret + "://h":                     "http:// or https://",
	} {
		for _, make := range []func() (any, error){
			func() (any, error) { c, err := cas.NewClient(text); return c == nil, err },
			func() (any, error) { c, err := cas.NewAsyncClient(text); return c == nil, err },
		} {
			isNil, err := make()
			require.Error(t, err, text)
			assert.Equal(t, true, isNil)
			assert.ErrorIs(t, err, cas.ErrInvalidRequest, text)
			assert.Contains(t, err.Error(), "base URL", text)
			assert.Contains(t, err.Error(), want, text)
			assert.NotContains(t, err.Error(), secret, text)
		}
	}
	for _, text := range []string{"", "http://h", "HTTPS://h:8443/a/b/", "http://[::1]:8000", "http://h/%23%3F", "http://127.0.0.1", "http://münchen.example"} {
		c, err := cas.NewClient(text)
		require.NoError(t, err, text)
		require.NoError(t, c.Close())
	}
}

func TestABadOptionIsAnErrorOfNewClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		option cas.Option
		want   string
	}{
		"nil":                   {nil, "option"},
		"key with a line end":   {cas.WithAPIKey("s3cr3tvalue\n"), "WithAPIKey"},
		"key with a NUL":        {cas.WithAPIKey("s3cr3tvalue\x00"), "WithAPIKey"},
		"key with a DEL":        {cas.WithAPIKey("s3cr3tvalue\x7f"), "WithAPIKey"},
		"key with a second one": {cas.WithAPIKey("s3cr3tvalue\r\nX-Admin: 1"), "WithAPIKey"},
		"no time":               {cas.WithTimeout(0), "WithTimeout"},
		"negative time":         {cas.WithTimeout(-time.Second), "WithTimeout"},
		"nil http.Client":       {cas.WithHTTPClient(nil), "WithHTTPClient"},
		"negative attempts":     {cas.WithRetry(cas.RetryPolicy{MaxAttempts: -1}), "WithRetry"},
		"negative backoff":      {cas.WithRetry(cas.RetryPolicy{MinBackoff: -1}), "WithRetry"},
		"negative bound":        {cas.WithRetry(cas.RetryPolicy{MaxBackoff: -1}), "WithRetry"},
		"negative wait":         {cas.WithRetry(cas.RetryPolicy{MaxRetryAfter: -1}), "WithRetry"},
		"bounds reversed":       {cas.WithRetry(cas.RetryPolicy{MinBackoff: 2, MaxBackoff: 1}), "WithRetry"},
		"no requests":           {cas.WithRequestsPerMinute(0), "WithRequestsPerMinute"},
		"negative requests":     {cas.WithRequestsPerMinute(-5), "WithRequestsPerMinute"},
		"agent, line end":       {cas.WithUserAgent("a\r\nX-Admin: 1"), "WithUserAgent"},
		"no bytes":              {cas.WithMaxResponseBytes(0), "WithMaxResponseBytes"},
		"negative bytes":        {cas.WithMaxResponseBytes(-1), "WithMaxResponseBytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := cas.NewClient("http://h", c.option)
			require.ErrorIs(t, err, cas.ErrInvalidRequest)
			assert.Nil(t, client)
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "s3cr3tvalue")
		})
	}
	client, err := cas.NewClient("http://h", cas.WithAPIKey(""), cas.WithLogger(nil), cas.WithUserAgent(""), cas.WithRetry(cas.RetryPolicy{}),
		cas.WithTimeout(math.MaxInt64), cas.WithMaxResponseBytes(math.MaxInt64), cas.WithRequestsPerMinute(math.MaxInt),
		cas.WithLogger(slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))), cas.WithHTTPClient(&http.Client{}))
	require.NoError(t, err)
	require.NoError(t, client.Close())
}

// The largest limits are limits too.
func TestTheLargestLimitsDoNotOverflow(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	_, err := s.client(t, cas.WithMaxResponseBytes(math.MaxInt64), cas.WithTimeout(math.MaxInt64)).Health(t.Context(), nil, cas.WithResponseInfo(nil))
	require.NoError(t, err)
}

// Of an option given twice the last one counts, and an empty key takes an earlier one back.
func TestTheLastOptionCounts(t *testing.T) {
	t.Parallel()
	s := serve(t, reply(200, healthy))
	_, err := s.client(t, cas.WithAPIKey("first"), cas.WithAPIKey("")).Health(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, s.Last(t).Header, "X-Api-Key")
	assert.True(t, strings.HasPrefix(s.Last(t).Header.Get("User-Agent"), "cas-go/"))
}
