package contract_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/api"
	checking "github.com/community-attribute-service/cas-go/internal/contract/exchange"
)

func newChecker(t *testing.T) *checking.Checker {
	t.Helper()
	checker, err := checking.New(api.Document)
	require.NoError(t, err)
	return checker
}

// standIns are the operations whose responses describe an answer outside of the document: for a path that the service does not have,
// for the routes of the test harness, which raise inside the service's own handlers, and for what is no HTTP.
var standIns = map[string]string{
	"/":                      "GET /api/v1/providers/nope",
	"/api/v1/health":         "GET /api/v1/providers/nope",
	"/api/v1/nope":           "GET /api/v1/providers/nope",
	"//api/v1/providers/":    "GET /api/v1/providers/nope",
	"/__harness__/crash":     "POST /api/v1/extract",
	"/__harness__/upstream":  "POST /api/v1/extract",
	"*":                      "GET /health", // the preface of HTTP/2
	"what is no HTTP at all": "GET /health",
}

// pages are for people and tools, not part of the contract.
var pages = map[string]string{
	"/docs":         "text/html; charset=utf-8",
	"/redoc":        "text/html; charset=utf-8",
	"/openapi.json": "application/json",
}

// asked is the request that an answer is checked as the answer to; nil for the answers to a page.
func (e exchange) asked(t *testing.T) *http.Request {
	t.Helper()
	path := "what is no HTTP at all"
	if e.request != nil {
		path = e.request.URL.Path
	}
	if pages[path] != "" {
		return nil
	}
	standIn := standIns[path]
	if standIn == "" {
		return e.request
	}
	method, path, _ := strings.Cut(standIn, " ")
	return (&http.Request{Method: method, URL: &url.URL{Path: path}}).WithContext(t.Context())
}

// Every captured answer is one that the document describes.
func TestResponses(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	checked := 0
	for _, e := range captured(t) {
		asked := e.asked(t)
		if asked == nil {
			assert.Equal(t, pages[e.request.URL.Path], e.header.Get("Content-Type"), e.name)
			continue
		}
		assert.NoErrorf(t, checker.Response(asked, e.status, e.header, e.body), "%s: %d %s", e.name, e.status, e.body)
		checked++
	}
	t.Logf("%d answers", checked)
	assert.GreaterOrEqual(t, checked, 300)
}
