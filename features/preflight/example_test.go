package preflight_test

import (
	"errors"
	"fmt"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/community-attribute-service/cas-go/bulk"
)

func ExampleInspect() {
	open := features.Feature{ID: "0840101", Geometry: []byte(`{"type":"Polygon","coordinates":[[[-84.3,36.2],[-84.2,36.2],[-84.2,36.3],[-84.3,36.3]]]}`)}
	i := preflight.Inspect(open)
	fmt.Println(i.Type, "of", i.Vertices, "vertices, west", i.West, "south", i.South)
	fmt.Println(i.Problem.Code)
	// Output:
	// Polygon of 4 vertices, west -84.3 south 36.2
	// unclosed_ring
}

// A check of your own runs after the one for what the service cannot answer.
func ExampleAll() {
	northern := func(f features.Feature) error {
		if preflight.Inspect(f).South < 0 {
			return errors.New("reaches over the equator")
		}
		return nil
	}
	options := bulk.Options{DatasetIDs: []string{"copernicus_dem:elevation"}, Check: preflight.All(preflight.Check, northern)}
	fmt.Println(options.Check(features.Feature{Geometry: []byte(`{"type":"Point","coordinates":[-60,-3]}`)}))
	fmt.Println(options.Check(features.Feature{Geometry: []byte(`{"type":"Point","coordinates":[200,3]}`)}))
	// Output:
	// reaches over the equator
	// longitude 200 of position 0 is out of range; subtract 360
}
