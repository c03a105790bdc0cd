package castest

import (
	"net/http"
	"slices"
	"strings"
)

// allowOrigin lets pages of every origin read the answer: the service's default is to name the caller's.
func allowOrigin(h http.Header, origin string) {
	h["Vary"] = []string{"Origin"}
	if origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

const corsMethods = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT, QUERY"

// preflight answers a browser that asks what it may send; any path will do, and no request id is given.
func preflight(x *exchange) (answer reply, ok bool) {
	method := x.Header.Get("Access-Control-Request-Method")
	if x.Method != http.MethodOptions || method == "" || x.Header.Get("Origin") == "" {
		return reply{}, false
	}
	x.id = ""
	answer = reply{
		status: http.StatusOK, contentType: "text/plain; charset=utf-8", body: []byte("OK"),
		header: []string{
			"Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network",
			"Access-Control-Allow-Methods", corsMethods,
			"Access-Control-Max-Age", "600",
		},
	}
	if asked := x.Header.Get("Access-Control-Request-Headers"); asked != "" {
		answer.header = append(answer.header, "Access-Control-Allow-Headers", asked)
	}
	if !slices.Contains(strings.Split(corsMethods, ", "), method) {
		answer.status, answer.body = http.StatusBadRequest, []byte("Disallowed CORS method")
	}
	return answer, true
}
