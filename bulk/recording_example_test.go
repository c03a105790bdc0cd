package bulk_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
)

// A table needs its columns before its first row, so it needs every answer before it begins. The run records into the journal, which can
// be read any number of times.
func ExampleRecord() {
	server := castest.NewServer()
	defer server.Close()
	const catchments = `{"type":"Feature","properties":{"ID":"summit","NAME":"Cross Mountain"},"geometry":{"type":"Point","coordinates":[-84.2308,36.1983]}}
{"type":"Feature","properties":{"ID":"nowhere","NAME":"?"},"geometry":null}
`
	folder, err := os.MkdirTemp("", "recording")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	options := bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}}
	j, err := journal.Open(filepath.Join(folder, "attributes.csv.journal"), options.Fingerprint("ID"))
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	options.Journal = j

	read := func(keep ...string) *features.Source {
		source, err := features.NewReader(strings.NewReader(catchments), features.Options{IDField: "ID", Keep: append([]string{}, keep...)})
		if err != nil {
			log.Fatal(err)
		}
		return source
	}
	recording, err := bulk.Record(context.Background(), server.Client(), read().Features(), options)
	if err != nil {
		log.Fatal(err)
	}
	for outcome, err := range recording.Outcomes(read("NAME").Features()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(outcome.Feature.ID, string(outcome.Feature.Properties["NAME"]), outcome.Err)
	}
	for outcome := range recording.Outcomes(nil) {
		if outcome.Response != nil {
			fmt.Println(outcome.Feature.ID, outcome.Response.Results[0].Value)
		}
	}
	// A later program reads the same from the journal.
	later, err := bulk.Recorded(options.Journal, read().Features())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(later.Len(), "outcomes")
	// Output:
	// summit "Cross Mountain" <nil>
	// nowhere "?" geometry is null
	// summit 1076
	// 2 outcomes
}
