// Command docgen writes docs/reference.md and docs/datasets.md from the sources and doc comments of the public packages:
//
//	go run ./internal/docgen
//
// What is an alias in package cas is shown with the fields, methods and values of the type behind it. The bytes depend on the
// sources alone, so that a test can tell whether the files are current.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// packages are the folders of the public packages, in the order of the reference.
var packages = []string{
	"cas", "features", "features/crs", "features/geojson", "features/shapefile", "features/geopackage", "features/geoparquet", "features/points",
	"features/ogr", "features/preflight", "bulk", "bulk/journal", "table", "table/parquet", "table/geopackage", "table/netcdf", "table/shard",
	"tabulate", "local", "castest", "castest/basins", "catalog", "wire",
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	files, err := documents(root)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(filepath.Join(root, file.path), file.text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// document is a file that docgen writes, its path relative to the module.
type document struct {
	path string
	text []byte
}

// documents are all files that docgen writes.
func documents(root string) ([]document, error) {
	m, err := load(root, packages)
	if err != nil {
		return nil, err
	}
	return []document{
		{filepath.Join("docs", "reference.md"), reference(m)},
		{filepath.Join("docs", "datasets.md"), datasets(m)},
	}, nil
}

// moduleRoot is the nearest folder above that has a go.mod.
func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("no go.mod above %s: run it inside the module", folder)
		}
		folder = filepath.Dir(folder)
	}
}
