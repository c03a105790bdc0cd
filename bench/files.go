package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/community-attribute-service/cas-go/bench/service"
	"github.com/community-attribute-service/cas-go/features"
	_ "github.com/community-attribute-service/cas-go/features/geopackage" // registers the format
)

// The case of the files that users have: a shapefile and a GeoPackage, both written by GDAL, are read, and made into tables.

//go:embed python/files.py
var pythonFiles string

// fileKinds are the formats, by the ending of their files.
var fileKinds = []struct{ name, ending string }{{"Shapefile", ".shp"}, {"GeoPackage", ".gpkg"}}

// What is done with a file; the names of the rows in the report begin with that of the format.
const (
	readOurs    = " read by cas-go"
	readStream  = " read by pyogrio, as a stream"
	readWhole   = " read by pyogrio, into GeoPandas"
	tableSmall  = " to a table, 100,000"
	tableLarge  = " to a table, 1,000,000"
	smallNumber = 100_000
	largeNumber = 1_000_000
)

// fileClients are the rows of the case.
func fileClients() (rows []string) {
	for _, kind := range fileKinds {
		for _, does := range []string{readWhole, readStream, readOurs, tableSmall, tableLarge} {
			rows = append(rows, kind.name+does)
		}
	}
	return rows
}

// fileTargets are those of each format.
func fileTargets() (list []target) {
	for _, kind := range fileKinds {
		list = append(list,
			target{cpu, kind.name + readOurs, kind.name + readWhole, true, 2},
			target{growthOfOne, kind.name + tableLarge, kind.name + tableSmall, true, 64},
		)
	}
	return list
}

// files runs one row of the case once.
func (c *comparison) files(client string) (sample, error) {
	for _, kind := range fileKinds {
		does, found := strings.CutPrefix(client, kind.name)
		if !found {
			continue
		}
		n := largeNumber
		if does == tableSmall {
			n = smallNumber
		}
		path, err := c.fileOf(n, kind.ending)
		if err != nil {
			return sample{}, err
		}
		var s sample
		switch does {
		case readOurs:
			s, err = c.ownReport(exec.Command(os.Args[0], "read", path))
		case readStream:
			s, err = c.ownReport(exec.Command(c.judges, "-c", pythonFiles, "stream", path))
		case readWhole:
			s, err = c.ownReport(exec.Command(c.judges, "-c", pythonFiles, "whole", path))
		default:
			s, err = c.tableOfFile(path)
		}
		if err == nil && s.Results != n {
			err = fmt.Errorf("%d results of %d features", s.Results, n)
		}
		return s, err
	}
	return sample{}, fmt.Errorf("there is no client %q", client)
}

// fileOf is a file of n features, which is written unless it is there.
func (c *comparison) fileOf(n int, ending string) (string, error) {
	path := filepath.Join(c.folder, fmt.Sprintf("file-%d%s", n, ending))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	cmd := exec.Command(c.judges, "-W", "ignore", "-c", pythonFiles, "write", strconv.Itoa(n), path)
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
}

// tableOfFile makes a table of one dataset by the built command.
func (c *comparison) tableOfFile(path string) (sample, error) {
	out := filepath.Join(c.folder, "file.csv")
	s, err := c.fromOutside(exec.Command(c.program, "extract", path, "--url", c.url, "-d", service.DatasetIDs[0], "-o", out,
		"--id-field", "ID", "--quiet", "--overwrite"))
	if err != nil {
		return sample{}, err
	}
	s.Results, err = countResults(filepath.Join(c.folder, "file.meta.json"))
	return s, err
}

// runRead reads a file of features with all properties and prints what it measured.
func runRead(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("wants a file, not %q", args)
	}
	started := time.Now()
	source, err := features.Open(args[0], features.Options{})
	if err != nil {
		return err
	}
	defer source.Close()
	s := sample{Calls: 1}
	for f, err := range source.Features() {
		if err != nil {
			return err
		}
		area, err := strconv.ParseFloat(string(f.Properties["area"]), 64)
		if err != nil {
			return err
		}
		s.Checksum += area
		s.Results++
	}
	s.Wall, s.CPU, s.RSS = time.Since(started).Seconds(), cpuSeconds(), peakRSS()
	return json.NewEncoder(os.Stdout).Encode(s)
}
