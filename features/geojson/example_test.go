package geojson_test

import (
	"fmt"
	"strings"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

func ExampleRead() {
	const basins = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"gauge":"01013500","area":2252.70},"geometry":{"type":"Point","coordinates":[-68.58264,47.23739]}},
{"type":"Feature","properties":{"gauge":"01022500","area":573.60},"geometry":null}]}`

	o := geojson.Options{IDField: "gauge", Keep: []string{"area"}}
	for feature, err := range geojson.Read(strings.NewReader(basins), o) {
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := preflight.Check(features.Feature(feature)); err != nil {
			fmt.Println(feature.ID, "is refused:", err)
			continue
		}
		fmt.Println(feature.ID, string(feature.Properties["area"]), string(feature.Geometry))
	}
	// Output:
	// 01013500 2252.70 {"type":"Point","coordinates":[-68.58264,47.23739]}
	// 01022500 is refused: geometry is null
}

func ExampleScan() {
	const lines = `{"type":"Feature","id":1,"geometry":null}
{"type":"Feature","id":"1","geometry":null}`
	_, err := geojson.Scan(strings.NewReader(lines), geojson.Options{})
	fmt.Println(err)
	// Output:
	// feature 1, line 2, byte 42: features 0 and 1 (counted from 0) have the same id "1"; ids are compared as text and have to be unique
}
