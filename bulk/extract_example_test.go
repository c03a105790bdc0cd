package bulk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk/journal"
	"github.com/community-attribute-service/cas-go/features"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/cas"
)

// The attribute table of a file of catchments: one outcome for each feature, in the order of the file. A journal beside the table makes the
// run resumable.
func ExampleExtract() {
	service := exampleService()
	defer service.Close()
	client, err := cas.NewClient(service.URL)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	catchments, err := features.NewReader(strings.NewReader(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"HYBAS_ID":7120034520},"geometry":{"type":"Point","coordinates":[-84.2308,36.1983]}},
		{"type":"Feature","properties":{"HYBAS_ID":7120034330},"geometry":{"type":"Point","coordinates":[682000,4007000]}},
		{"type":"Feature","properties":{"HYBAS_ID":7120034310},"geometry":{"type":"Point","coordinates":[-84.3,36.2]}}
	]}`), features.Options{IDField: "HYBAS_ID"})
	if err != nil {
		log.Fatal(err)
	}

	options := bulk.Options{DatasetIDs: []string{"local_dem:elevation"}}
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	j, err := journal.Open(filepath.Join(folder, "attributes.csv.journal"), options.Fingerprint("HYBAS_ID"))
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	options.Journal = j

	for outcome, err := range bulk.Extract(context.Background(), client, catchments.Features(), options) {
		if err != nil {
			log.Fatal(err) // the run ended early; the next one resumes from the journal
		}
		for _, failure := range outcome.Failures() {
			fmt.Println(outcome.Feature.ID, "failed:", failure.Reason)
		}
		if elevation, ok := cas.Lookup(outcome.Response, "local_dem:elevation"); ok {
			fmt.Println(outcome.Feature.ID, elevation.Value, elevation.Units)
		}
	}
	if err := j.Finish(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(j.State().Done, "done,", j.State().Failed, "failed")
	// Output:
	// 7120034520 1076 m
	// 7120034330 failed: longitude 682000 of position 0 looks like metres; reproject to EPSG:4326
	// 7120034310 1076 m
	// 2 done, 1 failed
}

// exampleService answers every geometry with the height of Cross Mountain, Tennessee.
func exampleService() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request struct{ Geometries []json.RawMessage }
		_ = json.NewDecoder(r.Body).Decode(&request)
		batch := cas.BatchAttributeResponse{RequestID: "285d971167bf"}
		for range request.Geometries {
			batch.Responses = append(batch.Responses, cas.AttributeResponse{
				RequestID: "1e05107864ab", GeometryHash: "8d2c9a41b2c3d4e5", Warnings: []string{},
				Results: []cas.AttributeResult{{DatasetID: "local_dem:elevation", Value: cas.NumberValue(1076), Units: "m"}},
			})
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(batch)
	}))
}
