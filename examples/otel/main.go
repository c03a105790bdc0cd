// Otel traces the calls of a client with OpenTelemetry: one span for each attempt, below the span of what the program is doing. It is a
// module of its own, so that others do not download OpenTelemetry.
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/community-attribute-service/cas-go/cas"
)

func main() {
	ctx := context.Background()
	// In earnest, an exporter of OpenTelemetry stands here, such as otlptracehttp, with trace.WithBatcher.
	provider := trace.NewTracerProvider(trace.WithSyncer(printer{}))
	defer provider.Shutdown(ctx)

	// Traced, and with your proxies: the client follows no redirects and keeps its own time limits with any transport.
	transport := otelhttp.NewTransport(http.DefaultTransport, otelhttp.WithTracerProvider(provider),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + r.URL.Path }))
	client, err := cas.NewClient(os.Getenv("CAS_URL"), cas.WithAPIKey(os.Getenv("CAS_API_KEY")),
		cas.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, span := provider.Tracer("examples/otel").Start(ctx, "describe the summit")
	answer, err := client.Extract(ctx, cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983),
		DatasetIDs: []string{"copernicus_dem:elevation"},
	})
	span.RecordError(err)
	span.End()
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range answer.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units)
	}
}

// printer is an exporter that prints the spans as they end.
type printer struct{}

func (printer) ExportSpans(_ context.Context, spans []trace.ReadOnlySpan) error {
	for _, s := range spans {
		attributes := attribute.NewSet(s.Attributes()...)
		status, _ := attributes.Value("http.response.status_code")
		fmt.Printf("span %q, below another: %t, status %s\n", s.Name(), s.Parent().IsValid(), status.Emit())
	}
	return nil
}

func (printer) Shutdown(context.Context) error { return nil }
