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
	pkg      string
	types    map[string]*ast.TypeSpec
	comments map[string]string
	decodes  map[string]bool // those that bring their own UnmarshalJSON, such as unions
}

func parse(path string) (*declarations, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil, err
	}
	d := &declarations{pkg: file.Name.Name, types: map[string]*ast.TypeSpec{}, comments: map[string]string{}, decodes: map[string]bool{}}
	for _, declared := range file.Decls {
		switch declared := declared.(type) {
		case *ast.GenDecl:
			for _, spec := range declared.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					d.types[spec.Name.Name] = spec
					d.comments[spec.Name.Name] = declared.Doc.Text()
				}
			}
		case *ast.FuncDecl:
			if declared.Recv == nil || declared.Name.Name != "UnmarshalJSON" {
				continue
			}
			if pointer, ok := declared.Recv.List[0].Type.(*ast.StarExpr); ok {
				if name, ok := pointer.X.(*ast.Ident); ok {
					d.decodes[name.Name] = true
				}
			}
		}
	}
	return d, nil
}

// model is a struct that gets a decoder.
type model struct {
	name   string
	fields []field
	lists  bool // of models, whose memory may be used again
	whole  bool // read by the JSON library
}

type field struct {
	member    string // in JSON
	statement string // that reads it
}

// reachable gives the models of these names and those that they hold, in the order in which they are met.
func (d *declarations) reachable(roots []string) (*gathering, error) {
	g := &gathering{declarations: d, met: map[string]bool{}}
	for _, root := range roots {
		if _, ok := g.types[root]; !ok {
			return nil, fmt.Errorf("there is no type %s", root)
		}
		name := &ast.Ident{Name: root}
		read, err := g.model(name)
		switch {
		case err != nil:
			return nil, err
		case !read: // by a rule
			g.models = append(g.models, &model{name: root, whole: true})
			g.library = true
		}
	}
	return g, nil
}

// gathering is a walk over the models.
type gathering struct {
	*declarations
	models           []*model
	met              map[string]bool
	lists            int // numbers given to lists of models
	strconv, library bool
}

// model makes a model of a named type, if package jsonread can read it member by member: a struct of fields with a name and a tag.
func (g *gathering) model(name *ast.Ident) (ok bool, err error) {
	spec := g.types[name.Name]
	if spec == nil || spec.Assign.IsValid() || g.decodes[name.Name] || spec.TypeParams != nil {
		return false, nil
	}
	body, ok := spec.Type.(*ast.StructType)
	const most = 64 // names of jsonread.NewNames
	if !ok || len(body.Fields.List) > most {
		return false, nil
	}
	for _, f := range body.Fields.List {
		if member(f) == "" || !f.Names[0].IsExported() {
			return false, nil
		}
	}
	if g.met[name.Name] {
		return true, nil
	}
	g.met[name.Name] = true
	m := &model{name: name.Name}
	g.models = append(g.models, m)
	for _, f := range body.Fields.List {
		statement, err := g.statement(m, f.Names[0].Name, f.Type)
		if err != nil {
			return true, fmt.Errorf("%s.%s: %w", name.Name, f.Names[0].Name, err)
		}
		m.fields = append(m.fields, field{member: member(f), statement: statement})
	}
	return true, nil
}

// member is the name of a field in JSON; "" if it has not one name and a plain tag.
func member(f *ast.Field) string {
	if len(f.Names) != 1 || f.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	plain := name != "-" && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' || r == '\'' })
	if !plain || strings.Contains(options, "string") || strings.Contains(options, "inline") {
		return ""
	}
	return name
}
