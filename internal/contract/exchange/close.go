package exchange

import "github.com/getkin/kin-openapi/openapi3"

// closeObjects forbids members that the document does not name, in every schema that says `type: object` and nothing of others.
// (A branch of a oneOf without a type only adds to the schema around it, and stays open.)
func closeObjects(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	for _, schema := range doc.Components.Schemas {
		closeObject(schema, seen)
	}
}

func closeObject(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	for _, property := range s.Properties {
		closeObject(property, seen)
	}
	closeObject(s.Items, seen)
	for _, of := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf} {
		for _, branch := range of {
			closeObject(branch, seen)
		}
	}
	others := &s.AdditionalProperties
	closeObject(others.Schema, seen)
	if s.Type.Is(openapi3.TypeObject) && others.Has == nil && others.Schema == nil {
		closed := false
		others.Has = &closed
	}
}
