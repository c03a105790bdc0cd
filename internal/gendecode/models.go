package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"strings"
)

// declarations are the types of a Go file, by name.
type declarations struct {
	pkg   string
	types map[string]*ast.TypeSpec
}

func parse(path string) (*declarations, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	d := &declarations{pkg: file.Name.Name, types: map[string]*ast.TypeSpec{}}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			d.types[spec.Name.Name] = spec
		}
		return true
	})
	return d, nil
}

// model is a struct that gets a decoder.
type model struct {
	name   string
	fields []field
	nested bool // holds a list of models
}

type field struct {
	name   string // in Go
	member string // in JSON
	read   string // the expression that reads it
}

// reachable gives the models of these names and those that they hold, in the order in which they are met.
func (d *declarations) reachable(roots []string) ([]*model, error) {
	g := &gathering{declarations: d, met: map[string]bool{}}
	for _, root := range roots {
		if err := g.add(root); err != nil {
			return nil, err
		}
	}
	const most = 16 // of jsonread.List
	if g.lists > most {
		return nil, fmt.Errorf("there are %d lists, and package jsonread tells %d apart", g.lists, most)
	}
	return g.models, nil
}

// gathering is a walk over the models.
type gathering struct {
	*declarations
	models []*model
	met    map[string]bool
	lists  int // numbers given to lists of models
}

func (g *gathering) add(name string) error {
	if g.met[name] {
		return nil
	}
	g.met[name] = true
	spec, ok := g.types[name]
	if !ok {
		return fmt.Errorf("there is no type %s", name)
	}
	body, ok := spec.Type.(*ast.StructType)
	if !ok || spec.Assign.IsValid() {
		return fmt.Errorf("%s is not a struct", name)
	}
	m := &model{name: name}
	g.models = append(g.models, m)
	for _, f := range body.Fields.List {
		if len(f.Names) != 1 || f.Tag == nil {
			return fmt.Errorf("%s has a field without one name and a tag", name)
		}
		read, err := g.reading(m, f)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", name, f.Names[0].Name, err)
		}
		m.fields = append(m.fields, read)
	}
	const most = 64 // jsonread.Names
	if len(m.fields) > most {
		return fmt.Errorf("%s has more than %d fields", name, most)
	}
	return nil
}

func (g *gathering) reading(m *model, f *ast.Field) (field, error) {
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return field{}, err
	}
	member, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	if member == "" || member == "-" || strings.ContainsAny(member, `"\'`) {
		return field{}, fmt.Errorf("the tag %s names no member", f.Tag.Value)
	}
	read, err := g.expression(m, f.Type)
	return field{name: f.Names[0].Name, member: member, read: read}, err
}
