// Catalog-search finds datasets: offline in the snapshot that package catalog carries, and in a running service.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

func main() {
	offline()

	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	online(context.Background(), client)
}

// offline asks nobody.
func offline() {
	alps := cas.BoundingBox{MinLon: 5.9, MinLat: 45.8, MaxLon: 10.5, MaxLat: 47.8}
	finest := 1.0
	fmt.Println("Elevation in the Alps, pixels of 1 m or less:")
	for _, d := range catalog.Search(catalog.Query{Words: "elevation", BBox: &alps, MaxResolution: &finest}) {
		fmt.Printf("  %s: %s, %v m, %s\n", d.ID, d.Name, float64(d.ResolutionM), d.License)
	}
	fmt.Println("Perhaps meant by soilgrids:clay:", catalog.Suggest("soilgrids:clay", 2))
}

// online asks the service, whose word counts.
func online(ctx context.Context, client *cas.Client) {
	tennessee := cas.BoundingBox{MinLon: -84.3, MinLat: 36.2, MaxLon: -84.2, MaxLat: 36.3}
	fmt.Println("Annual datasets of the service in Tennessee:")
	for d, err := range client.AllDatasets(ctx, cas.DatasetFilter{TemporalType: cas.TemporalAnnual, BBox: &tennessee}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("  %s: %s\n", d.ID, d.Name)
	}

	detail, err := client.Provider(ctx, "copernicus_dem")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(detail.Name, "holds:")
	for _, d := range detail.Datasets {
		fmt.Printf("  %s in %s, %v m, cite as: %s\n", d.ID, d.Variables[0].Units, float64(d.ResolutionM), d.Citation)
	}
}
