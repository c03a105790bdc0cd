// Command generate writes the constants of package catalog from its snapshot. It is run in the folder of the package, by go generate.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
)

func main() {
	if err := generate("."); err != nil {
		fmt.Fprintln(os.Stderr, "catalog/internal/generate:", err)
		os.Exit(1)
	}
}

// generate renews the generated files of the package in dir.
func generate(dir string) error {
	files, err := render(dir)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render gives the generated files of the package in dir by name.
func render(dir string) (map[string][]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, "snapshot.json"))
	if err != nil {
		return nil, err
	}
	s, err := snapshot.Parse(text)
	if err != nil {
		return nil, err
	}
	taken, err := declared(dir)
	if err != nil {
		return nil, err
	}
	datasets, providers, err := name(s, taken)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{
		"datasets.gen.go":  datasetsFile(s, datasets),
		"providers.gen.go": providersFile(s, providers),
	}, nil
}
