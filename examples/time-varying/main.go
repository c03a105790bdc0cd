// Time-varying asks for the land cover of one valley in three years.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/community-attribute-service/cas-go/cas"
)

const landCover = "modis_lc:land_cover"

func main() {
	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	valley := cas.Polygon([][2]float64{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}})
	for year := 2018; year <= 2020; year++ {
		answer, err := client.Extract(context.Background(), cas.ExtractRequest{
			Geometry:    valley,
			DatasetIDs:  []string{landCover},
			Aggregation: cas.AggregationMajority,
			TimeRange:   cas.Dates{fmt.Sprintf("%d-01-01", year), fmt.Sprintf("%d-12-31", year)},
		})
		if err != nil {
			log.Fatal(err)
		}
		for _, m := range cas.Missing(answer, []string{landCover}) {
			fmt.Println(year, "has no result:", m.Reason)
		}
		result, ok := cas.Lookup(answer, landCover)
		if !ok {
			continue
		}
		// Majority was asked for; the service decides by dataset what it computes, and says so.
		fmt.Printf("%d, computed as %s:\n", year, result.Aggregation)
		for _, class := range result.Value.Classes() {
			fmt.Printf("  class %s: %.0f%%\n", class.Name, 100*class.Fraction)
		}
		if result.Timestamp != nil {
			fmt.Println("  valid for", result.Timestamp, "with a zone:", result.Timestamp.HasZone())
		}
	}
}
