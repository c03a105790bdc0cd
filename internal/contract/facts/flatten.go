package facts

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

type object = map[string]any

// Flatten gives the facts of an OpenAPI 3.1 document, JSON or YAML, sorted. A fact reads like
//
//	GET /api/v1/datasets query limit maximum 1000
//	POST /api/v1/extract response 401 is Unauthorized
//	schema Dataset requires bbox
//	schema Dataset.bbox is BoundingBox
//	schema Dataset.variables[] is Variable
//
// Objects, enums, responses and headers among the components are named and listed once; other schemas stand where they are used.
// The branches of an anyOf or oneOf are listed together, so that `type: [string, 'null']` and an anyOf of both are the same.
func Flatten(document []byte) ([]string, error) {
	var root any
	if json.Unmarshal(document, &root) != nil {
		if err := yaml.Unmarshal(document, &root); err != nil {
			return nil, fmt.Errorf("an OpenAPI document must be JSON or YAML: %w", err)
		}
	}
	tree, ok := root.(object)
	if !ok || tree["paths"] == nil {
		return nil, errors.New("an OpenAPI document must be an object with paths")
	}
	f := flattener{root: tree, facts: map[string]bool{}, open: map[string]bool{}}
	f.document()
	if f.err != nil {
		return nil, f.err
	}
	lines := make([]string, 0, len(f.facts))
	for fact := range f.facts {
		lines = append(lines, fact)
	}
	slices.Sort(lines)
	return lines, nil
}

type flattener struct {
	root  object
	facts map[string]bool
	open  map[string]bool // the $refs of the schema in hand and of those around it
	err   error           // the first that was found
}

func (f *flattener) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

func (f *flattener) add(parts ...any) {
	f.facts[strings.TrimSuffix(fmt.Sprintln(parts...), "\n")] = true
}

func (f *flattener) document() {
	f.add("openapi", text(f.root["openapi"]))
	f.add("info version", text(f.at(f.root, "info")["version"]))
	for _, server := range list(f.root["servers"]) {
		f.add("server", text(f.resolve(server)["url"]))
	}
	for path, item := range f.at(f.root, "paths") {
		for method, operation := range f.resolve(item) {
			f.operation(strings.ToUpper(method)+" "+path, f.resolve(operation))
		}
	}
	components := f.at(f.root, "components")
	for name, scheme := range f.at(components, "securitySchemes") {
		s := f.resolve(scheme)
		f.add("security scheme", name, text(s["type"]), text(s["in"]), text(s["name"]))
	}
	for name, response := range f.at(components, "responses") {
		f.response("response "+name, f.resolve(response))
	}
	for name, header := range f.at(components, "headers") {
		f.header("header "+name, f.resolve(header))
	}
	for name, schema := range f.at(components, "schemas") {
		if s := f.resolve(schema); isNamed(s) {
			at := "schema " + canonical(name)
			f.add(at)
			f.schema(at, s)
		}
	}
}

// canonical is the name under which a schema's members are compared. From 0.4.0 on the service's document calls the request of the
// extract route StatsOnlyAttributeRequest; it is what its Python SDK and the earlier documents call AttributeRequest.
func canonical(schema string) string {
	if schema == "StatsOnlyAttributeRequest" {
		return "AttributeRequest"
	}
	return schema
}

func (f *flattener) operation(at string, operation object) {
	f.add(at)
	for _, p := range list(operation["parameters"]) {
		parameter := f.resolve(p)
		name := fmt.Sprint(at, " ", text(parameter["in"]), " ", text(parameter["name"]))
		f.add(name)
		if parameter["required"] == true {
			f.add(name, "required")
		}
		f.use(name, parameter["schema"])
	}
	if body := f.at(operation, "requestBody"); body != nil {
		if body["required"] == true {
			f.add(at, "request required")
		}
		f.content(at+" request", body)
	}
	for status, response := range f.at(operation, "responses") {
		if name := refName(response, "responses"); name != "" {
			f.add(at, "response", status, "is", name)
			continue
		}
		f.response(at+" response "+status, f.resolve(response))
	}
	security, stated := operation["security"]
	if !stated {
		security = f.root["security"]
	}
	for _, alternative := range list(security) {
		names := f.resolve(alternative)
		for name := range names {
			f.add(at, "security", name)
		}
		if len(names) == 0 {
			f.add(at, "security optional")
		}
	}
}

func (f *flattener) response(at string, response object) {
	f.add(at)
	f.content(at, response)
	for name, header := range f.at(response, "headers") {
		if component := refName(header, "headers"); component != "" {
			f.add(at, "header", name, "is", component)
			continue
		}
		f.header(at+" header "+name, f.resolve(header))
	}
}

func (f *flattener) header(at string, header object) {
	f.add(at)
	if header["required"] == true {
		f.add(at, "required")
	}
	f.use(at, header["schema"])
}

func (f *flattener) content(at string, holder object) {
	for mediaType, media := range f.at(holder, "content") {
		f.use(at+" "+mediaType, f.resolve(media)["schema"])
	}
}
