// Quickstart asks for two attributes of one point. CAS_URL names the service (default http://localhost:8000), CAS_API_KEY its key.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/community-attribute-service/cas-go/cas"
)

func main() {
	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	datasets := []string{"copernicus_dem:elevation", "isric_soilgrids:clay_0-5cm"}
	answer, err := client.Extract(context.Background(), cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983), // Cross Mountain, Tennessee
		DatasetIDs: datasets,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range answer.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units, r.Quality)
	}
	// An answer can lack datasets that were asked for: a provider that is down is no error of the call.
	for _, m := range cas.Missing(answer, datasets) {
		fmt.Println("no result for", m.DatasetID+":", m.Reason)
	}
}
