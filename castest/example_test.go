package castest_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

func ExampleNewServer() {
	server := castest.NewServer()
	defer server.Close()

	summit := cas.Point(-84.2308, 36.1983) // Cross Mountain, Tennessee
	response, err := server.Client().Extract(context.Background(), cas.ExtractRequest{
		Geometry:   summit,
		DatasetIDs: []string{"local_dem:elevation", "isric_soilgrids:clay_0-5cm"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range response.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units, r.Quality)
	}
	for _, w := range response.Warnings {
		fmt.Println(w)
	}
	// Output:
	// local_dem:elevation 1076 m good
	// isric_soilgrids:clay_0-5cm: [isric_soilgrids] castest has no data for isric_soilgrids:clay_0-5cm: give it values with castest.WithDatasets
}

func ExampleWithDatasets() {
	server := castest.NewServer(castest.WithDatasets(
		castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210)),
		castest.Dataset{
			Dataset: cas.Dataset{ID: "mine:rain"},
			Answer: func(_ context.Context, q castest.Query) (cas.AttributeResult, error) {
				if q.Start.IsZero() {
					return cas.AttributeResult{}, castest.ProviderError("which day?")
				}
				return cas.AttributeResult{Value: cas.NumberValue(3.5), Units: "mm", Timestamp: &q.Start}, nil
			},
		},
	))
	defer server.Close()

	response, err := server.Client().Extract(context.Background(), cas.ExtractRequest{
		Geometry:   cas.Point(-84.2, 36.3),
		DatasetIDs: []string{"isric_soilgrids:clay_0-5cm", "mine:rain"},
		TimeRange:  cas.Dates{"2020-01-01", "2020-01-02"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range response.Results {
		fmt.Println(r.DatasetID, r.Variable, r.Value, r.Units, r.Quality, r.Timestamp)
	}
	// Output:
	// isric_soilgrids:clay_0-5cm clay 210 g/kg good <nil>
	// mine:rain rain 3.5 mm good 2020-01-01T00:00:00
}

func ExampleServer_FailNext() {
	server := castest.NewServer()
	defer server.Close()
	server.FailNext(
		castest.Fault{Drop: true},
		castest.Fault{Status: 500},
		castest.Fault{Status: 404},
	)

	client := server.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 3, MinBackoff: 1}))
	_, err := client.Provider(context.Background(), "local_dem")
	var failure *cas.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.StatusCode, failure.Message, "after", failure.Attempts, "attempts")
	}
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// 404 Not Found after 3 attempts
	// 3 requests
}
