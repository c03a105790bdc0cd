package features_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/features"
)

// A file in UTM zone 16N is read as longitude and latitude, with a note.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "features")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "gauges.geojson")
	text := `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32616"}},"features":[
		{"type":"Feature","properties":{"gauge":"03408500"},"geometry":{"type":"Point","coordinates":[730000,4010000]}}]}`
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		log.Fatal(err)
	}

	source, err := features.Open(path, features.Options{IDField: "gauge"})
	if err != nil {
		log.Fatal(err)
	}
	defer source.Close()
	for f, err := range source.Features() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.ID, string(f.Geometry)[:44])
	}
	fmt.Println(source.Describe().Notes[0])
	// Output:
	// 03408500 {"type":"Point","coordinates":[-84.441602113
	// Coordinates are converted from EPSG:32616 (WGS 84 / UTM zone 16N) to longitude and latitude (WGS 84).
}

func ExampleNewReader() {
	source, err := features.NewReader(strings.NewReader(`{"type":"Point","coordinates":[-84.2308,36.1983]}`), features.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for f, err := range source.Features() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(f.ID, string(f.Geometry))
	}
	// Output: 0 {"type":"Point","coordinates":[-84.2308,36.1983]}
}
