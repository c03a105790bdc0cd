package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/bulk"
	"github.com/community-attribute-service/cas-go/castest"
)

// What a journal holds can be looked at while another run has it open, and its answers be looked up by id and geometry.
func ExampleInspectJournal() {
	server := castest.NewServer()
	defer server.Close()
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "attributes.csv.journal")

	options := bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}}
	journal, err := bulk.CreateJournal(path, options.Fingerprint("id"))
	if err != nil {
		log.Fatal(err)
	}
	defer journal.Close()
	options.Journal = journal

	const summit = `{"type":"Point","coordinates":[-84.2308,36.1983]}`
	features := bulk.ReadGeoJSON(strings.NewReader(`{"type":"Feature","id":"summit","geometry":`+summit+`,"properties":{}}`), bulk.ReadOptions{IDField: "id"})
	for _, err := range bulk.Extract(context.Background(), server.Client(), features, options) {
		if err != nil {
			log.Fatal(err)
		}
	}
	entry, found, err := journal.Lookup("summit", bulk.HashGeometry([]byte(summit)))
	if err != nil || !found {
		log.Fatal(found, err)
	}
	fmt.Println(entry.Response.Results[0].Value)

	_, err = bulk.OpenJournal(path, options.Fingerprint("id"))
	fmt.Println(errors.Is(err, bulk.ErrJournalLocked))
	if err := journal.Finish(); err != nil {
		log.Fatal(err)
	}
	state, err := bulk.InspectJournal(path)
	fmt.Println(state.Done, "done, finished:", state.Finished, err)
	// Output:
	// 1076
	// true
	// 1 done, finished: true <nil>
}
