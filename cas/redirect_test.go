package cas_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

const key = "s3cr3t+key/==%"

// No redirect is followed, whatever its code and wherever it leads; the error says where. The key reaches the first server alone.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, reply(200, emptyExtract))
	other, err := url.Parse(elsewhere.URL)
	require.NoError(t, err)
	for _, code := range []int{301, 302, 303, 307, 308} {
		for name, to := range map[string]func(own string) (location, said string){
			"another host": func(string) (string, string) { return "http://evil.example:9999/api", "http://evil.example:9999/api" },
			"another name": func(string) (string, string) { u := "http://localhost:" + other.Port() + "/x"; return u, u },
			"another port": func(string) (string, string) {
				return elsewhere.URL + "/api/v1/extract", elsewhere.URL + "/api/v1/extract"
			},
			"another scheme":      func(own string) (string, string) { u := strings.Replace(own, "http:", "https:", 1) + "/a"; return u, u },
			"a scheme of its own": func(string) (string, string) { return "file:///etc/passwd", "file:///etc/passwd" },
			"no scheme":           func(string) (string, string) { return "//" + other.Host + "/a", elsewhere.URL + "/a" },
			"another path":        func(own string) (string, string) { return own + "/api/v1/providers", own + "/api/v1/providers" },
			"a path alone":        func(own string) (string, string) { return "/elsewhere?x=1", own + "/elsewhere?x=1" },
			"the same":            func(own string) (string, string) { return own + "/api/v1/extract", own + "/api/v1/extract" },
			"user info": func(string) (string, string) {
				return "http://me:passw0rd@" + other.Host, "http://me:xxxxx@" + other.Host
			},
			"no URL":        func(string) (string, string) { return "http://[::1", `"http://[::1"` },
			"no URL either": func(string) (string, string) { return "%zz", `"%zz"` },
			"the key": func(string) (string, string) {
				return elsewhere.URL + "/?k=" + url.QueryEscape(key), elsewhere.URL + "/?k=[redacted]"
			},
			"nowhere": func(string) (string, string) { return "", "without saying where" },
		} {
			for operation, op := range operations {
				t.Run(fmt.Sprint(code, " ", name, " ", operation), func(t *testing.T) {
					t.Parallel()
					var own string
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						location, _ := to(own)
						reply(code, "moved, "+key, "Location", location, "Content-Type", "text/plain")(w, r)
					})
					own = s.URL
					_, said := to(own)
					sent := len(elsewhere.Requests())
					err := op.call(t, s.client(t, cas.WithAPIKey(key), cas.WithRetry(cas.RetryPolicy{MaxBackoff: 1})))
					e := asError(t, err)
					assert.Equal(t, "ErrRedirect", kinds(err))
					assert.Equal(t, []any{code, cas.ErrorTypeRedirect, headerID, 1}, []any{e.StatusCode, e.Type, e.RequestID, e.Attempts})
					assert.Contains(t, e.Message, said)
					assert.NotContains(t, e.Message, "passw0rd")
					assert.Equal(t, "moved, [redacted]", string(e.Body))
					assert.Len(t, s.Requests(), 1)
					assert.Equal(t, key, s.Last(t).Header.Get("X-API-Key"))
					assert.Len(t, elsewhere.Requests(), sent, "the other server was asked")
				})
			}
		}
	}
}

// The service's own redirect, for a slash too many, is one as well.
func TestTheServicesOwnRedirectIsAnErrorThatSaysWhere(t *testing.T) {
	t.Parallel()
	s := serve(t, rawReply(false, "HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\nlocation: http://evil.example:9999/api/v1/providers\r\nx-request-id: 1ab\r\n\r\n"))
	_, err := s.client(t).Providers(t.Context(), cas.Page{})
	assert.EqualError(t, err, "[307 redirect] the service redirects to http://evil.example:9999/api/v1/providers, which is not followed, "+
		"for the key would go there too: correct the base URL (request_id=1ab), in answer to GET /api/v1/providers")
}

// A caller's http.Client is copied: it stays as it was, and what it says of redirects and time has no effect on ours.
func TestACallersHTTPClientIsCopied(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, reply(200, healthy))
	s := serve(t, after(20*time.Millisecond, reply(307, "", "Location", elsewhere.URL, "Set-Cookie", "session=1")), reply(200, healthy))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	asked := 0
	check := func(*http.Request, []*http.Request) error { asked++; return nil }
	transport := new(http.Transport)
	defer transport.CloseIdleConnections()
	hc := &http.Client{Transport: transport, CheckRedirect: check, Jar: jar, Timeout: time.Millisecond}
	before := *hc
	client := s.client(t, cas.WithHTTPClient(hc), cas.WithAPIKey(key))
	_, err = client.Health(t.Context())
	require.ErrorIs(t, err, cas.ErrRedirect)
	assert.Empty(t, elsewhere.Requests())
	assert.Zero(t, asked)
	_, err = client.Health(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "session=1", s.Last(t).Header.Get("Cookie"), "its Jar is in use")

	assert.Equal(t, before.Timeout, hc.Timeout)
	assert.Same(t, transport, hc.Transport)
	assert.Equal(t, fmt.Sprintf("%p", check), fmt.Sprintf("%p", hc.CheckRedirect))
	hc.Timeout = 0
	res, err := hc.Get(s.URL)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Empty(t, res.Request.Header.Get("X-API-Key"), "it has not learnt the key")
}

// A transport of the caller's own may leave out of an answer what net/http's never does.
type sparse struct{ status int }

func (s sparse) RoundTrip(*http.Request) (*http.Response, error) {
	if s.status == 0 {
		return nil, nil
	}
	return &http.Response{StatusCode: s.status, Header: http.Header{"Location": {"/there"}}}, nil
}

func TestASparseAnswerOfACallersTransport(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{302: "ErrRedirect", 200: "ErrMalformedResponse", 404: "ErrNotFound", 0: ""} {
		client, err := cas.NewClient("http://cas.test", cas.WithHTTPClient(&http.Client{Transport: sparse{status}}), cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1}))
		require.NoError(t, err)
		_, err = client.Health(t.Context())
		assert.Equal(t, want, kinds(err))
		assert.Equal(t, status, asError(t, err).StatusCode)
		require.NoError(t, client.Close())
	}
	client, err := cas.NewClient(httptest.DefaultRemoteAddr)
	assert.Error(t, err)
	assert.Nil(t, client)
}
