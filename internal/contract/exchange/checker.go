// Package exchange checks HTTP exchanges against an OpenAPI 3.1 document: each request, and each response with its status, headers
// and body. It is for tests: it compiles validators that no user of the client needs.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Checker checks exchanges against one document. It may be used by several goroutines.
type Checker struct {
	router  routers.Router
	bodies  bodies
	options openapi3filter.Options
}

// New is a Checker of the document, YAML or JSON, whose JSON bodies must be $refs to its components. Objects are closed: a member
// that the document does not name is an error, unless the document says `additionalProperties: true`. On the wire such members are
// tolerated; in a test they are news.
func New(document []byte) (*Checker, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	doc.Servers = nil // any host will do
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	compiled, err := compileBodies(document)
	if err != nil {
		return nil, err
	}
	return &Checker{router: router, bodies: compiled, options: openapi3filter.Options{
		ExcludeRequestBody:    true, // see bodies
		ExcludeResponseBody:   true,
		IncludeResponseStatus: true,
		MultiError:            true,
		SkipSettingDefaults:   true,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc, // whether a key is asked for is the service's affair
	}}, nil
}

// Request checks a request, whose body is given apart: its operation, parameters, Content-Type and body.
func (c *Checker) Request(r *http.Request, body []byte) error {
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.URL.EscapedPath(), err)
	}
	if err := openapi3filter.ValidateRequest(r.Context(), c.input(r, route, params)); err != nil {
		return err
	}
	declared := route.Operation.RequestBody
	if declared == nil {
		if len(body) > 0 {
			return errors.New("a body where none is declared")
		}
		return nil
	}
	return c.bodies.check(declared.Value.Content, r.Header.Get("Content-Type"), body)
}

// Response checks the answer to a request: its status, headers, Content-Type and body. An answer to a method or a trailing slash
// that the path does not know (405, 307) is checked against the path's own operation.
func (c *Checker) Response(r *http.Request, status int, header http.Header, body []byte) error {
	route, params, err := c.answering(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.URL.EscapedPath(), err)
	}
	input := c.input(r, route, params)
	input.Request.Method = route.Method
	declared := route.Operation.Responses.Status(status)
	if declared == nil {
		return fmt.Errorf("status %d is not declared", status)
	}
	if err := c.body(r, declared.Value, header, body); err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: status, Header: header, Options: &c.options,
	})
}

// body checks the body of an answer, before the headers, which take longer.
func (c *Checker) body(r *http.Request, declared *openapi3.Response, header http.Header, body []byte) error {
	switch {
	case len(declared.Content) == 0:
		return checkBodiless(declared, header, body)
	case r.Method != http.MethodHead:
		return c.bodies.check(declared.Content, header.Get("Content-Type"), body)
	case len(body) > 0:
		return errors.New("an answer to HEAD has a body")
	default:
		return nil
	}
}

func (c *Checker) input(r *http.Request, route *routers.Route, params map[string]string) *openapi3filter.RequestValidationInput {
	bare := r.Clone(r.Context())
	bare.Body, bare.GetBody = http.NoBody, nil
	return &openapi3filter.RequestValidationInput{Request: bare, PathParams: params, Route: route, Options: &c.options}
}

// OperationID is the operation that a request is for, or "".
func (c *Checker) OperationID(r *http.Request) string {
	route, _, err := c.router.FindRoute(r)
	if err != nil {
		return ""
	}
	return route.Operation.OperationID
}

// answering is the operation whose responses an answer to r is one of.
func (c *Checker) answering(r *http.Request) (*routers.Route, map[string]string, error) {
	route, params, err := c.router.FindRoute(r)
	if err == nil {
		return route, params, nil
	}
	near := r.Clone(r.Context())
	if path, slash := strings.CutSuffix(r.URL.Path, "/"); slash {
		near.URL.Path = path
		near.URL.RawPath = strings.TrimSuffix(r.URL.RawPath, "/")
	}
	for _, near.Method = range []string{r.Method, http.MethodGet, http.MethodPost} {
		if route, params, err := c.router.FindRoute(near); err == nil {
			return route, params, nil
		}
	}
	return nil, nil, err
}

// checkBodiless checks an answer without a declared body. It looks at the headers, too: of a redirect the filter checks nothing.
func checkBodiless(declared *openapi3.Response, header http.Header, body []byte) error {
	for name, h := range declared.Headers {
		values := header.Values(name)
		if len(values) == 0 && h.Value.Required {
			return fmt.Errorf("header %s is missing", name)
		}
		for _, v := range values {
			if err := h.Value.Schema.Value.VisitJSONString(v); err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	if len(body) > 0 || header.Get("Content-Type") != "" {
		return errors.New("a body where none is declared")
	}
	return nil
}
