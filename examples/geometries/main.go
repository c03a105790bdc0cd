// Geometries hands the shapes of other packages to the client: orb, go-geom, GeoJSON text and maps.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/paulmach/orb"
	orbjson "github.com/paulmach/orb/geojson"
	"github.com/twpayne/go-geom"
	geomjson "github.com/twpayne/go-geom/encoding/geojson"

	"github.com/community-attribute-service/cas-go/cas"
)

func main() {
	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ring := orb.Ring{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}}
	polygon := geom.NewPolygonFlat(geom.XY, []float64{-84.30, 36.20, -84.20, 36.20, -84.20, 36.30, -84.30, 36.30, -84.30, 36.20}, []int{10})
	encoded, err := geomjson.Encode(polygon)
	if err != nil {
		log.Fatal(err)
	}

	shapes := []struct {
		name     string
		geometry cas.GeometryLike
	}{
		{"cas.Polygon", cas.Polygon([][2]float64{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}})},
		{"orb geometry", orbjson.NewGeometry(orb.Polygon{ring})},
		{"orb feature", orbjson.NewFeature(orb.Polygon{ring})}, // the geometry of a Feature is taken
		{"go-geom", encoded},
		{"GeoJSON text", `{"type":"Polygon","coordinates":[[[-84.30,36.20],[-84.20,36.20],[-84.20,36.30],[-84.30,36.30],[-84.30,36.20]]]}`},
		{"map", map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}}}}},
	}
	for _, shape := range shapes {
		answer, err := client.Extract(context.Background(), cas.ExtractRequest{Geometry: shape.geometry, DatasetIDs: []string{"copernicus_dem:elevation"}})
		if err != nil {
			log.Fatal(err)
		}
		if elevation, ok := cas.Lookup(answer, "copernicus_dem:elevation"); ok {
			fmt.Printf("%-12s  %s %s over %d pixels\n", shape.name, elevation.Value, elevation.Units, elevation.PixelCount)
		}
	}

	// A bare orb.Polygon is an array as JSON, not a geometry. It is refused before anything is sent, and the error says what to do.
	_, err = client.Extract(context.Background(), cas.ExtractRequest{Geometry: orb.Polygon{ring}, DatasetIDs: []string{"copernicus_dem:elevation"}})
	fmt.Println(err)
}
