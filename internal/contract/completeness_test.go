package contract_test

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// incomplete lists what is wrong with an OpenAPI document in ways that the validator does not look at.
func incomplete(document map[string]any) []string {
	c := completeness{root: document, used: map[string]bool{}}
	c.walk("#", document, false)
	components := document["components"].(map[string]any)
	for kind, named := range components {
		for name := range named.(map[string]any) {
			if place := "#/components/" + kind + "/" + name; kind != "securitySchemes" && !c.used[place] {
				c.fault("%s is not used", place)
			}
		}
	}
	slices.Sort(c.faults)
	return c.faults
}

type completeness struct {
	root   map[string]any
	used   map[string]bool
	faults []string
}

func (c *completeness) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// walk looks at every object of the document. Within a branch of a oneOf or anyOf, which refines the schema around it,
// a description is not asked for.
func (c *completeness) walk(place string, node any, branch bool) {
	switch v := node.(type) {
	case []any:
		for i, child := range v {
			c.walk(fmt.Sprintf("%s/%d", place, i), child, branch)
		}
	case map[string]any:
		c.object(place, v)
		for name, child := range v {
			at := place + "/" + name
			if o, ok := child.(map[string]any); ok && !branch {
				c.described(place, name, at, o)
			}
			if name != "example" {
				c.walk(at, child, branch || name == "oneOf" || name == "anyOf")
			}
		}
	}
}

func (c *completeness) object(place string, o map[string]any) {
	if ref, ok := o["$ref"].(string); ok {
		c.used[ref] = true
		if c.find(ref) == nil {
			c.fault("%s: $ref %q leads nowhere", place, ref)
		}
	}
	if _, ok := o["nullable"]; ok {
		c.fault("%s: nullable is not of OpenAPI 3.1, and ignored", place)
	}
	required, _ := o["required"].([]any)
	properties, _ := o["properties"].(map[string]any)
	for _, name := range required {
		if properties[name.(string)] == nil {
			c.fault("%s requires %q, which is no property", place, name)
		}
	}
}

// described asks of each schema, property and parameter a description that reads on from its name in Go,
// of everything else with a name a sentence, and of each answer the X-Request-ID.
func (c *completeness) described(parent, name, place string, o map[string]any) {
	description, _ := o["description"].(string)
	_, kind, _ := strings.Cut(parent, "#/components/")
	switch {
	case kind == "schemas" || kind == "parameters" || strings.HasSuffix(parent, "/properties") || strings.HasSuffix(parent, "/parameters"):
		if description == "" {
			c.fault("%s has no description", place)
		} else if !unicode.IsLower(rune(description[0])) {
			c.fault("%s: the description must read on from the name: %q", place, description)
		}
	case kind == "responses" || kind == "headers" || kind == "securitySchemes" || strings.HasSuffix(parent, "/responses"):
		if o["$ref"] == nil && description == "" {
			c.fault("%s has no description", place)
		}
		headers, _ := o["headers"].(map[string]any)
		if o["$ref"] == nil && strings.HasSuffix(parent, "responses") && headers["X-Request-ID"] == nil {
			c.fault("%s declares no X-Request-ID", place)
		}
	case name == "get" || name == "post":
		if description == "" || o["summary"] == nil || o["operationId"] == nil {
			c.fault("%s lacks a description, summary or operationId", place)
		}
	}
}

func (c *completeness) find(ref string) any {
	node := any(c.root)
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		holder, _ := node.(map[string]any)
		node = holder[step]
	}
	return node
}
