package cas_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/community-attribute-service/cas-go/cas"
)

// Elevation and slope classes of a polygon. Results are not in the order of the request: Lookup finds one.
func Example() {
	client, done := exampleClient() // cas.NewClient("https://cas.example.org", cas.WithAPIKey(key))
	defer done()
	answer, err := client.Extract(context.Background(), cas.ExtractRequest{
		Geometry:   cas.Polygon([][2]float64{{-84.25, 36.55}, {-84.2, 36.55}, {-84.2, 36.6}, {-84.25, 36.6}, {-84.25, 36.55}}),
		DatasetIDs: []string{"local_dem:elevation", "local_dem:slope_class"},
	})
	if err != nil {
		log.Fatal(err)
	}
	if r, ok := cas.Lookup(answer, "local_dem:elevation"); ok {
		metres, _ := r.Value.Float64()
		fmt.Printf("%s %.1f %s, %s of %d pixels, %s\n", r.Variable, metres, r.Units, r.Aggregation, r.PixelCount, r.Quality)
	}
	if r, ok := cas.Lookup(answer, "local_dem:slope_class"); ok {
		shares, _ := r.Value.Distribution()
		fmt.Printf("%s %.0f%% in class 0\n", r.Variable, 100*shares["0"])
	}
	// Output:
	// elevation 521.0 m, mean of 3721 pixels, good
	// slope_class 6% in class 0
}

func ExampleClient_Extract() {
	client, done := exampleClient()
	defer done()
	answer, err := client.Extract(context.Background(), cas.ExtractRequest{
		Geometry:   cas.Point(-84.2, 36.6),
		DatasetIDs: []string{"local_dem:elevation"},
		TimeRange:  cas.Dates{"2020-01-01", "2020-12-31"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range answer.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units, r.Provenance)
	}
	// Output: local_dem:elevation 388 m jacksboro_fault_dem/elevation
}

// Geometries of other libraries go in as they are, if their JSON is GeoJSON; a bare orb geometry is wrapped.
func ExampleClient_Extract_orb() {
	client, done := exampleClient()
	defer done()
	for _, geometry := range []cas.GeometryLike{
		geojson.NewGeometry(orb.Point{-84.2, 36.6}),
		geojson.NewFeature(orb.Point{-84.2, 36.6}),
		`{"type":"Point","coordinates":[-84.2,36.6]}`,
		map[string]any{"type": "Point", "coordinates": []float64{-84.2, 36.6}},
		orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}},
	} {
		answer, err := client.Extract(context.Background(), cas.ExtractRequest{Geometry: geometry, DatasetIDs: []string{"local_dem:elevation"}})
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(answer.Results[0].Value)
	}
	// Output:
	// 388
	// 388
	// 388
	// 388
	// cas: invalid request: geometry: orb.Polygon encodes as bare coordinates, not as a GeoJSON geometry: wrap it, in orb by geojson.NewGeometry(g)
}

// Responses come in the order of the geometries. ResponseError is what a geometry failed by inside of a batch that succeeded.
func ExampleClient_BatchExtract() {
	client, done := exampleClient()
	defer done()
	batch, err := client.BatchExtract(context.Background(), cas.BatchExtractRequest{
		Geometries: cas.Geometries(cas.Point(-84.299, 36.6), cas.Point(-84.25, 36.55), cas.Point(-84.297, 36.6)),
		DatasetIDs: []string{"local_dem:elevation"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for i := range batch.Responses {
		if err := cas.ResponseError(&batch.Responses[i]); err != nil {
			fmt.Println(i, err)
			continue
		}
		r, _ := cas.Lookup(&batch.Responses[i], "local_dem:elevation")
		fmt.Println(i, r.Value)
	}
	// Output:
	// 0 494
	// 1 521.0365493147003
	// 2 579
}

// The responses of a batch one at a time, while the rest still arrives.
func ExampleClient_StreamBatch() {
	client, done := exampleClient()
	defer done()
	request := cas.BatchExtractRequest{
		Geometries: cas.Geometries(cas.Point(-84.299, 36.6), cas.Point(-84.25, 36.55), cas.Point(-84.297, 36.6)),
		DatasetIDs: []string{"local_dem:elevation"},
	}
	for response, err := range client.StreamBatch(context.Background(), request) {
		if err != nil {
			log.Fatal(err)
		}
		r, _ := cas.Lookup(response, "local_dem:elevation")
		fmt.Println(r.Value, r.Units)
	}
	// Output:
	// 494 m
	// 521.0365493147003 m
	// 579 m
}

func ExampleClient_Provider() {
	client, done := exampleClient()
	defer done()
	_, err := client.Provider(context.Background(), "nope")
	fmt.Println(err)
	fmt.Println(errors.Is(err, cas.ErrNotFound))
	var e *cas.Error
	if errors.As(err, &e) {
		fmt.Println(e.StatusCode, e.Type, e.Attempts)
	}
	// Output:
	// [404 not_found] Unknown provider 'nope' (request_id=285d971167bf), in answer to GET /api/v1/providers/nope
	// true
	// 404 not_found 1
}

// What is wrong with a request, place by place. No dataset ids at all is for the service to refuse.
func ExampleError_Issues() {
	client, done := exampleClient()
	defer done()
	_, err := client.Extract(context.Background(), cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.6)})
	var e *cas.Error
	if errors.As(err, &e) && errors.Is(err, cas.ErrValidation) {
		for _, issue := range e.Issues() {
			fmt.Printf("%s: %s (%s)\n", issue.Loc, issue.Message, issue.Type)
		}
	}
	// Output: body.dataset_ids: List should have at least 1 item after validation, not 0 (too_short)
}

// A dataset that fails is no error of the call: it is missing from the answer, with the service's reason.
func ExampleMissing() {
	client, done := exampleClient()
	defer done()
	ids := []string{"local_dem:fail"}
	answer, err := client.Extract(context.Background(), cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.6), DatasetIDs: ids})
	if err != nil {
		log.Fatal(err)
	}
	for _, failure := range cas.Missing(answer, ids) {
		fmt.Println(failure.DatasetID, "failed:", failure.Reason)
	}
	// Output: local_dem:fail failed: [local_dem] upstream returned HTTP 503
}

func ExampleClient_AllDatasets() {
	client, done := exampleClient()
	defer done()
	for dataset, err := range client.AllDatasets(context.Background(), cas.DatasetFilter{Provider: "copernicus_dem"}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(dataset.ID, dataset.ResolutionM, dataset.CRS, dataset.Temporal.TemporalType)
	}
	// Output: copernicus_dem:elevation 30 EPSG:4326 static
}

func ExampleClient_AllProviders() {
	client, done := exampleClient()
	defer done()
	for provider, err := range client.AllProviders(context.Background()) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(provider.Slug, provider.Protocol)
	}
	// Output:
	// alos_dem stac_cog
	// alos_fnf stac_cog
}

// Two calls at once. Wait gives an outcome as often as it is asked.
func ExampleClient_Async() {
	client, done := exampleClient()
	defer done()
	ctx := context.Background()
	async := client.Async()
	health := async.Health(ctx)
	answer := async.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.6), DatasetIDs: []string{"local_dem:elevation"}})
	if h, err := health.Wait(ctx); err == nil {
		fmt.Println(h.Status)
	}
	if a, err := answer.Wait(ctx); err == nil {
		fmt.Println(a.Results[0].Value)
	}
	// Output:
	// ok
	// 388
}

// A time range that cannot be right ends before anything is sent.
func ExampleDates() {
	client, done := exampleClient()
	defer done()
	for _, dates := range []cas.Dates{{"2020-01-01", "2020-12-31"}, {"2020", "2021"}, {"2020-12-31", "2020-01-01"}} {
		_, err := client.Extract(context.Background(), cas.ExtractRequest{
			Geometry: cas.Point(-84.2, 36.6), DatasetIDs: []string{"local_dem:elevation"}, TimeRange: dates,
		})
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// cas: invalid request: time_range.start: "2020" is not an ISO 8601 date or date-time, such as 2020-01-31 or 2020-01-31T12:00:00
	// cas: invalid request: time_range: ends (2020-01-01T00:00:00) before it starts (2020-12-31T00:00:00)
}

func ExampleTimeRange() {
	client, done := exampleClient()
	defer done()
	_, err := client.Extract(context.Background(), cas.ExtractRequest{
		Geometry: cas.Point(-84.2, 36.6), DatasetIDs: []string{"local_dem:elevation"},
		TimeRange: cas.TimeRange{Start: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2020, 12, 31, 0, 0, 0, 0, time.UTC)},
	})
	fmt.Println(err)
	// Output: <nil>
}

// Coordinates keep their spelling; a Feature is unwrapped.
func ExampleParseGeoJSON() {
	g, err := cas.ParseGeoJSON([]byte(`{"type":"Feature","properties":{"name":"summit"},"geometry":{"type":"Point","coordinates":[-84.2308,36.1983,1076.0]}}`))
	fmt.Println(g.Type, string(g.Coordinates), err)
	_, err = cas.ParseGeoJSON([]byte(`{"type":"LineString","coordinates":[[0,0],[1,1]]}`))
	fmt.Println(err)
	// Output:
	// Point [-84.2308,36.1983,1076.0] <nil>
	// cas: invalid request: geometry.type: is "LineString": the service takes Point, Polygon and MultiPolygon
}

// The id to quote to the operator is the header's, which differs from the answer's own.
func ExampleWithResponseInfo() {
	client, done := exampleClient()
	defer done()
	var info cas.ResponseInfo
	_, err := client.Extract(context.Background(), cas.ExtractRequest{Geometry: cas.Point(-84.2, 36.6), DatasetIDs: []string{"local_dem:elevation"}}, cas.WithResponseInfo(&info))
	fmt.Println(info.StatusCode, info.RequestID, info.Attempts, info.Bytes, err)
	// Output: 200 285d971167bf 1 400 <nil>
}

// The service takes the aggregation as a wish, and says what it computed.
func ExampleAggregationMismatches() {
	client, done := exampleClient()
	defer done()
	answer, err := client.Extract(context.Background(), cas.ExtractRequest{
		Geometry:    cas.Polygon([][2]float64{{-84.25, 36.55}, {-84.2, 36.55}, {-84.2, 36.6}, {-84.25, 36.55}}),
		DatasetIDs:  []string{"local_dem:elevation", "local_dem:slope_class"},
		Aggregation: cas.AggregationMean,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range cas.AggregationMismatches(answer, cas.AggregationMean) {
		fmt.Println(r.DatasetID, "was answered by", r.Aggregation)
	}
	// Output: local_dem:slope_class was answered by distribution
}
