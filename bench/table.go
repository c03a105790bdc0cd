package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/bench/service"
)

// The cases of whole tables: a file of features in, a file of rows out. This module's client is the built command; beside it the others
// do what a program of a page would, and the same client streams as many answers and does nothing else.

// ofTable is how large the table of the case "bulk" is, in features.
const ofTable = 100_000

// sizes are the tables of the case "sizes", by the names of their rows in the report.
var sizes = map[string]int{"1,000": 1_000, "10,000": 10_000, "100,000": 100_000, "1,000,000": 1_000_000}

// alone is this module's client streaming answers alone.
const alone = "cas-go, decoding alone"

// table runs one client on a table.
func (c *comparison) table(kind, client string) (sample, error) {
	n, sized := sizes[client]
	if !sized {
		n = ofTable
	}
	switch client {
	case alone, raw:
		does, who := "batches", raw
		if client == alone {
			does, who = "stream", ours
		}
		calls := strconv.Itoa(n / service.MaxBatch)
		return c.ownReport(exec.Command(os.Args[0], "client", who, does, c.url, "0", calls))
	}
	in, out := c.featuresFile(n), filepath.Join(c.folder, "out.csv")
	if err := writeFeatures(in, n); err != nil {
		return sample{}, err
	}
	switch client {
	case python:
		return c.ownReport(exec.Command(c.python, append([]string{"-c", pythonClient, kind, c.url, in, out}, service.DatasetIDs...)...))
	case naiveC:
		return c.ownReport(exec.Command(os.Args[0], "table", c.url, in, out))
	}
	s, err := c.fromOutside(exec.Command(c.program, "extract", "--url", c.url, "-g", "@"+in, "-d", strings.Join(service.DatasetIDs, ","),
		"-o", out, "--overwrite", "--id-field", "ID", "--quiet"))
	if err != nil {
		return sample{}, err
	}
	s.Results, err = countResults(filepath.Join(c.folder, "out.meta.json"))
	if err == nil && s.Results != n*len(service.DatasetIDs) {
		err = fmt.Errorf("the table has %d results of %d features", s.Results, n)
	}
	return s, err
}

// countResults reads how many results the description of a table counts.
func countResults(meta string) (int, error) {
	text, err := os.ReadFile(meta)
	if err != nil {
		return 0, err
	}
	var described struct {
		Counts struct {
			Results int `json:"results"`
		} `json:"counts"`
	}
	err = json.Unmarshal(text, &described)
	return described.Counts.Results, err
}

func (c *comparison) featuresFile(n int) string {
	return filepath.Join(c.folder, fmt.Sprintf("features-%d.geojson", n))
}

// writeFeatures writes a collection of small polygons, unless it is there.
func writeFeatures(path string, n int) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	for i := range n {
		separator := ",\n"
		if i == 0 {
			separator = "\n"
		}
		fmt.Fprintf(w, `%s{"type":"Feature","properties":{"ID":%d,"name":"basin %d","area":%d.25},"geometry":%s}`,
			separator, 7_120_000_000+int64(i), i, i%1000, polygonText(ring(few, i)))
	}
	fmt.Fprint(w, "\n]}\n")
	return w.Flush()
}
