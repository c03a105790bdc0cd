// Gateway asks a service that stands behind a gateway with a bearer token of its own (GATEWAY_TOKEN). One client does for all: it sends the
// token with every request, a tracing header with each call, and has one time limit for extractions and a short one for a look at the
// service's health. CAS_URL names the gateway, CAS_API_KEY the key of the service behind it.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

func main() {
	client, err := cas.NewClientFromEnvironment(
		cas.WithHeader("Authorization", "Bearer "+os.Getenv("GATEWAY_TOKEN")), // in no log and no error, as the API key
		cas.WithTimeout(5*time.Minute),                                        // one attempt of an extraction
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	// Is it there? Two seconds and one attempt are enough to know.
	health, err := client.Health(ctx, cas.WithCallTimeout(2*time.Second), cas.WithCallRetry(cas.RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("service:", health.Status)

	for i, lat := range []float64{36.1983, 36.25} {
		// The trace that this call belongs to (W3C Trace Context); OpenTelemetry makes such values, see the example otel.
		trace := cas.WithHeader("Traceparent", fmt.Sprintf("00-4bf92f3577b34da6a3ce929d0e0e4736-%016x-01", i+1))
		var info cas.ResponseInfo
		answer, err := client.Extract(ctx, cas.ExtractRequest{
			Geometry:   cas.Point(-84.2308, lat),
			DatasetIDs: []string{"copernicus_dem:elevation"},
		}, trace, cas.WithResponseInfo(&info))
		if err != nil {
			log.Fatal(err)
		}
		elevation, _ := cas.Lookup(answer, "copernicus_dem:elevation")
		fmt.Println(elevation.Value, elevation.Units, "by way of", info.Header.Get("Via")+", trace", info.Header.Get("Traceparent"))
	}

	// Without the token the gateway refuses, and the error says what was asked and what it answered.
	_, err = client.Providers(ctx, cas.Page{}, cas.WithHeader("Authorization", ""))
	fmt.Println(err)
}
