package journal_test

import (
	"context"
	"errors"
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

// A journal can be inspected while another run has it open, and its answers can be looked up by id and geometry.
func Example() {
	server := castest.NewServer()
	defer server.Close()
	folder, err := os.MkdirTemp("", "journal")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "attributes.csv.journal")

	options := bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}}
	j, err := journal.Create(path, options.Fingerprint("id"))
	if err != nil {
		log.Fatal(err)
	}
	defer j.Close()
	options.Journal = j

	const summit = `{"type":"Point","coordinates":[-84.2308,36.1983]}`
	places, err := features.NewReader(strings.NewReader(`{"type":"Feature","id":"summit","geometry":`+summit+`,"properties":{}}`), features.Options{IDField: "id"})
	if err != nil {
		log.Fatal(err)
	}
	for _, err := range bulk.Extract(context.Background(), server.Client(), places.Features(), options) {
		if err != nil {
			log.Fatal(err)
		}
	}
	entry, found, err := j.Lookup("summit", journal.HashGeometry([]byte(summit)))
	if err != nil || !found {
		log.Fatal(found, err)
	}
	fmt.Println(entry.Response.Results[0].Value)

	_, err = journal.Open(path, options.Fingerprint("id"))
	fmt.Println(errors.Is(err, journal.ErrLocked))
	if err := j.Finish(); err != nil {
		log.Fatal(err)
	}
	state, err := journal.Inspect(path)
	fmt.Println(state.Done, "done, finished:", state.Finished, err)
	again, err := journal.Read(path)
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()
	fmt.Println(again.Fingerprint().DatasetIDs)
	// Output:
	// 1076
	// true
	// 1 done, finished: true <nil>
	// [copernicus_dem:elevation]
}
