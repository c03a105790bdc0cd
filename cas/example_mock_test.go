package cas_test

import (
	"context"
	"fmt"

	"github.com/community-attribute-service/cas-go/cas"
)

// Extractor is what a program needs of a client: it names the methods that it calls, no more. A *cas.Client is one.
type Extractor interface {
	Extract(context.Context, cas.ExtractRequest, ...cas.CallOption) (*cas.AttributeResponse, error)
}

var _ Extractor = (*cas.Client)(nil)

// elevationAt is the part of the program that is to be tested.
func elevationAt(ctx context.Context, service Extractor, lon, lat float64) (cas.Value, error) {
	const id = "copernicus_dem:elevation"
	answer, err := service.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(lon, lat), DatasetIDs: []string{id}})
	if err != nil {
		return cas.Value{}, err
	}
	result, _ := cas.Lookup(answer, id)
	return result.Value, nil
}

// mock answers as the test wants.
type mock func(cas.ExtractRequest) (*cas.AttributeResponse, error)

func (m mock) Extract(_ context.Context, r cas.ExtractRequest, _ ...cas.CallOption) (*cas.AttributeResponse, error) {
	return m(r)
}

// A program that names what it needs of a client is tested without one.
func ExampleClient_mock() {
	up := mock(func(r cas.ExtractRequest) (*cas.AttributeResponse, error) {
		return &cas.AttributeResponse{Results: []cas.AttributeResult{{DatasetID: r.DatasetIDs[0], Value: cas.NumberValue(388), Units: "m"}}}, nil
	})
	down := mock(func(cas.ExtractRequest) (*cas.AttributeResponse, error) {
		return nil, &cas.Error{StatusCode: 502, Type: cas.ErrorTypeUpstream, Message: "no upstream"}
	})
	fmt.Println(elevationAt(context.Background(), up, -84.3, 36.2))
	fmt.Println(elevationAt(context.Background(), down, -84.3, 36.2))
	// Output:
	// 388 <nil>
	// null [502 upstream_error] no upstream
}

// A future for a test of what waits for one.
func ExampleResolved() {
	future := cas.Resolved(&cas.Health{Status: "ok"}, nil)
	health, err := future.Wait(context.Background())
	fmt.Println(health.Status, err)
	// Output:
	// ok <nil>
}
