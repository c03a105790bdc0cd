package contract_test

import (
	"bytes"
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
)

// A mutant is a JSON document with one thing changed. Where and what read like "results[].quality" and "unknown text".
type mutant struct {
	where, what string
	body        []byte
}

// mutants gives every mutant of a JSON document that differs in one place: each member dropped, each value replaced by one of every
// other kind, each text by an unknown one, each number moved far down, far up and off the integers, each array emptied and made
// longer, each object given a member more. Arrays are cut to their first and last item before, and places that are alike
// (the items of an array, the shares of a value) are given one name.
func mutants(document []byte) iter.Seq[mutant] {
	return func(yield func(mutant) bool) {
		m := mutator{yield: yield}
		d := json.NewDecoder(bytes.NewReader(document))
		d.UseNumber() // so that what is not changed stays as it was spelt
		if d.Decode(&m.root) != nil {
			return
		}
		m.root = shorten(m.root)
		m.walk("", m.root, func(v any) { m.root = v })
	}
}

type mutator struct {
	root  any
	yield func(mutant) bool
	done  bool
}

// shorten cuts arrays to their first and last item: those between say nothing new, and take long.
func shorten(node any) any {
	switch v := node.(type) {
	case map[string]any:
		for name := range v {
			v[name] = shorten(v[name])
		}
	case []any:
		if len(v) > 2 {
			v = []any{v[0], v[len(v)-1]}
		}
		for i := range v {
			v[i] = shorten(v[i])
		}
		return v
	}
	return node
}

// try puts other in a place, gives the mutant, and puts back what was there.
func (m *mutator) try(where, what string, was, other any, set func(any)) {
	if m.done {
		return
	}
	set(other)
	body, err := json.Marshal(m.root)
	set(was)
	m.done = err != nil || !m.yield(mutant{where: where, what: what, body: body})
}

func (m *mutator) walk(where string, node any, set func(any)) {
	for what, other := range replacements(node) {
		m.try(where, what, node, other, set)
	}
	switch v := node.(type) {
	case map[string]any:
		m.members(where, v, set)
	case []any:
		if len(v) > 0 {
			m.try(where, "emptied", node, []any{}, set)
			m.try(where, "longer", node, append(slices.Clone(v), v[0]), set)
		}
		for i := range v {
			m.walk(where+"[]", v[i], func(other any) { v[i] = other })
		}
	}
}

func (m *mutator) members(where string, v map[string]any, set func(any)) {
	more := maps.Clone(v)
	more["unknown_member"] = "x"
	m.try(where, "a member more", v, more, set)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		place := strings.TrimPrefix(where+"."+name, ".")
		if strings.HasSuffix(where, "value") {
			place = where + "{}" // class names are data
		}
		less := maps.Clone(v)
		delete(less, name)
		m.try(place, "dropped", v, less, set)
		if name == "input" || name == "ctx" {
			continue // what was sent, whatever it was: there is nothing to break
		}
		m.walk(place, v[name], func(other any) { v[name] = other })
	}
}

// replacements are the values that may not stand for node: one of every other kind, and far-off ones of its own.
func replacements(node any) iter.Seq2[string, any] {
	kinds := map[string]any{
		"null": nil, "true": true, "a text": "x", "a number": json.Number("0.5"), "an array": []any{true}, "an object": map[string]any{"x": true},
	}
	switch v := node.(type) {
	case nil:
		delete(kinds, "null")
	case bool:
		delete(kinds, "true")
	case string:
		delete(kinds, "a text")
		kinds["unknown text"] = "unknown " + v
	case json.Number:
		delete(kinds, "a number")
		kinds["far down"], kinds["far up"] = json.Number("-1e9"), json.Number("1e300")
		if !strings.ContainsAny(v.String(), ".eE") {
			kinds["a fraction"] = v + ".5"
		}
	case []any:
		delete(kinds, "an array")
	case map[string]any:
		delete(kinds, "an object")
	}
	return maps.All(kinds)
}
