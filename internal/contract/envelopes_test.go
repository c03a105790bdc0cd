package contract_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every captured answer with another status, without one of its headers, with a header that does not fit, with another Content-Type
// or with a body that is not whole is refused. Accepted are a 400 without X-Request-ID, as the server below the service sends it,
// and any text as Allow or Location.
func TestMutatedEnvelopes(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	tried := 0
	for _, e := range captured(t) {
		asked := e.asked(t)
		if asked == nil {
			continue
		}
		refused := func(what string, status int, header http.Header, body []byte) {
			t.Helper()
			tried++
			assert.Errorf(t, checker.Response(asked, status, header, body), "%s: %s", e.name, what)
		}
		for _, status := range []int{201, 204, 302, 403, 418, 503} {
			refused("another status", status, e.header, e.body)
		}
		for _, name := range []string{"X-Request-Id", "Retry-After", "Allow", "Location"} {
			if e.header.Get(name) == "" || name == "X-Request-Id" && e.status == http.StatusBadRequest {
				continue
			}
			refused("no "+name, e.status, with(e.header, name, ""), e.body)
			if name == "X-Request-Id" || name == "Retry-After" {
				refused("an odd "+name, e.status, with(e.header, name, "soon"), e.body)
			}
		}
		if len(e.body) == 0 {
			if asked.Method != http.MethodHead {
				refused("a body where none belongs", e.status, with(e.header, "Content-Type", "application/json"), []byte(`{}`))
			}
			continue
		}
		refused("HTML", e.status, with(e.header, "Content-Type", "text/html"), e.body)
		refused("no Content-Type", e.status, with(e.header, "Content-Type", ""), e.body)
		if !e.isJSON() {
			continue
		}
		for what, body := range broken(e.body) {
			refused(what, e.status, e.header, body)
		}
	}
	t.Logf("%d mutants", tried)
	assert.Greater(t, tried, 4_000)
}

// with is the header with one field set, or without it where value is "".
func with(header http.Header, name, value string) http.Header {
	other := header.Clone()
	other.Del(name)
	if value != "" {
		other.Set(name, value)
	}
	return other
}

// broken are forms of a JSON object that no decoder may take for it.
func broken(object []byte) map[string][]byte {
	return map[string][]byte{
		"cut in half":          object[:len(object)/2],
		"cut at its end":       bytes.TrimRight(object, "}"),
		"empty":                {},
		"null":                 []byte(`null`),
		"an array of it":       bytes.Join([][]byte{[]byte(`[`), object, []byte(`]`)}, nil),
		"text behind it":       append(bytes.Clone(object), "x"...),
		"twice":                append(bytes.Clone(object), object...),
		"a member twice":       bytes.Replace(object, []byte(`{`), []byte(`{"a":1,"a":1,`), 1),
		"a byte order mark":    append([]byte("\xef\xbb\xbf"), object...),
		"a number of Python's": bytes.Replace(object, []byte(`{`), []byte(`{"a":NaN,`), 1),
	}
}

// Every accepted request with another method, path, Content-Type, query or a body that is not whole is refused.
func TestMutatedRequestLines(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	tried := 0
	for _, e := range captured(t) {
		if e.request == nil || e.unkept || !e.accepted() || requestExceptions[e.name] != "" {
			continue
		}
		refused := func(what string, body []byte, change func(*http.Request)) {
			t.Helper()
			tried++
			other := e.request.Clone(t.Context())
			change(other)
			assert.Errorf(t, checker.Request(other, body), "%s: %s", e.name, what)
		}
		refused("another method", e.sent, func(r *http.Request) { r.Method = http.MethodPut })
		refused("another path", e.sent, func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/v2"+r.URL.Path, "" })
		refused("a trailing slash", e.sent, func(r *http.Request) { r.URL.Path, r.URL.RawPath = r.URL.Path+"/", "" })
		for query := range wrongQueries[e.request.URL.Path] {
			refused(query, e.sent, func(r *http.Request) { r.URL.RawQuery = query })
		}
		if len(e.sent) == 0 {
			refused("a body where none belongs", []byte(`{}`), func(*http.Request) {})
			continue
		}
		refused("a form", e.sent, func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
		refused("no Content-Type", e.sent, func(r *http.Request) { r.Header.Del("Content-Type") })
		for what, body := range broken(e.sent) {
			refused(what, body, func(*http.Request) {})
		}
	}
	t.Logf("%d mutants", tried)
	assert.Greater(t, tried, 1_000)
}

var wrongQueries = map[string]map[string]bool{
	"/api/v1/providers": set("limit=0", "limit=1001", "limit=abc", "limit=2.5", "limit=", "offset=-1", "offset=x"),
	"/api/v1/datasets": set("limit=0", "limit=1001", "offset=-1", "temporal_type=weekly", "temporal_type=", "temporal_type=ANNUAL",
		"min_resolution=abc", "max_resolution=", "bbox=1,2,3", "bbox=1,2,3,4,5", "bbox=1e-7,0,1,1", "bbox=%2B1,2,3,4", "bbox=", "bbox=1,%202,3,4"),
}

func set(names ...string) map[string]bool {
	all := make(map[string]bool, len(names))
	for _, name := range names {
		all[name] = true
	}
	return all
}
