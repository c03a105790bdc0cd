package cas_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// ask gives what castest answers.
func ask(r cas.ExtractRequest) *cas.AttributeResponse {
	server := castest.NewServer()
	defer server.Close()
	answer, err := server.Client().Extract(context.Background(), r)
	if err != nil {
		log.Fatal(err)
	}
	return answer
}

func ExampleLookup() {
	answer := ask(cas.ExtractRequest{Geometry: summit, DatasetIDs: []string{clay, elevation}})
	if r, ok := cas.Lookup(answer, elevation); ok {
		metres, isNumber := r.Value.Float64()
		fmt.Println(metres, isNumber, r.Quality)
	}
	_, ok := cas.Lookup(answer, clay)
	fmt.Println(ok)
	// Output:
	// 1076 true good
	// false
}

func ExampleResponseError() {
	server := castest.NewServer()
	defer server.Close()

	tooFine := `{"type":"Polygon","coordinates":[[` + strings.Repeat("[-84.3,36.2],", 10_000) + `[-84.3,36.2]]]}`
	batch, err := server.Client().BatchExtract(context.Background(), cas.BatchExtractRequest{
		Geometries: []cas.GeometryLike{summit, tooFine},
		DatasetIDs: []string{elevation},
	})
	if err != nil {
		log.Fatal(err)
	}
	for i := range batch.Responses {
		err := cas.ResponseError(&batch.Responses[i])
		fmt.Println(i, err == nil, errors.Is(err, cas.ErrRequestLimit))
	}
	// Output:
	// 0 true false
	// 1 false true
}

func ExampleValue() {
	answer := ask(cas.ExtractRequest{Geometry: valley, DatasetIDs: []string{"local_dem:slope_class"}})
	slope, _ := cas.Lookup(answer, "local_dem:slope_class")
	shares, _ := slope.Value.Distribution()
	fmt.Println(len(shares), "classes, class 3:", shares["3"])

	answer = ask(cas.ExtractRequest{Geometry: cas.Point(0, 0), DatasetIDs: []string{elevation}})
	sea, _ := cas.Lookup(answer, elevation)
	fmt.Println(sea.Value, sea.Value.IsNull(), sea.Quality)
	// Output:
	// 6 classes, class 3: 0.4427
	// null true missing
}

func ExampleNumberValue() {
	fmt.Println(cas.NumberValue(388), cas.Value{})
	// Output: 388 null
}

func ExampleDistributionValue() {
	fmt.Println(cas.DistributionValue(map[string]float64{"4": 0.75, "5": 0.25}))
	// Output: {"4":0.75,"5":0.25}
}

func ExamplePoint() {
	fmt.Printf("%s\n", cas.Point(-84.2308, 36.1983).Coordinates)
	// Output: [-84.2308,36.1983]
}

func ExamplePolygon() {
	withHole := cas.Polygon(
		[][2]float64{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}},
		[][2]float64{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}},
	)
	fmt.Println(withHole.Type, len(withHole.Coordinates), "bytes")
	// Output: Polygon 65 bytes
}

func ExampleMultiPolygon() {
	islands := cas.MultiPolygon(
		[][][2]float64{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
		[][][2]float64{{{5, 5}, {6, 5}, {6, 6}, {5, 5}}},
	)
	fmt.Printf("%s\n", islands.Coordinates)
	// Output: [[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]
}

func ExampleGeometries() {
	basins := []*geojson.Feature{geojson.NewFeature(orb.Point{-84.2308, 36.1983}), geojson.NewFeature(orb.Point{-84.3, 36.2})}
	request := cas.BatchExtractRequest{Geometries: cas.Geometries(basins...), DatasetIDs: []string{elevation}}
	fmt.Println(len(request.Geometries))
	// Output: 2
}
