package table_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log"
	"os"
	"path/filepath"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
)

func ExampleWrite() {
	const id = "copernicus_dem:elevation"
	outcomes := []bulk.Outcome{
		{Feature: features.Feature{ID: "01013500"}, Response: &cas.AttributeResponse{Results: []cas.AttributeResult{
			{DatasetID: id, Value: cas.NumberValue(388), Units: "m", Aggregation: "mean", Quality: "good", CoverageFraction: 1},
		}}},
		{Feature: features.Feature{ID: "01013501"}, Err: errors.New("the ring is not closed")},
	}
	source := func() iter.Seq2[bulk.Outcome, error] { // it is ranged over twice
		return func(yield func(bulk.Outcome, error) bool) {
			for _, o := range outcomes {
				if !yield(o, nil) {
					return
				}
			}
		}
	}

	plan, err := table.PlanColumns([]string{id}, "STAID", nil, nil) // before the first request
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, _ := os.MkdirTemp("", "table")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "attributes.csv")
	summary, err := table.Write(context.Background(), source, table.Options{
		Path: path, Format: table.FormatOf(path), Plan: plan, Parameters: journal.Fingerprint{DatasetIDs: []string{id}, IDField: "STAID"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(summary.Failed, "of", summary.Features, "failed")
	for _, file := range []string{path, table.ErrorsPath(path)} {
		text, _ := os.ReadFile(file)
		fmt.Printf("%s", text)
	}
	// Output:
	// 1 of 2 failed
	// STAID,copernicus_dem_elevation,copernicus_dem_elevation_units,copernicus_dem_elevation_quality,copernicus_dem_elevation_coverage_fraction
	// 01013500,388,m,good,1
	// 01013501,,,,
	// id,dataset,reason,service,time
	// 01013501,,the ring is not closed,,
}

// A preset is the form of tables that a model reads; a form can be changed.
func ExamplePreset() {
	fmt.Println(table.Presets())
	form, err := table.Preset("caravan")
	if err != nil {
		log.Fatal(err)
	}
	form.IDPrefix = "camels"
	fmt.Println(form.IDName, form.TableID("01013500"), form.Values)
	// Output:
	// [symfluence neuralhydrology caravan]
	// gauge_id camels_01013500 true
}

func ExampleClassName() {
	fmt.Println(table.ClassName("-1"), table.ClassName("for (t, dense)"))
	// Output: minus_1 for_t_dense
}
