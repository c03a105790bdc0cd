package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const modulePath = "github.com/community-attribute-service/cas-go"

// module is what the reference is written from.
type module struct {
	fset     *token.FileSet
	packages []*doc.Package          // those to be listed, in order
	byName   map[string]*doc.Package // these and gen, which aliases lead to, by package name
	models   map[string]string       // "gen.Dataset" or "wire.Value" to the name of its alias in package cas
}

// platform is whose files are read, wherever docgen runs.
var platform = build.Context{GOOS: "linux", GOARCH: "amd64", Compiler: "gc"}

func load(root string, folders []string) (*module, error) {
	m := &module{fset: token.NewFileSet(), byName: map[string]*doc.Package{}, models: map[string]string{}}
	for _, folder := range folders {
		p, err := m.parse(root, folder)
		if err != nil {
			return nil, err
		}
		m.packages = append(m.packages, p)
		m.byName[p.Name] = p
	}
	var err error
	if m.byName["gen"], err = m.parse(root, "gen"); err != nil {
		return nil, err
	}
	for _, t := range m.byName["cas"].Types {
		if target, ok := m.resolve("cas", t.Name); ok {
			m.models[target.key()] = t.Name
		}
	}
	return m, nil
}

func (m *module) parse(root, folder string) (*doc.Package, error) {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(folder)))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		dir := filepath.Join(root, filepath.FromSlash(folder))
		if match, err := platform.MatchFile(dir, name); err != nil || !match {
			continue // of another platform; what cannot be read fails in the parser
		}
		file, err := parser.ParseFile(m.fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s", folder)
	}
	return doc.NewFromFiles(m.fset, files, path.Join(modulePath, folder))
}

// definition is a type where it is defined.
type definition struct {
	pkg *doc.Package
	typ *doc.Type
}

func (d definition) key() string { return d.pkg.Name + "." + d.typ.Name }

// resolve follows aliases into gen and wire; false if the type is none of those.
func (m *module) resolve(pkg, name string) (definition, bool) {
	found := false
	for {
		t := lookup(m.byName[pkg], name)
		if t == nil {
			return definition{}, false
		}
		next, ok := aliased(t)
		if !ok {
			return definition{m.byName[pkg], t}, found
		}
		pkg, name, found = next.pkg, next.name, true
	}
}

type qualifiedName struct{ pkg, name string }

// aliased is what a type is an alias of, if that is a type of gen or wire.
func aliased(t *doc.Type) (qualifiedName, bool) {
	spec := typeSpec(t)
	if !spec.Assign.IsValid() {
		return qualifiedName{}, false
	}
	selector, ok := spec.Type.(*ast.SelectorExpr)
	if !ok {
		return qualifiedName{}, false
	}
	pkg, ok := selector.X.(*ast.Ident)
	if !ok || pkg.Name != "gen" && pkg.Name != "wire" {
		return qualifiedName{}, false
	}
	return qualifiedName{pkg.Name, selector.Sel.Name}, true
}

// lookup is the type of a package; nil if there is none, or no such package.
func lookup(p *doc.Package, name string) *doc.Type {
	if p == nil {
		return nil
	}
	for _, t := range p.Types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// typeSpec is the declaration of a type; go/doc gives each a GenDecl of its own.
func typeSpec(t *doc.Type) *ast.TypeSpec { return t.Decl.Specs[0].(*ast.TypeSpec) }
