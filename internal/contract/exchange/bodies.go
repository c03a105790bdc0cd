package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/community-attribute-service/cas-go/wire"
)

// bodies are the document's schemas, by $ref, as compiled JSON Schema 2020-12. The filter would compile them at every check.
type bodies map[string]*jsonschema.Schema

func compileBodies(document []byte) (bodies, error) {
	var tree map[string]any
	if err := yaml.Unmarshal(document, &tree); err != nil {
		return nil, err
	}
	components, _ := tree["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	for _, schema := range schemas {
		closeObjects(schema)
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: dateTime})
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", resource); err != nil {
		return nil, err
	}
	compiled := bodies{}
	for name := range schemas {
		ref := "#/components/schemas/" + name
		if compiled[ref], err = compiler.Compile("openapi.json" + ref); err != nil {
			return nil, err
		}
	}
	return compiled, nil
}

// closeObjects forbids members that the document does not name, in every schema that says `type: object` and nothing of others.
// (A branch of a oneOf without a type only adds to the schema around it, and stays open.)
func closeObjects(node any) {
	switch v := node.(type) {
	case map[string]any:
		for _, child := range v {
			closeObjects(child)
		}
		_, says := v["additionalProperties"]
		if v["type"] == "object" && v["properties"] != nil && !says {
			v["additionalProperties"] = false
		}
	case []any:
		for _, child := range v {
			closeObjects(child)
		}
	}
}

// dateTime is ISO 8601 with or without a zone. The usual format is RFC 3339, which Python's naive datetimes do not follow.
func dateTime(value any) error {
	text, ok := value.(string)
	if !ok {
		return nil // a format is asked of texts only
	}
	_, err := wire.ParseTimestamp(text)
	return err
}

// check checks a body against the media type that content declares for contentType. Text is not looked into.
func (b bodies) check(content openapi3.Content, contentType string, body []byte) error {
	media := content.Get(contentType)
	if media == nil {
		return fmt.Errorf("Content-Type %q is not declared", contentType)
	}
	if kind, _, err := mime.ParseMediaType(contentType); err != nil || kind != "application/json" {
		return err
	}
	schema := b[media.Schema.Ref]
	if schema == nil {
		return fmt.Errorf("the schema of %s is not one of the components", contentType)
	}
	if err := strictJSON(body); err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// strictJSON checks what a decoder lets pass: one JSON value, no text behind it, no name twice in an object.
func strictJSON(body []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	if err := d.SkipValue(); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("not JSON: text after the value")
	}
	return nil
}
