package main

import (
	"go/ast"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// fields writes the fields of a struct that is defined where it is listed.
func (w *writer) fields(s *ast.StructType) {
	if len(s.Fields.List) == 0 {
		return
	}
	w.printf("| Field | Type | Meaning |\n|---|---|---|\n")
	for _, f := range s.Fields.List {
		w.printf("| %s | `%s` | %s |\n", fieldNames(f), w.typeText(f.Type), w.cell(comments(f.Doc, f.Comment)))
	}
	w.printf("\n")
}

// fieldNames are the names that share a type and a comment; an embedded type has none of its own.
func fieldNames(f *ast.Field) string {
	if len(f.Names) == 0 {
		return "(embedded)"
	}
	names := make([]string, len(f.Names))
	for i, n := range f.Names {
		names[i] = "`" + n.Name + "`"
	}
	return strings.Join(names, ", ")
}

// model writes what lies behind an alias: fields with their null rules, the known values of an enumeration, methods.
func (w *writer) model(target definition) {
	inner := &writer{m: w.m, pkg: target.pkg}
	switch shape := typeSpec(target.typ).Type.(type) {
	case *ast.StructType:
		if len(shape.Fields.List) == 0 {
			break
		}
		w.printf("| Field | Type | JSON | Null | Meaning |\n|---|---|---|---|---|\n")
		for _, f := range shape.Fields.List {
			w.printf("| %s | `%s` | %s | %s | %s |\n", fieldNames(f), inner.modelType(f.Type), jsonName(f), inner.nullRule(f.Type),
				inner.cell(comments(f.Doc, f.Comment)))
		}
		w.printf("\n")
	default:
		w.printf("Underlying type: `%s`.", inner.typeText(shape))
		if known := w.m.enum(target.pkg.Name, target.typ.Name); len(known) > 0 {
			texts := make([]string, len(known))
			for i, v := range known {
				texts[i] = "`" + v.value + "`"
			}
			w.printf(" Values known: %s; others pass through.", strings.Join(texts, ", "))
		}
		w.printf("\n\n")
	}
	if len(target.typ.Methods) > 0 {
		w.printf("| Method | Meaning |\n|---|---|\n")
		for _, f := range target.typ.Methods {
			text := strings.TrimPrefix(inner.source(signature(f.Decl)), "func ")
			w.printf("| %s | %s |\n", code(text), inner.cell(f.Doc))
		}
		w.printf("\n")
	}
}

func jsonName(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	return code(name)
}

// typeName matches a type's name with its package, if it has one.
var typeName = regexp.MustCompile(`(?:(\w+)\.)?\b[A-Z]\w*`)

// modelType is a type of gen or wire as a user of package cas writes it.
func (w *writer) modelType(e ast.Expr) string {
	return typeName.ReplaceAllStringFunc(w.typeText(e), func(name string) string {
		pkg, bare, qualified := strings.Cut(name, ".")
		if !qualified {
			pkg, bare = w.pkg.Name, name
		}
		key := pkg + "." + bare
		if target, ok := w.m.resolve(pkg, bare); ok {
			key = target.key()
		}
		if alias, ok := w.m.models[key]; ok {
			return alias
		}
		return name
	})
}

// nullRule says what a member of an answer is in Go where it is null on the wire.
func (w *writer) nullRule(e ast.Expr) string {
	switch text := w.modelType(e); {
	case strings.HasPrefix(text, "*"):
		return "nil"
	case text == "Value":
		return "the zero Value, `IsNull()`"
	case text == "Number":
		return "NaN"
	default:
		return "never"
	}
}
