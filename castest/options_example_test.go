package castest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

func ExampleWithAPIKeys() {
	server := castest.NewServer(castest.WithAPIKeys("secret"))
	defer server.Close()
	ctx := context.Background()

	_, err := server.Client().Providers(ctx, cas.Page{}) // sends the key by itself
	fmt.Println(err)
	_, err = server.Client(cas.WithAPIKey("wrong")).Providers(ctx, cas.Page{})
	fmt.Println(errors.Is(err, cas.ErrUnauthorized))
	fmt.Println(server.Requests()[0].SentKey("secret"))
	// Output:
	// <nil>
	// true
	// true
}

// The clock is the test's, so that no test waits for a minute to pass.
func ExampleWithRateLimit() {
	now := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	server := castest.NewServer(castest.WithRateLimit(1), castest.WithClock(func() time.Time { return now }))
	defer server.Close()

	ask := func() { // each time by another client: a 429 pauses the one that got it
		_, err := server.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 1})).Providers(context.Background(), cas.Page{})
		var failure *cas.Error
		if errors.As(err, &failure) {
			fmt.Println(failure.StatusCode, failure.RetryAfter)
		} else {
			fmt.Println("answered")
		}
	}
	ask()
	ask()
	now = now.Add(time.Minute)
	ask()
	// Output:
	// answered
	// 429 1m0s
	// answered
}

// A dataset whose provider is too slow is absent with a warning.
func ExampleWithLatency() {
	server := castest.NewServer(castest.WithLatency(time.Hour), castest.WithTimeouts(10*time.Millisecond, 0))
	defer server.Close()

	asked := []string{"local_dem:elevation"}
	answer, err := server.Client().Extract(context.Background(), cas.ExtractRequest{Geometry: cas.Point(-84.2308, 36.1983), DatasetIDs: asked})
	fmt.Println(len(answer.Results), len(cas.Missing(answer, asked)), err)
	// Output: 0 1 <nil>
}

// A provider whose catalog cannot be read is listed without datasets.
func ExampleWithProviders() {
	server := castest.NewServer(castest.WithProviders(cas.ProviderSummary{Slug: "down", Name: "Out of order", Protocol: "rest"}))
	defer server.Close()

	detail, err := server.Client().Provider(context.Background(), "down")
	fmt.Println(detail.Name, len(detail.Datasets), err)
	// Output: Out of order 0 <nil>
}

func ExampleWithRecording() {
	server := castest.NewServer(castest.WithRecording(1))
	defer server.Close()

	client := server.Client()
	for _, slug := range []string{"local_dem", "modis_lc"} {
		if _, err := client.Provider(context.Background(), slug); err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range server.Requests() {
		fmt.Println(r.Method, r.Path)
	}
	// Output: GET /api/v1/providers/modis_lc
}
