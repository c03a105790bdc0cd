// Bulk extracts the attributes of all features of a GeoJSON file into a GeoParquet table, which GeoPandas reads as it is:
//
//	go run ./examples/bulk catchments.geojson attributes.parquet HYBAS_ID
//
// A run that was stopped goes on where it was when it is started again. The command `cas extract` does the same, and more.
package main

import (
	"context"
	"fmt"
	"iter"
	"log"
	"os"
	"os/signal"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/parquet"
)

var datasets = []string{"copernicus_dem:elevation"}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: bulk INPUT.geojson OUTPUT.parquet ID_FIELD")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, input, output, idField string) error {
	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		return err
	}
	defer client.Close()

	// What is wrong with the table or the file is known before the first request.
	format := parquet.Format{Geo: true}
	plan, err := table.PlanColumns(datasets, idField, nil, format)
	if err != nil {
		return err
	}
	source, err := features.Open(input, features.Options{IDField: idField, Keep: []string{}})
	if err != nil {
		return err
	}
	defer source.Close()

	options := bulk.Options{DatasetIDs: datasets}
	j, err := journal.Open(output+".journal", options.Fingerprint(idField))
	if err != nil {
		return err
	}
	defer j.Close()
	options.Journal = j

	recording, err := bulk.Record(ctx, client, source.Features(), options)
	if err != nil {
		return fmt.Errorf("%w (the journal keeps what is done: run it again)", err)
	}

	// The table is written from the journal, in the order of the file, and what failed into a list beside it.
	outcomes := func() iter.Seq2[bulk.Outcome, error] { return recording.Outcomes(source.Features()) }
	summary, err := table.Write(ctx, outcomes, table.Options{
		Path: output, Format: format, Plan: plan, Parameters: options.Fingerprint(idField),
	})
	if err != nil {
		return err
	}
	if err := j.Finish(); err != nil {
		return err
	}
	fmt.Printf("%d features, %d failed, %d columns in %s\n", summary.Features, summary.Failed, len(summary.Columns)+1, output)
	return nil
}
