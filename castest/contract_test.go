package castest_test

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/internal/contract/exchange"
)

// documented are the paths that the document describes; elsewhere the service says 404, or redirects to its pages.
var documented = map[string]bool{
	"/api/v1/extract": true, "/api/v1/extract/batch": true, "/api/v1/datasets": true, "/api/v1/providers": true,
	"/api/v1/providers/local_dem": true, "/api/v1/providers/nope": true, "/health": true, "/metrics": true,
}

// What the server sends fits the contract: every answer to what was once asked of the real service.
func TestAnswersFitTheDocument(t *testing.T) {
	t.Parallel()
	checker, err := exchange.New(api.Document)
	require.NoError(t, err)
	server := harness(t)
	checked := map[int]int{}
	for i, x := range recorded(t)["plain"] {
		target, err := url.Parse(x.Request.Path)
		if err != nil || !documented[target.Path] || x.Request.Method == http.MethodOptions {
			continue
		}
		status, headers, body := send(t, server, x)
		r, err := http.NewRequestWithContext(t.Context(), x.Request.Method, server.URL()+x.Request.Path, nil)
		require.NoError(t, err)
		header := http.Header{}
		for name, value := range headers {
			header.Set(name, value)
		}
		header.Set("X-Request-ID", "0123456789ab") // of which send gives the length only
		require.NoErrorf(t, checker.Response(r, status, header, body), "%d %s %s: %d %.300s", i, x.Request.Method, x.Request.Path, status, body)
		checked[status]++
	}
	for _, status := range []int{200, 400, 404, 405, 422, 500} {
		assert.Positive(t, checked[status], status)
	}
	t.Logf("answers by status: %v", checked)
}

// So do whole exchanges of the client: requests and answers.
func TestExchangesFitTheDocument(t *testing.T) {
	t.Parallel()
	checker, err := exchange.New(api.Document)
	require.NoError(t, err)
	server := castest.NewServer(castest.WithRateLimit(12), castest.WithAPIKeys("k"), castest.WithDatasets(harnessDatasets(t)...))
	defer server.Close()
	plain := &http.Transport{}
	defer plain.CloseIdleConnections()
	transport := checker.Transport(plain)
	client := once(server, cas.WithHTTPClient(&http.Client{Transport: transport}))

	ids := demDatasets
	for _, d := range harnessDatasets(t) {
		if d.ID != "local_dem:slow" {
			ids = append(ids, d.ID)
		}
	}
	_, err = client.BatchExtract(t.Context(), cas.BatchExtractRequest{Geometries: basinGeometries(t), DatasetIDs: ids, TimeRange: cas.Dates{"2020-01-01", "2020-01-02"}})
	require.NoError(t, err)
	_, err = client.Extract(t.Context(), cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.3), DatasetIDs: []string{}})
	require.ErrorIs(t, err, cas.ErrValidation)
	_, err = client.Datasets(t.Context(), cas.DatasetFilter{Page: cas.Page{Limit: 1001}})
	require.ErrorIs(t, err, cas.ErrValidation)
	for _, err := range client.AllDatasets(t.Context(), cas.DatasetFilter{Page: cas.Page{Limit: 10}}) {
		require.NoError(t, err)
	}
	_, err = client.Providers(t.Context(), cas.Page{})
	require.NoError(t, err)
	_, err = client.Provider(t.Context(), "nope")
	require.ErrorIs(t, err, cas.ErrNotFound)
	_, err = client.Health(t.Context())
	require.NoError(t, err)
	_, err = once(server, cas.WithAPIKey("x"), cas.WithHTTPClient(&http.Client{Transport: transport})).Providers(t.Context(), cas.Page{})
	require.ErrorIs(t, err, cas.ErrUnauthorized)
	for !errors.Is(err, cas.ErrRateLimited) {
		_, err = client.Provider(t.Context(), "local_dem")
	}
	server.FailNext(castest.Fault{Status: 502}, castest.Fault{Status: 500}, castest.Fault{Status: 429, RetryAfter: "1"})
	for range 3 {
		_, err = once(server, cas.WithHTTPClient(&http.Client{Transport: transport})).Extract(t.Context(), elevation())
		require.Error(t, err)
	}
	assert.Positive(t, transport.Exchanges())
	require.NoError(t, transport.Faults())
}
