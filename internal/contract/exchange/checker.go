// Package exchange checks HTTP exchanges against an OpenAPI 3.1 document: each request, and each response with its status, headers
// and body. It is for tests: it compiles a validator that no user of the client needs.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/community-attribute-service/cas-go/wire"
)

// Checker checks exchanges against one document. It may be used by several goroutines.
type Checker struct {
	router  routers.Router
	options openapi3filter.Options
}

// New is a Checker of the document, YAML or JSON. Objects are closed: a member that the document does not name is an error,
// unless the document says `additionalProperties: true`. On the wire such members are tolerated; in a test they are news.
func New(document []byte) (*Checker, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	closeObjects(doc)
	doc.Servers = nil // any host will do
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return nil, err
	}
	return &Checker{router: router, options: openapi3filter.Options{
		IncludeResponseStatus: true,
		MultiError:            true,
		SkipSettingDefaults:   true,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc, // whether a key is asked for is the service's affair
		SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(dateTime)),
		},
	}}, nil
}

// dateTime is ISO 8601 with or without a zone. The validator's own is RFC 3339, which Python's naive datetimes do not follow.
func dateTime(text string) error {
	_, err := wire.ParseTimestamp(text)
	return err
}

// Request checks a request, whose body is given apart: its operation, parameters, Content-Type and body.
func (c *Checker) Request(r *http.Request, body []byte) error {
	route, params, err := c.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.URL.EscapedPath(), err)
	}
	if route.Operation.RequestBody != nil {
		if err := strictJSON(body); err != nil {
			return err
		}
	}
	return openapi3filter.ValidateRequest(r.Context(), c.request(r, body, route, params))
}

func (c *Checker) request(r *http.Request, body []byte, route *routers.Route, params map[string]string) *openapi3filter.RequestValidationInput {
	r = r.Clone(r.Context())
	r.Body, r.GetBody = reader(body), nil
	return &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: &c.options}
}

// Response checks the answer to a request: its status, headers, Content-Type and body. An answer to a method or a trailing slash
// that the path does not know (405, 307) is checked against the path's own operation.
func (c *Checker) Response(r *http.Request, status int, header http.Header, body []byte) error {
	route, params, err := c.answering(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.URL.EscapedPath(), err)
	}
	if strings.HasPrefix(header.Get("Content-Type"), "application/json") && r.Method != http.MethodHead {
		if err := strictJSON(body); err != nil {
			return err
		}
	}
	request := c.request(r, nil, route, params)
	request.Request.Method = route.Method
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: status, Header: header, Body: reader(body), Options: &c.options,
	}
	switch {
	case status == http.StatusTemporaryRedirect:
		return checkBodiless(input, body)
	case r.Method == http.MethodHead:
		if len(body) > 0 {
			return errors.New("an answer to HEAD has a body")
		}
		headersOnly := c.options
		headersOnly.ExcludeResponseBody = true
		input.Options = &headersOnly
	}
	return openapi3filter.ValidateResponse(r.Context(), input)
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

// checkBodiless checks a redirect, of which the filter checks nothing: it is declared, its headers fit, and there is no body.
func checkBodiless(input *openapi3filter.ResponseValidationInput, body []byte) error {
	declared := input.RequestValidationInput.Route.Operation.Responses.Status(input.Status)
	if declared == nil {
		return fmt.Errorf("status %d is not declared", input.Status)
	}
	for name, h := range declared.Value.Headers {
		values := input.Header.Values(name)
		if len(values) == 0 && h.Value.Required {
			return fmt.Errorf("header %s is missing", name)
		}
		for _, v := range values {
			if err := h.Value.Schema.Value.VisitJSONString(v); err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	if len(body) > 0 || input.Header.Get("Content-Type") != "" {
		return fmt.Errorf("a %d has a body", input.Status)
	}
	return nil
}

func reader(body []byte) io.ReadCloser { return io.NopCloser(strings.NewReader(string(body))) }
