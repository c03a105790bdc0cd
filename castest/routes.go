package castest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// route is one operation of the service.
type route struct {
	template string // with {slug} for a path segment
	method   string
	secured  bool // asks for a key and counts against the rate limit

	// answer is set for an operation without a body; b is memory for the answer's.
	answer func(s *Server, x *exchange, b []byte) reply
	// read and extract are set for one with a body: what checks it, and what answers.
	read    func(v *validator, body pyjson.Value)
	extract func(s *Server, x *exchange, e *extraction, b []byte) reply
}

// routes in the order of the service, which matches them one after another.
var routes = []*route{
	{template: "/api/v1/extract", method: http.MethodPost, secured: true, read: (*validator).single, extract: (*Server).extract},
	{template: "/api/v1/extract/batch", method: http.MethodPost, secured: true, read: (*validator).batch, extract: (*Server).extractBatch},
	{template: "/api/v1/datasets", method: http.MethodGet, secured: true, answer: (*Server).listDatasets},
	{template: "/api/v1/providers", method: http.MethodGet, secured: true, answer: (*Server).listProviders},
	{template: providerPath + "{slug}", method: http.MethodGet, secured: true, answer: (*Server).showProvider},
	{template: "/metrics", method: http.MethodGet, answer: (*Server).showMetrics},
	{template: "/health", method: http.MethodGet, answer: (*Server).showHealth},
}

const providerPath = "/api/v1/providers/"

// slugOf is what stands for {slug} in a path.
func slugOf(path string) string { return strings.TrimPrefix(path, providerPath) }

// find is the route of a path, or nil.
func find(path string) *route {
	for _, r := range routes {
		if path == r.template {
			return r
		}
		if prefix, found := strings.CutSuffix(r.template, "{slug}"); found {
			if rest, found := strings.CutPrefix(path, prefix); found && rest != "" && !strings.Contains(rest, "/") {
				return r
			}
		}
	}
	return nil
}

// answer finds the operation and lets it answer, after the checks that they all share; b is memory for the body. The order is the
// service's: route, decoding of the body, rate limit, key, and only then what the request says.
func (s *Server) answer(x *exchange, b []byte) reply {
	if answer, ok := preflight(x); ok {
		return answer
	}
	path := text(x.URL.Path)
	x.route = find(path)
	if x.route == nil {
		return elsewhere(x, path)
	}
	if x.Method != x.route.method {
		return methodNotAllowed(x.route.method)
	}
	if x.route.read != nil {
		return s.answerBody(x, b)
	}
	if answer, ok := s.admit(x); !ok {
		return answer
	}
	return x.route.answer(s, x, b)
}

// admit checks rate limit and key.
func (s *Server) admit(x *exchange) (refused reply, ok bool) {
	if !x.route.secured {
		return reply{}, true
	}
	if seconds, ok := s.limiter.check(caller(x.Request)); !ok {
		return rateLimited(x.id, seconds), false
	}
	if !s.config.authorized(x.Header) {
		return unauthorized(x.id), false
	}
	return reply{}, true
}

// elsewhere answers for a path without a route: a redirect where only slashes at the end are too many, or else 404.
func elsewhere(x *exchange, path string) reply {
	trimmed := strings.TrimRight(path, "/")
	if path == trimmed || find(trimmed) == nil && !isPage(trimmed) {
		return notFound()
	}
	location := scheme(x.Request) + "://" + x.Host + strings.NewReplacer("?", "%3F", "#", "%23").Replace(trimmed)
	if x.URL.RawQuery != "" {
		location += "?" + x.URL.RawQuery
	}
	return reply{status: http.StatusTemporaryRedirect, header: []string{"Location", quote(location)}}
}

// isPage reports whether the service has a page there, which castest has not.
func isPage(path string) bool { return path == "/docs" || path == "/redoc" || path == "/openapi.json" }

// scheme is the one that a proxy on this machine says the caller used.
func scheme(r *http.Request) string {
	if proto := strings.TrimSpace(r.Header.Get("X-Forwarded-Proto")); proto == "https" {
		return proto
	}
	return "http"
}

// quote escapes a URL as Starlette does, which takes a decoded path for one.
func quote(location string) string {
	const safe = ":/%#?=@[]!$&'()*+,;"
	var b strings.Builder
	for i := range len(location) {
		switch c := location[i]; {
		case c == ' ':
			b.WriteString("%20")
		case strings.IndexByte(safe, c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteString(url.QueryEscape(location[i : i+1]))
		}
	}
	return b.String()
}

// text is s with U+FFFD for every byte that is no UTF-8.
func text(s string) string { return strings.Map(func(r rune) rune { return r }, s) }
