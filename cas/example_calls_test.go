package cas_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
)

// The examples ask castest, a service in their own process, in place of one at some URL. Its elevations are real.
var (
	summit = cas.Point(-84.2308, 36.1983) // Cross Mountain, Tennessee
	valley = cas.Polygon([][2]float64{{-84.30, 36.20}, {-84.20, 36.20}, {-84.20, 36.30}, {-84.30, 36.30}, {-84.30, 36.20}})
)

const (
	elevation = "copernicus_dem:elevation"
	clay      = "isric_soilgrids:clay_0-5cm"
)

func ExampleNewClient() {
	client, err := cas.NewClient("https://cas.example.com",
		cas.WithAPIKey(os.Getenv("CAS_API_KEY")),
		cas.WithUserAgent("basins/1.2"),
		cas.WithTimeout(5*time.Minute),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	_, err = cas.NewClient("cas.example.com")
	fmt.Println(err)
	// Output: cas: invalid request: base URL: must begin with http:// or https://, as in http://localhost:8000
}

func ExampleClient_Health() {
	server := castest.NewServer()
	defer server.Close()

	health, err := server.Client().Health(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(health.Status, health.ProvidersRegistered)
	// Output: ok 5
}

func ExampleClient_Close() {
	client, err := cas.NewClient("")
	if err != nil {
		log.Fatal(err)
	}
	client.Close()
	_, err = client.Health(context.Background())
	fmt.Println(errors.Is(err, cas.ErrClosed))
	// Output: true
}

func ExampleNewAsyncClient() {
	server := castest.NewServer()
	defer server.Close()

	client, err := cas.NewAsyncClient(server.URL())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	health, err := client.Health(ctx).Wait(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(health.Status)
	// Output: ok
}

func ExampleFuture_Done() {
	server := castest.NewServer()
	defer server.Close()

	var info cas.ResponseInfo
	future := server.Client().Async().Health(context.Background(), cas.WithResponseInfo(&info))
	select {
	case <-future.Done():
		fmt.Println("status", info.StatusCode)
	case <-time.After(time.Minute):
		fmt.Println("still waiting")
	}
	// Output: status 200
}

func ExampleError() {
	server := castest.NewServer()
	defer server.Close()

	_, err := server.Client().Provider(context.Background(), "copernicus")
	fmt.Println(errors.Is(err, cas.ErrNotFound))
	var failure *cas.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.StatusCode, failure.Type, failure.Message)
	}
	// Output:
	// true
	// 404 not_found Unknown provider 'copernicus'
}

func ExampleWithRetry() {
	server := castest.NewServer()
	defer server.Close()
	server.FailNext(castest.Fault{Status: 503}, castest.Fault{Status: 502})

	client := server.Client(cas.WithRetry(cas.RetryPolicy{MaxAttempts: 6, MinBackoff: time.Millisecond}))
	var info cas.ResponseInfo
	_, err := client.Health(context.Background(), cas.WithResponseInfo(&info))
	fmt.Println(info.StatusCode, "after", info.Attempts, "attempts:", err)
	// Output: 200 after 3 attempts: <nil>
}

func ExampleWithRetryIf() {
	server := castest.NewServer()
	defer server.Close()
	server.FailNext(castest.Fault{Status: 504})

	_, err := server.Client().Extract(context.Background(), cas.ExtractRequest{Geometry: valley, DatasetIDs: []string{elevation}},
		cas.WithRetryIf(func(failure *cas.Error) bool { return failure.StatusCode != 504 })) // better to ask for less
	var failure *cas.Error
	fmt.Println(errors.As(err, &failure) && failure.StatusCode == 504, "after", failure.Attempts, "attempt")
	// Output: true after 1 attempt
}

func ExampleWithLogger() {
	server := castest.NewServer()
	defer server.Close()
	server.FailNext(castest.Fault{Status: 503})

	changing := map[string]bool{"time": true, "duration": true, "wait": true, "bytes": true, "request_id": true, "body_request_id": true}
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if changing[a.Key] {
				return slog.Attr{}
			}
			return a
		},
	}))
	client := server.Client(cas.WithLogger(logger), cas.WithRetry(cas.RetryPolicy{MinBackoff: time.Millisecond}))
	if _, err := client.Provider(context.Background(), "local_dem"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// level=WARN msg="cas: attempt failed" operation=provider attempt=1 status=503 error_type=http_error error="Service Unavailable, with a body that is not the service's (text/html)" again=true
	// level=DEBUG msg="cas: answered" operation=provider attempt=2 status=200
}

func ExampleWithRequestsPerMinute() {
	server := castest.NewServer(castest.WithRateLimit(600))
	defer server.Close()

	client := server.Client(cas.WithRequestsPerMinute(500)) // below the service's limit
	for range 3 {                                           // 0.12 s apart
		if _, err := client.Providers(context.Background(), cas.Page{}); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(len(server.Requests()), "requests, none refused")
	// Output: 3 requests, none refused
}

func ExampleWithHTTPClient() {
	server := castest.NewServer()
	defer server.Close()

	transport := http.DefaultTransport.(*http.Transport).Clone()
	defer transport.CloseIdleConnections() // they are yours, and not ended by Client.Close
	transport.Proxy = nil                  // not even if HTTP_PROXY is set
	client := server.Client(cas.WithHTTPClient(&http.Client{Transport: transport}))
	health, err := client.Health(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(health.Status)
	// Output: ok
}

func ExampleWithMaxResponseBytes() {
	server := castest.NewServer()
	defer server.Close()

	_, err := server.Client(cas.WithMaxResponseBytes(1000)).Provider(context.Background(), "local_dem")
	fmt.Println(errors.Is(err, cas.ErrResponseTooLarge))
	// Output: true
}

func ExampleVersion() {
	fmt.Println(cas.Version()) // of this module, in the program that was built with it
	// Output: devel
}
