package tabulate_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/castest/basins"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/tabulate"
)

// A file in, a table out. The journal beside the table keeps every answer; if the job runs again, it requests only what is missing.
func Example() {
	folder, err := os.MkdirTemp("", "tabulate")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path, output := filepath.Join(folder, "basins.geojson"), filepath.Join(folder, "attributes.csv")
	if err := os.WriteFile(path, basins.GeoJSON(), 0o666); err != nil {
		log.Fatal(err)
	}
	server := castest.NewServer()
	defer server.Close()

	ctx := context.Background()
	input, err := tabulate.Open(path, features.Options{IDField: "HYBAS_ID"})
	if err != nil {
		log.Fatal(err)
	}
	defer input.Source.Close()
	total, bad, err := tabulate.Validate(ctx, input, func(f tabulate.Finding) error {
		fmt.Println(f.ID, f.Reason)
		return nil
	})
	fmt.Println(total, "features,", bad, "bad", err)

	job := tabulate.Job{
		Client: server.Client(), Input: input, Outputs: []tabulate.Output{{Path: output, Format: table.CSV{}}}, IDField: "HYBAS_ID",
		Ask: bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}},
	}
	summary, err := job.Run(ctx) // when ctx ends, Run waits for the requests in flight
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(summary.Features, "rows,", summary.Failed, "failed")

	j, err := journal.Read(tabulate.JournalPath(output))
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	recording, err := bulk.Recorded(j, input.Source.Features())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(recording.Len(), "answers in the journal")
	// Output:
	// 53 features, 0 bad <nil>
	// 53 rows, 0 failed
	// 53 answers in the journal
}

// Check checks a feature as a run does before it sends it; ValidPolygons is the part that needs computational geometry.
func ExampleCheck() {
	bowTie := features.Feature{Geometry: []byte(`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`)}
	fmt.Println(tabulate.Check(bowTie))
	fmt.Println(tabulate.ValidPolygons(bowTie))
	fmt.Println(tabulate.Check(features.Feature{}))
	// Output:
	// ring 0 of the polygon crosses or touches itself; repair it, as by ogr2ogr -makevalid
	// ring 0 of the polygon crosses or touches itself; repair it, as by ogr2ogr -makevalid
	// no geometry
}

func ExampleStream() {
	input, err := tabulate.Stream(context.Background(), "-", strings.NewReader("lon,lat,gauge\n-84.2308,36.1983,03408500\n"), features.Options{IDField: "gauge"})
	if err != nil {
		log.Fatal(err)
	}
	for f, err := range input.Source.Features() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.ID, string(f.Geometry))
	}
	// Output: 03408500 {"type":"Point","coordinates":[-84.2308,36.1983]}
}

// ReadContents shows what a file holds, and which field can be the id.
func ExampleReadContents() {
	input, err := tabulate.Stream(context.Background(), "-", strings.NewReader("lon,lat,gauge\n-84.2308,36.1983,03408500\n"), features.Options{})
	if err != nil {
		log.Fatal(err)
	}
	contents, err := tabulate.ReadContents(context.Background(), input)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range contents.Fields {
		fmt.Println(f.Name, string(f.Sample), f.CanBeID)
	}
	// Output:
	// lon -84.2308 true
	// lat 36.1983 true
	// gauge "03408500" true
}

// Describe finds the metadata of datasets: units, licence and citation.
func ExampleDescribe() {
	server := castest.NewServer()
	defer server.Close()
	known, problems := tabulate.Describe(context.Background(), server.Client(), []string{"copernicus_dem:elevation"})
	fmt.Println(known[0].Name, known[0].Variables[0].Units, len(problems))
	// Output: Copernicus DEM GLO-30 Elevation m 0
}
