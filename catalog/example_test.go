package catalog_test

import (
	"fmt"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
)

func Example() {
	request := cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983),
		DatasetIDs: []string{catalog.CopernicusDEMElevation, catalog.ISRICSoilGridsClay0To5cm},
	}
	for _, id := range request.DatasetIDs {
		d, _ := catalog.Lookup(id)
		fmt.Printf("%s: %s in %s, %v m, %s\n", d.ID, d.Variables[0].Name, d.Variables[0].Units, d.ResolutionM, d.License)
	}
	// Output:
	// copernicus_dem:elevation: elevation in m, 30 m, Open
	// isric_soilgrids:clay_0-5cm: clay in g/kg, 250 m, CC-BY-4.0
}

func ExampleSearch() {
	alps := cas.BoundingBox{MinLon: 5.9, MinLat: 45.8, MaxLon: 10.5, MaxLat: 47.8}
	for _, d := range catalog.Search(catalog.Query{Words: "elevation", BBox: &alps, MaxResolution: new(1.0), Licence: "Open"}) {
		fmt.Printf("%s: %s (%v m)\n", d.ID, d.Name, d.ResolutionM)
	}
	// Output:
	// france_dem:elevation: France RGE ALTI 1m/5m (IGN Geoplateforme) (1 m)
	// swiss_dem:elevation: Switzerland swissALTI3D 0.5m (0.5 m)
}

func ExampleSuggest() {
	id := "copernicus_dem:elevaton"
	if _, known := catalog.Lookup(id); !known {
		fmt.Printf("there is no dataset %q; did you mean %q?\n", id, catalog.Suggest(id, 1))
	}
	fmt.Println(catalog.Suggest("soilgrids:clay", 2))
	// Output:
	// there is no dataset "copernicus_dem:elevaton"; did you mean ["copernicus_dem:elevation"]?
	// [isric_soilgrids:clay_0-5cm isric_soilgrids:clay_5-15cm]
}

func ExampleSuggestProvider() {
	fmt.Println(catalog.SuggestProvider("soilgrids", 3))
	// Output: [isric_soilgrids soilgrids_derived]
}

// Datasets that a running service lists are searched in the same way.
func ExampleSearchIn() {
	listed := []cas.Dataset{
		{ID: "local_dem:slope", Name: "Slope"},
		{ID: "local_dem:elevation", Name: "Elevation"},
	}
	for _, d := range catalog.SearchIn(listed, catalog.Query{Words: "elev"}) {
		fmt.Println(d.ID)
	}
	// Output: local_dem:elevation
}

func ExampleSuggestFrom() {
	fmt.Println(catalog.SuggestFrom([]string{"local_dem:slope", "local_dem:elevation"}, "local_dem:solpe", 1))
	// Output: [local_dem:slope]
}

func ExampleDatasets() {
	fmt.Println(len(catalog.Datasets()), "datasets of", len(catalog.Providers()), "providers")
	// Output: 430 datasets of 222 providers
}

func ExampleTaken() {
	date, version := catalog.Taken()
	fmt.Println("as of service", version, date.Year() >= 2026)
	// Output: as of service 0.4.0 true
}
