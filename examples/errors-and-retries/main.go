// Errors-and-retries shows what can go wrong with a call, and how to tell.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

var summit = cas.Point(-84.2308, 36.1983)

func main() {
	client, err := cas.NewClient(os.Getenv("CAS_URL"),
		cas.WithAPIKey(os.Getenv("CAS_API_KEY")),
		// of one attempt
		cas.WithTimeout(time.Minute),
		// how often a call is attempted in all, and how soon again
		cas.WithRetry(cas.RetryPolicy{MaxAttempts: 6, MinBackoff: 100 * time.Millisecond}),
		// evenly spaced, 0.1 s apart
		cas.WithRequestsPerMinute(600),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // bounds each call below with all its attempts
	defer cancel()

	patience(ctx, client)
	refusals(ctx, client)
	silence(ctx, client)
}

// patience: a 503 of a proxy or a cut connection is asked again by itself, as every operation of CAS is a read.
func patience(ctx context.Context, client *cas.Client) {
	var info cas.ResponseInfo
	if _, err := client.Health(ctx, cas.WithResponseInfo(&info)); err != nil {
		log.Fatal(err)
	}
	fmt.Println("health: status", info.StatusCode, "after", info.Attempts, "attempts")
}

// refusals: errors.Is tells the kind of an error, errors.As its parts.
func refusals(ctx context.Context, client *cas.Client) {
	_, err := client.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(math.NaN(), 36), DatasetIDs: []string{"copernicus_dem:elevation"}})
	fmt.Println("never sent:", errors.Is(err, cas.ErrInvalidRequest), "-", err)

	_, err = client.Provider(ctx, "copernicus")
	fmt.Println("unknown:", errors.Is(err, cas.ErrNotFound))

	_, err = client.Extract(ctx, cas.ExtractRequest{Geometry: summit}) // no dataset ids
	var failure *cas.Error
	if errors.As(err, &failure) {
		fmt.Println("refused:", failure.StatusCode, failure.Type, "-", failure.Message)
		for _, issue := range failure.Issues() {
			fmt.Println("  at", issue.Loc+":", issue.Message)
		}
	}
}

// silence: a dataset that fails is absent from an answer that is otherwise fine.
func silence(ctx context.Context, client *cas.Client) {
	asked := []string{"copernicus_dem:elevation", "copernicus_dem:elevatoin"}
	answer, err := client.Extract(ctx, cas.ExtractRequest{Geometry: summit, DatasetIDs: asked})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("answered:", len(answer.Results), "of", len(asked))
	for _, m := range cas.Missing(answer, asked) {
		fmt.Println("  missing", m.DatasetID+":", m.Reason)
	}
}
