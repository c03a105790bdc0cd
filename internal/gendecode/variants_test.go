package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type schema = map[string]any

func ref(name string) schema  { return schema{"$ref": "#/components/schemas/" + name} }
func list(of schema) schema   { return schema{"type": "array", "items": of} }
func mapOf(of schema) schema  { return schema{"type": "object", "additionalProperties": of} }
func object(p schema) schema  { return schema{"type": "object", "properties": p} }
func either(s ...any) schema  { return schema{"oneOf": s} }
func orNull(of schema) schema { return schema{"anyOf": []any{of, schema{"type": "null"}}} }

// variants is a document with one model whose members are of every form that a schema may have.
func variants() (document schema, members int) {
	groups := map[string]schema{}
	add := func(group, name string, s schema) {
		if groups[group] == nil {
			groups[group] = schema{}
		}
		groups[group][name] = s
		members++
	}
	required := []any{}
	scalars := map[string]schema{
		"boolean": {"type": "boolean"}, "string": {"type": "string"}, "integer": {"type": "integer"}, "number": {"type": "number"},
		"int32": {"type": "integer", "format": "int32"}, "int64": {"type": "integer", "format": "int64"},
		"float": {"type": "number", "format": "float"}, "double": {"type": "number", "format": "double"},
		"date": {"type": "string", "format": "date"}, "datetime": {"type": "string", "format": "date-time"},
		"uuid": {"type": "string", "format": "uuid"}, "email": {"type": "string", "format": "email"},
		"byte": {"type": "string", "format": "byte"}, "binary": {"type": "string", "format": "binary"},
		"password": {"type": "string", "format": "password"}, "word": ref("Word"), "level": ref("Level"),
		"inline_word": {"type": "string", "enum": []any{"a", "b"}},
	}
	for name, scalar := range scalars {
		add("Required", name, scalar)
		required = append(required, name)
		add("Optional", name, scalar)
		nullable := orNull(scalar)
		if kind, ok := scalar["type"]; ok && scalar["enum"] == nil {
			nullable = schema{"type": []any{kind, "null"}}
			if format, ok := scalar["format"]; ok {
				nullable["format"] = format
			}
		}
		add("Nullable", name, nullable)
		add("Lists", name, list(scalar))
		add("Maps", name, mapOf(scalar))
		add("ListsOfLists", name, list(list(scalar)))
	}
	for name, other := range map[string]schema{
		"part": ref("Part"), "part_or_null": orNull(ref("Part")), "items": list(ref("Item")), "items_or_null": orNull(list(ref("Item"))),
		"item_lists": list(list(ref("Item"))), "item_map": mapOf(ref("Item")), "list_map": mapOf(list(ref("Item"))), "tree": ref("Node"),
		"chain": ref("Chain"), "inline": object(schema{"x": schema{"type": "integer"}, "deep": object(schema{"y": list(ref("Part"))})}),
		"inline_list": list(object(schema{"z": schema{"type": "string"}})), "all": ref("All"), "all_list": list(ref("All")),
		"inline_all": {"allOf": []any{ref("Part"), object(schema{"more": schema{"type": "string"}})}},
		"one":        ref("One"), "one_list": list(ref("One")), "inline_one": either(schema{"type": "string"}, schema{"type": "integer"}),
		"anything": {}, "free": {"type": "object"}, "anything_list": list(schema{}), "open": ref("Open"), "open_list": list(ref("Open")),
		"names": ref("Names"), "named_parts": ref("Parts"), "names_of_names": list(ref("Names")), "null_texts": list(schema{"type": []any{"string", "null"}}),
		"null_parts": list(orNull(ref("Part"))), "with-dash": {"type": "string"}, "type": {"type": "string"}, "2nd": {"type": "integer"},
	} {
		add("Structures", name, other)
	}
	everything := schema{"items": list(ref("Item")), "tree": ref("Node"), "wide": ref("Wide")}
	schemas := schema{
		"Everything": object(everything), "Wide": object(schema{}),
		"Word":  schema{"type": "string", "enum": []any{"one", "two"}},
		"Level": schema{"type": "integer", "enum": []any{1, 2, 3}},
		"Part":  schema{"type": "object", "required": []any{"name"}, "properties": schema{"name": schema{"type": "string"}, "size": schema{"type": "number"}}},
		"Item":  object(schema{"tags": list(ref("Part")), "size": schema{"type": "integer"}, "numbers": list(schema{"type": "number"})}),
		"Node":  object(schema{"name": schema{"type": "string"}, "children": list(ref("Node"))}),
		"Chain": object(schema{"name": schema{"type": "string"}, "next": ref("Chain")}),
		"All":   schema{"allOf": []any{ref("Part"), object(schema{"tags": list(ref("Part"))})}},
		"One":   either(ref("Part"), ref("Item")),
		"Open":  schema{"type": "object", "properties": schema{"known": schema{"type": "string"}}, "additionalProperties": schema{"type": "string"}},
		"Names": list(schema{"type": "string"}),
		"Parts": list(ref("Part")),
	}
	for name, group := range groups {
		schemas[name] = object(group)
		everything[name] = ref(name)
		everything[name+"Again"] = list(ref(name))
	}
	schemas["Required"].(schema)["required"] = required
	wide := schemas["Wide"].(schema)["properties"].(schema) // more than a decoder of ours tells apart
	for i := range 70 {
		wide[fmt.Sprint("w", i)] = schema{"type": "integer"}
	}
	return schema{
		"openapi": "3.1.0", "info": schema{"title": "variants", "version": "1"}, "paths": schema{}, "components": schema{"schemas": schemas},
	}, members
}

// What is generated from a document of all variants reads every value as encoding/json does.
func TestVariants(t *testing.T) {
	dir := t.TempDir()
	document, members := variants()
	assert.Greater(t, members, 60)
	text, err := json.Marshal(document)
	require.NoError(t, err)
	path := filepath.Join(dir, "document.json")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	require.NoError(t, job{document: path, types: "testdata/types.codegen.yaml", tools: "../../tools/go.mod", out: dir, roots: []string{"Everything", "Item", "One", "Wide"}}.run())

	// The package stands in this module, whose internal packages it imports, without a file in its folder.
	here, err := os.Getwd()
	require.NoError(t, err)
	test := filepath.Join(here, "testdata", "variants_test.go.txt")
	overlay, err := json.Marshal(schema{"Replace": map[string]string{
		filepath.Join(here, "variants", "types.gen.go"):     filepath.Join(dir, "types.gen.go"),
		filepath.Join(here, "variants", "decode.gen.go"):    filepath.Join(dir, "decode.gen.go"),
		filepath.Join(here, "variants", "variants_test.go"): test,
	}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))
	program := filepath.Join(dir, "variants.test")
	said, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-o", program, "-overlay", filepath.Join(dir, "overlay.json"), "./variants").CombinedOutput()
	require.NoError(t, err, "%s", said)
	run := exec.CommandContext(t.Context(), program)
	run.Env = append(os.Environ(), "VARIANTS="+path)
	said, err = run.CombinedOutput()
	require.NoError(t, err, "%s", said)
}
