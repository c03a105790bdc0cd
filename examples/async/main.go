// Async starts several calls at once and waits for each where its value is needed.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

func main() {
	client, err := cas.NewAsyncClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// This context bounds the calls. That of Wait bounds only the waiting.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	health := client.Health(ctx)
	var info cas.ResponseInfo
	elevation := client.Extract(ctx, cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983),
		DatasetIDs: []string{"copernicus_dem:elevation"},
	}, cas.WithResponseInfo(&info))

	h, err := health.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the service is", h.Status)

	answer, err := elevation.Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range answer.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units)
	}
	fmt.Println("status", info.StatusCode, "after", info.Attempts, "attempt") // filled in by now
}
