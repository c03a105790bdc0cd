package facts_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/internal/contract/facts"
)

const small = `
openapi: 3.1.0
info: {version: 1.0.0}
security: [{}, {Key: []}]
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: n, in: query, schema: {type: integer, minimum: 1, default: 10.0}}
      responses:
        '200':
          description: A thing.
          headers: {X-ID: {$ref: '#/components/headers/ID'}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
        '404': {$ref: '#/components/responses/Missing'}
    post:
      security: []
      requestBody:
        required: true
        content: {application/json: {schema: {}}}
components:
  securitySchemes: {Key: {type: apiKey, in: header, name: X-Key}}
  headers: {ID: {required: true, schema: {type: string}}}
  responses: {Missing: {description: Gone.}}
  schemas:
    Kind: {type: string, enum: [a, b]}
    Share: {type: [number, 'null']}
    Thing:
      type: object
      required: [kind]
      additionalProperties: false
      properties:
        kind: {$ref: '#/components/schemas/Kind', default: a}
        shares: {type: object, additionalProperties: {$ref: '#/components/schemas/Share'}}
        children: {type: array, items: {$ref: '#/components/schemas/Thing'}}
        pair: {type: array, prefixItems: [{type: number}, {type: number}], maxItems: 2}
        maybe: {anyOf: [{$ref: '#/components/schemas/Kind'}, {type: 'null'}]}
        state: {const: on}
`

func TestFlatten(t *testing.T) {
	t.Parallel()
	got, err := facts.Flatten([]byte(small))
	require.NoError(t, err)
	assert.Equal(t, strings.Split(strings.TrimSpace(`
GET /things/{id}
GET /things/{id} path id
GET /things/{id} path id required
GET /things/{id} path id type string
GET /things/{id} query n
GET /things/{id} query n default 10
GET /things/{id} query n minimum 1
GET /things/{id} query n type integer
GET /things/{id} response 200
GET /things/{id} response 200 application/json is Thing
GET /things/{id} response 200 header X-ID is ID
GET /things/{id} response 404 is Missing
GET /things/{id} security Key
GET /things/{id} security optional
POST /things/{id}
POST /things/{id} request application/json anything
POST /things/{id} request required
header ID
header ID required
header ID type string
info version 1.0.0
openapi 3.1.0
response Missing
schema Kind
schema Kind enum a
schema Kind enum b
schema Kind type string
schema Thing
schema Thing closed
schema Thing requires kind
schema Thing type object
schema Thing.children type array
schema Thing.children[] is Thing
schema Thing.kind default a
schema Thing.kind is Kind
schema Thing.maybe is Kind
schema Thing.maybe type null
schema Thing.pair maxItems 2
schema Thing.pair type array
schema Thing.pair[] type number
schema Thing.shares type object
schema Thing.shares{} type null
schema Thing.shares{} type number
schema Thing.state enum on
security scheme Key apiKey header X-Key
`), "\n"), got)
}

func TestFlattenRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:         "must be an object with paths",
		`[]`:       "must be an object with paths",
		`{a: [}`:   "must be JSON or YAML",
		`{"a": 1}`: "must be an object with paths",
		`{"paths": {"/a": {"get": {"responses": {"200": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/No"}}}}}}}}}`: `"#/components/schemas/No" leads nowhere`,
		`{"paths": {}, "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}}`:                                       "in a circle",
		`{"paths": {}, "components": {"schemas": {
			"A": {"type": "object", "properties": {"b": {"$ref": "#/components/schemas/B"}}},
			"B": {"type": "array", "items": {"$ref": "#/components/schemas/B"}}}}}`: "in a circle",
	} {
		_, err := facts.Flatten([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// The spelling does not matter, the meaning does.
func TestCompare(t *testing.T) {
	t.Parallel()
	ours, err := facts.Flatten([]byte(small))
	require.NoError(t, err)
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"a title", `operationId: getThing`, `operationId: other`, nil},
		{"null in another way", `{type: [number, 'null']}`, `{anyOf: [{type: number}, {type: 'null'}]}`, nil},
		{"a limit", `minimum: 1`, `minimum: 2`, []string{"+ GET /things/{id} query n minimum 1", "- GET /things/{id} query n minimum 2"}},
		{"an enum value", `[a, b]`, `[a, b, c]`, []string{"- schema Kind enum c"}},
		{"a member gone", `        state: {const: on}`, ``, []string{"+ schema Thing.state enum on"}},
		{"a new component is one line", `    Kind:`, "    New: {type: object, properties: {a: {type: string}}}\n    Kind:", []string{"- schema New"}},
		{"a status", `'404'`, `'410'`, []string{"+ GET /things/{id} response 404 is Missing", "- GET /things/{id} response 410 is Missing"}},
		{"security", `security: []`, `summary: none`, []string{"- POST /things/{id} security Key", "- POST /things/{id} security optional"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			changed := strings.Replace(small, c.from, c.to, 1)
			require.NotEqual(t, small, changed)
			theirs, err := facts.Flatten([]byte(changed))
			require.NoError(t, err)
			assert.Equal(t, c.want, facts.Compare(ours, theirs))
		})
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	review, err := facts.ParseReview("# a remark\n\n## it is so\n+ a\n- b\n\n## it was so\n- c\n")
	require.NoError(t, err)
	assert.Equal(t, facts.Review{"+ a": "it is so", "- b": "it is so", "- c": "it was so"}, review)

	unlisted, vanished := review.Check([]string{"+ a", "- b", "+ d"})
	assert.Equal(t, []string{"+ d"}, unlisted)
	assert.Equal(t, []string{"- c"}, vanished)

	_, err = facts.ParseReview("+ a\n")
	assert.ErrorContains(t, err, "line 1: \"+ a\" has no reason")
	_, err = facts.ParseReview("## r\n+ a\n## s\n+ a\n")
	assert.ErrorContains(t, err, "line 4: \"+ a\" is listed twice")
}

func FuzzFlatten(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"paths":{"/":{"get":{"parameters":[{"$ref":"#/paths"}]}}}}`))
	f.Add([]byte(`{"paths":{},"components":{"schemas":{"A":{"$ref":"#/components/schemas/A"}}}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := facts.Flatten(document)
		if err != nil {
			return
		}
		again, err := facts.Flatten(document)
		require.NoError(t, err)
		require.Equal(t, got, again)
		require.Empty(t, facts.Compare(got, again))
	})
}
