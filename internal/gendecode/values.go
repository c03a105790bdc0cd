package main

import (
	"fmt"
	"go/ast"
	"go/types"
)

// readers are the expressions that read a type, by its text.
var readers = map[string]string{
	"string":          "r.Text()",
	"int":             "int(r.Int(strconv.IntSize))",
	"int64":           "r.Int(64)",
	"float64":         "r.Float()",
	"*float64":        "r.FloatOrNil()",
	"[]string":        "r.Texts()",
	"wire.Value":      "r.Value()",
	"wire.Number":     "r.Number()",
	"*wire.Timestamp": "r.Timestamp()",
	"*wire.Range":     "r.Range()",
}

// expression gives the code that reads a value of this type: a call, or the function for a model, which is read in place.
func (g *gathering) expression(m *model, t ast.Expr) (string, error) {
	text := types.ExprString(g.resolve(t))
	if read, ok := readers[text]; ok {
		return read, nil
	}
	switch t := t.(type) {
	case *ast.ArrayType:
		item, ok := t.Elt.(*ast.Ident)
		if !ok || t.Len != nil {
			break
		}
		m.nested = true
		number := g.lists
		g.lists++
		return fmt.Sprintf("jsonread.List(r, %d, read%s)", number, item.Name), g.add(item.Name)
	case *ast.Ident:
		spec := g.types[t.Name]
		if spec == nil {
			break
		}
		if _, ok := spec.Type.(*ast.StructType); ok {
			return "read" + t.Name, g.add(t.Name)
		}
		if read, ok := readers[types.ExprString(spec.Type)]; ok && !spec.Assign.IsValid() {
			return fmt.Sprintf("%s(%s)", t.Name, read), nil
		}
	}
	return "", fmt.Errorf("there is no rule for the type %s", types.ExprString(t))
}

// resolve replaces an alias by what it stands for.
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
