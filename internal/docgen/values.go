package main

import (
	"go/ast"
	"go/doc"
	"strconv"
	"strings"
)

// value is one constant or variable, ready for a table.
type value struct{ name, value, doc string }

// values writes constants or variables: in one table those that explain themselves, then each group below its comment.
func (w *writer) values(groups []*doc.Value) {
	var single []value
	for _, group := range groups {
		rows := w.rows(group)
		if len(rows) > 0 && !group.Decl.Lparen.IsValid() {
			rows[0].doc = group.Doc // the comment of a single declaration is its own
		}
		if group.Doc == "" || !group.Decl.Lparen.IsValid() {
			single = append(single, rows...)
		}
	}
	w.table(single)
	for _, group := range groups {
		if group.Doc != "" && group.Decl.Lparen.IsValid() {
			w.printf("%s\n", w.prose(group.Doc, 5))
			w.table(w.rows(group))
		}
	}
}

func (w *writer) table(rows []value) {
	if len(rows) == 0 {
		return
	}
	w.printf("| Name | Value | Meaning |\n|---|---|---|\n")
	for _, r := range rows {
		w.printf("| `%s` | %s | %s |\n", r.name, code(r.value), w.cell(r.doc))
	}
	w.printf("\n")
}

// rows are the exported values of a group.
func (w *writer) rows(group *doc.Value) []value {
	var rows []value
	for _, spec := range group.Decl.Specs {
		s := spec.(*ast.ValueSpec)
		for i, name := range s.Names {
			if !name.IsExported() {
				continue
			}
			row := value{name: name.Name, doc: comments(s.Doc, s.Comment)}
			if i < len(s.Values) {
				row.value = w.literal(s.Values[i])
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// literal is the value of an expression as a reader wants it: the text of errors.New, the constant behind a name of gen.
func (w *writer) literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.CallExpr:
		if selector, ok := e.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "New" && len(e.Args) == 1 {
			if text, ok := e.Args[0].(*ast.BasicLit); ok {
				if s, err := strconv.Unquote(text.Value); err == nil {
					return s
				}
			}
		}
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok && pkg.Name == "gen" {
			for _, known := range w.m.enum("gen", "") {
				if known.name == e.Sel.Name {
					return known.value
				}
			}
		}
	}
	return strings.Join(strings.Fields(w.source(e)), " ")
}

// enum lists the constants of a type in gen, or of all types for "".
func (m *module) enum(pkg, typ string) []value {
	w := writer{m: m, pkg: m.byName[pkg]}
	var all []value
	for _, t := range m.byName[pkg].Types {
		if typ != "" && t.Name != typ {
			continue
		}
		for _, group := range t.Consts {
			all = append(all, w.rows(group)...)
		}
	}
	return all
}
