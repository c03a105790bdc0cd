package main

import (
	"bytes"
	"go/ast"
	"go/doc"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func loaded(t *testing.T) (root string, m *module) {
	t.Helper()
	root, err := moduleRoot()
	require.NoError(t, err)
	m, err = load(root, packages)
	require.NoError(t, err)
	return root, m
}

func TestReferenceIsCurrent(t *testing.T) {
	root, _ := loaded(t)
	files, err := documents(root)
	require.NoError(t, err)
	for _, file := range files {
		there, err := os.ReadFile(filepath.Join(root, file.path))
		require.NoError(t, err)
		if !bytes.Equal(there, file.text) {
			t.Errorf("%s is not what the sources say (%s): run make docs", file.path, firstDifference(there, file.text))
		}
	}
}

func firstDifference(a, b []byte) string {
	linesA, linesB := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range linesA {
		if i >= len(linesB) || linesA[i] != linesB[i] {
			return "from the line " + strings.TrimSpace(linesA[i])
		}
	}
	return "it ends early"
}

func TestSameBytesEveryTime(t *testing.T) {
	root, _ := loaded(t)
	first, err := documents(root)
	require.NoError(t, err)
	again, err := documents(root)
	require.NoError(t, err)
	assert.Equal(t, first, again)
}

// Every package that others can import is in the reference, but for api (the document), gen (behind the aliases of cas) and bench (a
// measurement).
func TestNoPublicPackageIsLeftOut(t *testing.T) {
	root, m := loaded(t)
	listed := map[string]bool{"api": true, "gen": true, "docs": true, "docs/schema": true}
	for i := range m.packages {
		listed[packages[i]] = true
	}
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && path != root {
				return filepath.SkipDir // a module of its own
			}
			if name == "internal" || name == "testdata" || name == "bench" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || bytes.Contains(text, []byte("\npackage main\n")) || bytes.HasPrefix(text, []byte("package main\n")) {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if folder != "." {
			assert.True(t, listed[filepath.ToSlash(folder)], "package %s is not in the list of docgen", folder)
		}
		return err
	})
	require.NoError(t, err)
}

func TestEveryExportedNameHasADocComment(t *testing.T) {
	_, m := loaded(t)
	for _, p := range m.byName {
		assert.NotEmpty(t, p.Doc, "package %s", p.Name)
		checkValues(t, p, p.Consts, p.Vars)
		checkFuncs(t, p.Name, p.Funcs)
		for _, typ := range p.Types {
			name := p.Name + "." + typ.Name
			assert.NotEmpty(t, typ.Doc, "type %s", name)
			checkValues(t, p, typ.Consts, typ.Vars)
			checkFuncs(t, p.Name, typ.Funcs)
			checkFuncs(t, name, typ.Methods)
			if s, ok := typeSpec(typ).Type.(*ast.StructType); ok {
				checkFields(t, name, typ.Doc, s)
			}
		}
	}
}

func checkFuncs(t *testing.T, owner string, functions []*doc.Func) {
	for _, f := range functions {
		if owner == "gen" || strings.HasPrefix(owner, "gen.") {
			continue // the generated client, which cas alone calls
		}
		assert.NotEmpty(t, f.Doc, "%s.%s has no doc comment", owner, f.Name)
	}
}

// checkValues accepts the comment of a group for all its members.
func checkValues(t *testing.T, p *doc.Package, lists ...[]*doc.Value) {
	for _, list := range lists {
		for _, group := range list {
			for _, spec := range group.Decl.Specs {
				s := spec.(*ast.ValueSpec)
				if group.Doc == "" && comments(s.Doc, s.Comment) == "" {
					t.Errorf("%s.%s has no doc comment", p.Name, s.Names[0].Name)
				}
			}
		}
	}
}

// checkFields accepts a field without a comment where the type's comment has its name as a word.
func checkFields(t *testing.T, name, typeDoc string, s *ast.StructType) {
	typeDoc = strings.ToLower(typeDoc)
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			if comments(f.Doc, f.Comment) == "" && !strings.Contains(typeDoc, strings.ToLower(n.Name)) {
				t.Errorf("field %s.%s has no doc comment", name, n.Name)
			}
		}
	}
}
