package contract_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/community-attribute-service/cas-go/api"
)

// statuses are those that each operation can give, as seen on the wire; 502 from a route of the test harness only.
var statuses = map[string]string{
	"POST /api/v1/extract":         "200 307 400 401 405 422 429 500 502",
	"POST /api/v1/extract/batch":   "200 307 400 401 405 422 429 500 502",
	"GET /api/v1/datasets":         "200 307 400 401 405 422 429 500 502",
	"GET /api/v1/providers":        "200 307 400 401 405 422 429 500 502",
	"GET /api/v1/providers/{slug}": "200 307 400 401 404 405 429 500 502",
	"GET /health":                  "200 307 400 405 500",
	"GET /metrics":                 "200 307 400 405 500",
}

func parse(t *testing.T, document string) map[string]any {
	t.Helper()
	var tree map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(document), &tree))
	return tree
}

func validate(document string) error {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(document))
	if err != nil {
		return err
	}
	return doc.Validate(context.Background())
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	assert.NoError(t, validate(string(api.Document)))
}

func TestDocumentIsComplete(t *testing.T) {
	t.Parallel()
	assert.Empty(t, incomplete(parse(t, string(api.Document))))
}

func TestOperationsHaveEveryStatus(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	paths := parse(t, string(api.Document))["paths"].(map[string]any)
	for path, item := range paths {
		for method, operation := range item.(map[string]any) {
			responses := operation.(map[string]any)["responses"].(map[string]any)
			got[strings.ToUpper(method)+" "+path] = strings.Join(slices.Sorted(maps.Keys(responses)), " ")
		}
	}
	assert.Equal(t, statuses, got)
}

// The example of a request is one that the service takes.
func TestExamplesFit(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document)
	require.NoError(t, err)
	examples := 0
	for path, item := range doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.RequestBody == nil {
				continue
			}
			media := operation.RequestBody.Value.Content["application/json"]
			assert.NotNilf(t, media.Example, "%s %s has no example", method, path)
			assert.NoErrorf(t, media.Schema.Value.VisitJSON(media.Example, openapi3.EnableJSONSchema2020()), "%s %s", method, path)
			examples++
		}
	}
	assert.Equal(t, 2, examples)
}

// Each check finds what it is there for.
func TestChecksFindFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to, want string }{
		{"required names nothing", "required: [geometry, dataset_ids]", "required: [geometry, datasets]", `requires "datasets", which is no property`},
		{"nullable", "type: [number, 'null']\n          description: is the value that", "type: number\n          nullable: true\n          description: is the value that", "nullable is not of OpenAPI 3.1"},
		{"a property without a description", "total: {type: integer, minimum: 0, description: is the total number of providers.}", "total: {type: integer, minimum: 0}", "total has no description"},
		{"a schema without a description", "description: is one page of providers.", "title: a page", "ProviderListResponse has no description"},
		{"a description that does not read on", "description: is one page of providers.", "description: One page of providers.", "must read on from the name"},
		{"a parameter without a description", "description: is the page size, 1 to 1000.", "deprecated: false", "PageLimit has no description"},
		{"a reference to nothing", "$ref: '#/components/schemas/Protocol'", "$ref: '#/components/schemas/Protocols'", `"#/components/schemas/Protocols" leads nowhere`},
		{"a component that nobody uses", "'502': {$ref: '#/components/responses/Upstream'}", "'502': {$ref: '#/components/responses/Internal'}", "#/components/responses/Upstream is not used"},
		{"an answer without X-Request-ID", "description: The provider.\n          headers: {X-Request-ID: {$ref: '#/components/headers/RequestID'}}", "description: The provider.", "declares no X-Request-ID"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			broken := strings.ReplaceAll(string(api.Document), c.from, c.to)
			require.NotEqual(t, string(api.Document), broken, "the document does not hold %q any more", c.from)
			assert.Contains(t, strings.Join(incomplete(parse(t, broken)), "\n"), c.want)
		})
	}
}
