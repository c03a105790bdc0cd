// Testing-with-castest is a program with a test of its own: main_test.go runs it against an in-process service, with faults.
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
	text, err := describe(context.Background(), client, -84.2308, 36.1983)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(text)
}

const (
	elevation = "copernicus_dem:elevation"
	clay      = "isric_soilgrids:clay_0-5cm"
)

// describe tells height and soil of a place in words.
func describe(ctx context.Context, client *cas.Client, lon, lat float64) (string, error) {
	answer, err := client.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(lon, lat), DatasetIDs: []string{elevation, clay}})
	if err != nil {
		return "", fmt.Errorf("describe %v, %v: %w", lon, lat, err)
	}
	return word(answer, elevation, "%.0f m high", "of unknown height") + ", " + word(answer, clay, "%.0f g/kg clay", "of unknown soil"), nil
}

func word(answer *cas.AttributeResponse, id, format, unknown string) string {
	if result, ok := cas.Lookup(answer, id); ok {
		if number, ok := result.Value.Float64(); ok {
			return fmt.Sprintf(format, number)
		}
	}
	return unknown
}
