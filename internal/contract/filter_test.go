package contract_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/api"
	"github.com/community-attribute-service/cas-go/wire"
)

// A second judge: the filter of kin-openapi by itself, with its own validator for bodies, finds every accepted request
// and every answer of an operation in order. (It leaves objects open, redirects unchecked and text behind the JSON unread.)
func TestFilterAgrees(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	require.NoError(t, err)
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	require.NoError(t, err)
	options := &openapi3filter.Options{
		MultiError: true, IncludeResponseStatus: true, SkipSettingDefaults: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{
			openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(func(text string) error {
				_, err := wire.ParseTimestamp(text)
				return err
			})),
		},
	}
	checked := 0
	for _, e := range captured(t) {
		if e.request == nil {
			continue
		}
		route, params, err := router.FindRoute(e.request)
		if err != nil {
			continue
		}
		request := e.request.Clone(t.Context())
		request.Body = io.NopCloser(bytes.NewReader(e.sent))
		input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
		if !e.unkept && e.accepted() && requestExceptions[e.name] == "" {
			assert.NoError(t, openapi3filter.ValidateRequest(t.Context(), input), e.name)
		}
		assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
			RequestValidationInput: input, Status: e.status, Header: e.header, Body: io.NopCloser(bytes.NewReader(e.body)), Options: options,
		}), e.name)
		checked++
	}
	t.Logf("%d exchanges", checked)
	assert.GreaterOrEqual(t, checked, 250)
}
