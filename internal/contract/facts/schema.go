package facts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// limits are the keywords whose value is a fact as it stands.
var limits = []string{
	"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems",
	"uniqueItems", "minProperties", "maxProperties", "pattern", "format", "default",
}

var errCircle = errors.New("schemas lead round in a circle")

// use lists a schema where it is used: by name if it is an object or an enum of the components, else in full.
func (f *flattener) use(at string, schema any) {
	name, target := refName(schema, "schemas"), f.resolve(schema)
	if name == "" || !isNamed(target) {
		ref := refOf(schema)
		if f.open[ref] {
			f.fail(errCircle)
		}
		if f.err != nil {
			return
		}
		f.open[ref] = ref != ""
		f.schema(at, target)
		f.open[ref] = false
		return
	}
	f.add(at, "is", name)
	f.limits(at, schema.(object)) // such as a default beside the $ref
}

func (f *flattener) schema(at string, s object) {
	said := len(f.facts)
	for _, t := range typesOf(s) {
		f.add(at, "type", t)
	}
	for _, value := range list(s["enum"]) {
		f.add(at, "enum", text(value))
	}
	if value, ok := s["const"]; ok {
		f.add(at, "enum", text(value))
	}
	f.limits(at, s)
	for _, name := range list(s["required"]) {
		f.add(at, "requires", text(name))
	}
	for name, property := range f.at(s, "properties") {
		f.use(at+"."+name, property)
	}
	if items := s["items"]; items != nil {
		f.use(at+"[]", items)
	}
	for _, item := range list(s["prefixItems"]) {
		f.use(at+"[]", item)
	}
	switch others := s["additionalProperties"].(type) {
	case bool: // true is what leaving it out means
		if !others {
			f.add(at, "closed")
		}
	case object:
		f.use(at+"{}", others)
	}
	for _, keyword := range []string{"anyOf", "oneOf", "allOf"} {
		for _, branch := range list(s[keyword]) {
			f.use(at, branch)
		}
	}
	if len(f.facts) == said && len(s) == 0 {
		f.add(at, "anything")
	}
}

func (f *flattener) limits(at string, s object) {
	for _, keyword := range limits {
		if value, ok := s[keyword]; ok {
			f.add(at, keyword, text(value))
		}
	}
}

// isNamed reports whether a schema of the components is worth a name: an object with members of its own, or an enum.
func isNamed(s object) bool {
	return s["properties"] != nil && s["type"] == "object" || s["enum"] != nil
}

func typesOf(s object) []string {
	switch t := s["type"].(type) {
	case string:
		return []string{t}
	case []any:
		names := make([]string, len(t))
		for i := range t {
			names[i] = text(t[i])
		}
		return names
	default:
		return nil
	}
}

// at is a member that is an object, resolved; nil where there is none.
func (f *flattener) at(holder object, member string) object { return f.resolve(holder[member]) }

// resolve follows a $ref to its end. Members beside the $ref win over those of its target.
func (f *flattener) resolve(node any) object { return f.follow(node, 0) }

// maxSteps is how often a $ref may lead to another $ref before it must be in a circle.
const maxSteps = 50

func (f *flattener) follow(node any, steps int) object {
	o, _ := node.(object)
	ref := refOf(o)
	if ref == "" || f.err != nil {
		return o
	}
	if steps > maxSteps {
		f.fail(errCircle)
		return nil
	}
	target := any(f.root)
	path, local := strings.CutPrefix(ref, "#/")
	for _, step := range strings.Split(path, "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		holder, _ := target.(object)
		target = holder[step]
	}
	found, _ := target.(object)
	if !local || found == nil {
		f.fail(fmt.Errorf("$ref %q leads nowhere", ref))
		return nil
	}
	merged := object{}
	for key, value := range f.follow(found, steps+1) {
		merged[key] = value
	}
	for key, value := range o {
		if key != "$ref" {
			merged[key] = value
		}
	}
	return merged
}

func refOf(node any) string {
	o, _ := node.(object)
	ref, _ := o["$ref"].(string)
	return ref
}

// refName is the name of the component of that kind that node refers to, or "".
func refName(node any, kind string) string {
	name, ok := strings.CutPrefix(refOf(node), "#/components/"+kind+"/")
	if !ok {
		return ""
	}
	return name
}

func list(node any) []any {
	l, _ := node.([]any)
	return l
}

// text spells a value the same whether it was read from JSON or YAML, 180.0 like 180.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		if v == "" {
			return `""`
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case int:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}
