package cas_test

import (
	"context"
	"fmt"
	"log"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

func ExampleClient_Providers() {
	server := castest.NewServer()
	defer server.Close()

	page, err := server.Client().Providers(context.Background(), cas.Page{Limit: 2, Offset: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Count, "of", page.Total)
	for _, p := range page.Providers {
		fmt.Println(p.Slug, p.Protocol)
	}
	// Output:
	// 2 of 5
	// esa_worldcover stac_cog
	// isric_soilgrids rest
}

func ExampleClient_ProviderDetails() {
	server := castest.NewServer()
	defer server.Close()

	for p, err := range server.Client().ProviderDetails(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(p.Name, len(p.Datasets))
	}
	// Output:
	// Copernicus DEM GLO-30 1
	// ESA WorldCover 10m 1
	// ISRIC SoilGrids 2.0 1
	// Local Jacksboro fault DEM 3
	// MODIS MCD12Q1 500m 1
}

func ExampleClient_Datasets() {
	server := castest.NewServer()
	defer server.Close()

	page, err := server.Client().Datasets(context.Background(), cas.DatasetFilter{Provider: "local_dem", Page: cas.Page{Limit: 1}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Total, "in all, the first is", page.Datasets[0].ID)
	// Output: 3 in all, the first is local_dem:elevation
}
