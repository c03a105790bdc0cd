package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// scalars are the methods of jsonread.Reader that read a type, by its text; int types are cast.
var scalars = map[string]string{
	"bool":        "r.Bool()",
	"string":      "r.Text()",
	"int":         "int(r.Int(strconv.IntSize))",
	"int8":        "int8(r.Int(8))",
	"int16":       "int16(r.Int(16))",
	"int32":       "int32(r.Int(32))",
	"int64":       "r.Int(64)",
	"float64":     "r.Float()",
	"wire.Value":  "r.Value()",
	"wire.Number": "r.Number()",
}

// others are the types that have a method of their own for more than a scalar.
var others = map[string]string{
	"*float64":        "r.FloatOrNil()",
	"*wire.Timestamp": "r.Timestamp()",
	"*wire.Range":     "r.Range()",
}

// statement gives the code that reads a value of this type into v.name: by package jsonread where that has a way for the type, else by
// the JSON library.
func (g *gathering) statement(m *model, name string, t ast.Expr) (string, error) {
	resolved := g.resolve(t)
	at := "v." + name
	if read, ok := others[types.ExprString(resolved)]; ok {
		return at + " = " + read, nil
	}
	if read, ok := g.scalar(t); ok {
		return at + " = " + read, nil
	}
	switch t := resolved.(type) {
	case *ast.Ident:
		if model, err := g.model(t); model || err != nil {
			return fmt.Sprintf("read%s(r, &%s)", t.Name, at), err
		}
	case *ast.StarExpr:
		if text, ok := g.function(t.X); ok {
			return fmt.Sprintf("%s = jsonread.Optional(r, %s)", at, text), nil
		}
		if held, ok := g.resolve(t.X).(*ast.Ident); ok {
			if model, err := g.model(held); model || err != nil {
				return fmt.Sprintf("%s = jsonread.Held(r, read%s)", at, held.Name), err
			}
		}
	case *ast.ArrayType:
		if t.Len != nil {
			break
		}
		if text, ok := g.function(t.Elt); ok {
			return fmt.Sprintf("%s = jsonread.Items(r, %s)", at, text), nil
		}
		if item, ok := g.resolve(t.Elt).(*ast.Ident); ok {
			if model, err := g.model(item); model || err != nil {
				m.lists = true
				g.lists++
				return fmt.Sprintf("%s = jsonread.List(r, %d, old.%s, read%s)", at, g.lists-1, name, item.Name), err
			}
		}
	case *ast.ChanType, *ast.FuncType:
		return "", fmt.Errorf("no JSON holds a %s", types.ExprString(t))
	}
	g.library = true
	return fmt.Sprintf("r.Library(func(text []byte) error { return json.Unmarshal(text, &%s) })", at), nil
}

// scalar gives the expression that reads a type that is, or is named for, a scalar.
func (g *gathering) scalar(t ast.Expr) (read string, ok bool) {
	t = g.resolve(t)
	if read, ok = scalars[types.ExprString(t)]; ok {
		g.strconv = g.strconv || strings.Contains(read, "strconv.")
		return read, true
	}
	name, ok := t.(*ast.Ident)
	if !ok || g.types[name.Name] == nil || g.decodes[name.Name] {
		return "", false
	}
	if read, ok = g.scalar(g.types[name.Name].Type); !ok || strings.Contains(read, "r.Value") || strings.Contains(read, "r.Number") {
		return "", false // a name of a type with methods has none of them
	}
	return fmt.Sprintf("%s(%s)", name.Name, read), true
}

// function gives a function that reads a type for which there is an expression.
func (g *gathering) function(t ast.Expr) (text string, ok bool) {
	read, ok := g.scalar(t)
	if !ok {
		return "", false
	}
	if method, arguments, _ := strings.Cut(strings.TrimPrefix(read, "r."), "("); arguments == ")" && method != read {
		return "(*jsonread.Reader)." + method, true
	}
	return fmt.Sprintf("func(r *jsonread.Reader) %s { return %s }", types.ExprString(t), read), true
}

// resolve replaces an alias by what it stands for, and a named list or pointer by its type.
func (g *gathering) resolve(t ast.Expr) ast.Expr {
	switch t := t.(type) {
	case *ast.StarExpr:
		return &ast.StarExpr{X: g.resolve(t.X)}
	case *ast.Ident:
		if spec := g.types[t.Name]; spec != nil && spec.Assign.IsValid() {
			return g.resolve(spec.Type)
		}
	}
	return t
}
