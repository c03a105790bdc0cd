// Batch asks for one attribute of three geometries in one request. For more than 1000 geometries, see the example bulk.
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

	names := []string{"summit", "valley", "far away"}
	request := cas.BatchExtractRequest{
		Geometries: []cas.GeometryLike{
			cas.Point(-84.2308, 36.1983),
			cas.Polygon([][2]float64{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}}),
			`{"type": "Point", "coordinates": [-30.0, 0.0]}`, // in the Atlantic: GeoJSON text is a geometry, too
		},
		DatasetIDs: []string{"copernicus_dem:elevation"},
	}
	batch, err := client.BatchExtract(context.Background(), request)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(batch.TotalGeometries, "geometries,", batch.TotalResults, "results")

	// The responses come in the order of the geometries.
	for i := range batch.Responses {
		response := &batch.Responses[i]
		if err := cas.ResponseError(response); err != nil {
			fmt.Println(names[i], "was refused:", err)
			continue
		}
		for _, r := range response.Results {
			if r.Value.IsNull() {
				fmt.Println(names[i], "has no value, quality", r.Quality)
				continue
			}
			fmt.Printf("%s: %s %s over %d pixels\n", names[i], r.Value, r.Units, r.PixelCount)
		}
	}
}
