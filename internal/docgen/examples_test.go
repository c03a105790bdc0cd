package main

import (
	"go/ast"
	"go/parser"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every function of a public package, and every method of its clients, is called in an example of that package.
func TestEveryEntryPointIsShownInAnExample(t *testing.T) {
	root, m := loaded(t)
	for i, p := range m.packages {
		named := namedInExamples(t, m, filepath.Join(root, filepath.FromSlash(packages[i])))
		for _, f := range p.Funcs {
			assert.True(t, named[f.Name], "no example of package %s calls %s", p.Name, f.Name)
		}
		for _, typ := range p.Types {
			for _, f := range typ.Funcs {
				assert.True(t, named[f.Name], "no example of package %s calls %s", p.Name, f.Name)
			}
			if typ.Name != "Client" {
				continue
			}
			for _, f := range typ.Methods {
				assert.True(t, named[f.Name], "no example of package %s calls %s.%s", p.Name, typ.Name, f.Name)
			}
		}
	}
}

// namedInExamples are the names behind a dot in the examples of a package and what stands beside them in their files.
func namedInExamples(t *testing.T, m *module, folder string) map[string]bool {
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	require.NoError(t, err)
	named := map[string]bool{}
	for _, path := range files {
		file, err := parser.ParseFile(m.fset, path, nil, 0)
		require.NoError(t, err)
		if !slices.ContainsFunc(file.Decls, isExample) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				named[s.Sel.Name] = true
			}
			return true
		})
	}
	return named
}

func isExample(decl ast.Decl) bool {
	f, ok := decl.(*ast.FuncDecl)
	return ok && strings.HasPrefix(f.Name.Name, "Example")
}
