package shard_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/shard"
)

// Two processes, here one after the other, each extract a half of the basins; a third one joins their tables.
func ExampleMerge() {
	folder, err := os.MkdirTemp("", "shards")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	output := filepath.Join(folder, "attributes.csv")

	for _, part := range []string{"1/2", "2/2"} {
		s, err := shard.Parse(part)
		if err != nil {
			log.Fatal(err)
		}
		if err := extractShard(s, output); err != nil {
			log.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "attributes.*-of-0002.*"))
	if err != nil {
		log.Fatal(err)
	}
	tables := shard.Tables(files) // without what lies beside them
	summary, err := shard.Merge(context.Background(), tables, output, table.CSV{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Features, "rows,", summary.Failed, "failed")
	manifest, err := shard.ReadManifest(tables[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(filepath.Base(shard.ManifestPath(tables[1])), "holds", manifest.Rows, "from", manifest.First)
	// Output:
	// 53 rows, 0 failed
	// attributes.0002-of-0002.shard.json holds 27 from 26
}

// A pattern matches more than tables.
func ExampleTables() {
	fmt.Println(shard.Tables([]string{"a.0001-of-0002.json", "a.0001-of-0002.meta.json", "a.0001-of-0002.shard.json", "a.0002-of-0002.json"}))
	// Output: [a.0001-of-0002.json a.0002-of-0002.json]
}

// extractShard is what one of the processes does.
func extractShard(s shard.Shard, output string) error {
	server := castest.NewServer()
	defer server.Close()

	path := s.Path(output)
	if err := shard.RemoveManifest(path); err != nil { // of an earlier run
		return err
	}
	catchments, err := features.NewReader(bytes.NewReader(basins.GeoJSON()), features.Options{IDField: "HYBAS_ID"})
	if err != nil {
		return err
	}
	const total = 53 // of all shards; a first pass over a file counts them
	plan, err := table.PlanColumns([]string{"copernicus_dem:elevation"}, "HYBAS_ID", nil, table.CSV{})
	if err != nil {
		return err
	}
	run := bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}}
	var outcomes []bulk.Outcome // few enough to keep; a journal does without
	own := s.Select(catchments.Features(), total)
	for outcome, err := range bulk.Extract(context.Background(), server.Client(), own, run) {
		if err != nil {
			return err
		}
		outcomes = append(outcomes, outcome)
	}
	options := table.Options{
		Path: path, Format: table.CSV{}, Plan: plan, Part: true, Parameters: run.Fingerprint("HYBAS_ID"),
		About: table.About{Input: "basins.geojson", InputSHA256: "0"},
	}
	summary, err := table.Write(context.Background(), func() iter.Seq2[bulk.Outcome, error] { return each(outcomes) }, options)
	if err != nil {
		return err
	}
	return shard.WriteManifest(s, total, nil, options, summary)
}

func each(outcomes []bulk.Outcome) iter.Seq2[bulk.Outcome, error] {
	return func(yield func(bulk.Outcome, error) bool) {
		for _, o := range outcomes {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func ExampleFromEnvironment() {
	slurm := map[string]string{"SLURM_ARRAY_TASK_ID": "3", "CAS_SHARDS": "16"}
	s, err := shard.FromEnvironment(func(name string) string { return slurm[name] }, "attributes.csv")
	fmt.Println(s, err)
	first, end := s.Range(100_000)
	fmt.Println(first, "to", end)
	// Output:
	// 3/16 <nil>
	// 12500 to 18750
}
