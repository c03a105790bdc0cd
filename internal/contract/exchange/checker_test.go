package exchange_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/exchange"
)

const document = `
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things:
    post:
      parameters: [{name: n, in: query, schema: {type: integer, minimum: 1}}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '200':
          description: Done.
          headers: {X-ID: {required: true, schema: {type: string, pattern: '^[0-9]+$'}}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '307':
          description: Elsewhere.
          headers: {Location: {required: true, schema: {type: string}}}
        '405': {description: No., content: {text/plain: {schema: {type: string}}}}
components:
  schemas:
    Thing:
      type: object
      required: [at]
      properties:
        at: {type: string, format: date-time}
        kind: {enum: [a, b]}
        open: {type: object, additionalProperties: true}
`

func newChecker(t *testing.T) *exchange.Checker {
	t.Helper()
	checker, err := exchange.New([]byte(document))
	require.NoError(t, err)
	return checker
}

func post(t *testing.T, target, contentType, body string) (*http.Request, []byte) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r, []byte(body)
}

func TestRequest(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	const fine = `{"at":"2020-01-02T03:04:05"}`
	for _, c := range []struct{ name, target, contentType, body, fault string }{
		{"as declared", "/things", "application/json", fine, ""},
		{"on any host, with a parameter", "http://other.example/things?n=1", "application/json; charset=utf-8", fine, ""},
		{"an open object", "/things", "application/json", `{"at":"2020-01-02","open":{"x":1}}`, ""},
		{"a closed object", "/things", "application/json", `{"at":"2020-01-02","x":1}`, "'x'"},
		{"no time", "/things", "application/json", `{"at":"yesterday"}`, "date-time"},
		{"an enum", "/things", "application/json", `{"at":"2020-01-02","kind":"c"}`, "'a', 'b'"},
		{"a parameter", "/things?n=0", "application/json", fine, "minimum"},
		{"a path", "/thing", "application/json", fine, "no matching operation"},
		{"a type", "/things", "text/plain", fine, `"text/plain" is not declared`},
		{"no body", "/things", "application/json", ``, "not JSON"},
		{"text behind", "/things", "application/json", fine + "x", "text after the value"},
		{"a name twice", "/things", "application/json", `{"at":"2020-01-02","at":"2020-01-02"}`, "duplicate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := checker.Request(post(t, c.target, c.contentType, c.body))
			if c.fault == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.fault)
		})
	}
}

func TestResponse(t *testing.T) {
	t.Parallel()
	checker := newChecker(t)
	const fine = `{"at":"2020-01-02T03:04:05"}`
	for _, c := range []struct {
		name, method, path string
		status             int
		id, location       string
		contentType, body  string
		fault              string
	}{
		{"as declared", "POST", "/things", 200, "1", "", "application/json", fine, ""},
		{"no header", "POST", "/things", 200, "", "", "application/json", fine, `"X-ID" missing`},
		{"an odd header", "POST", "/things", 200, "x", "", "application/json", fine, `"X-ID" doesn't match`},
		{"a status", "POST", "/things", 404, "1", "", "application/json", fine, "404 is not declared"},
		{"another type", "POST", "/things", 200, "1", "", "text/html", fine, `"text/html" is not declared`},
		{"cut", "POST", "/things", 200, "1", "", "application/json", fine[:9], "not JSON"},
		{"a method that is not there", "GET", "/things", 405, "", "", "text/plain", "No.", ""},
		{"a head", "HEAD", "/things", 405, "", "", "text/plain", "", ""},
		{"a head with a body", "HEAD", "/things", 405, "", "", "text/plain", "No.", "HEAD has a body"},
		{"a slash", "POST", "/things/", 307, "", "/things", "", "", ""},
		{"a redirect to nowhere", "POST", "/things/", 307, "", "", "", "", "Location is missing"},
		{"a redirect with a body", "POST", "/things/", 307, "", "/things", "", "here", "a body where none"},
		{"a path that is not there", "POST", "/nothing", 200, "1", "", "application/json", fine, "no matching operation"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for name, value := range map[string]string{"X-ID": c.id, "Location": c.location, "Content-Type": c.contentType} {
				if value != "" {
					header.Set(name, value)
				}
			}
			r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, nil)
			err := checker.Response(r, c.status, header, []byte(c.body))
			if c.fault == "" {
				assert.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.fault)
		})
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `{`, strings.Replace(document, "info: {title: Things, version: 1.0.0}", "", 1), strings.Replace(document, "schemas/Thing'", "schemas/Nothing'", 1)} {
		_, err := exchange.New([]byte(text))
		assert.Error(t, err)
	}
}

// The transport passes on what it checks, and tells what it found.
func TestTransport(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-ID", "1")
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	transport := newChecker(t).Transport(nil)
	client := &http.Client{Transport: transport}
	send := func(body string) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/things", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		res, err := client.Do(r)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		echo, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(echo)
	}

	const fine = `{"at":"2020-01-02T03:04:05"}`
	assert.Equal(t, fine, send(fine))
	assert.NoError(t, transport.Faults())
	assert.Equal(t, `{"at":7}`, send(`{"at":7}`))
	assert.Equal(t, 2, transport.Exchanges())
	err := transport.Faults()
	require.Error(t, err)
	assert.Equal(t, 2, strings.Count(err.Error(), "200 OK"), "request and answer: %v", err)
}
