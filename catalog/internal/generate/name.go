package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/catalog/internal/names"
	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
)

// owners says what each name of the package stands for.
type owners map[string]string

// add takes a name for a dataset or provider.
func (o owners) add(name, id string) error {
	if !token.IsIdentifier(name) || !token.IsExported(name) {
		return fmt.Errorf("%s gives %q, which is no name of an exported Go constant; teach catalog/internal/names to spell it", id, name)
	}
	if other, taken := o[name]; taken {
		return fmt.Errorf("%s and %s both give the name %s; teach catalog/internal/names to tell them apart", other, id, name)
	}
	o[name] = id
	return nil
}

// name gives the constants' names, in the order of the snapshot.
func name(s *snapshot.Snapshot, taken owners) (datasets, providers []string, err error) {
	for _, d := range s.Datasets {
		name := names.Dataset(d.ID)
		if err := taken.add(name, d.ID); err != nil {
			return nil, nil, err
		}
		datasets = append(datasets, name)
	}
	for _, p := range s.Providers {
		name := names.Provider(p.Slug)
		if err := taken.add(name, p.Slug); err != nil {
			return nil, nil, err
		}
		providers = append(providers, name)
	}
	return datasets, providers, nil
}

// declared gives the names that the hand-written files of the package in dir declare.
func declared(dir string) (owners, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	taken := make(owners)
	for _, file := range files {
		if strings.HasSuffix(file, ".gen.go") || strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, declaration := range parsed.Decls {
			for _, name := range declaredBy(declaration) {
				taken[name.Name] = "the declaration in " + filepath.Base(file)
			}
		}
	}
	return taken, nil
}

// declaredBy gives what one declaration adds to the scope of the package.
func declaredBy(declaration ast.Decl) (found []*ast.Ident) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			found = append(found, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				found = append(found, s.Name)
			case *ast.ValueSpec:
				found = append(found, s.Names...)
			}
		}
	}
	return found
}
