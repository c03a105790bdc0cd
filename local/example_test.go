package local_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

// The real service for as long as a program needs it. What it answers depends
// on its providers, so this example is compiled and not run.
func Example() {
	ctx := context.Background()
	service, err := local.Start(ctx, local.Config{})
	if err != nil {
		log.Fatal(err) // says what to install
	}
	defer service.Close()
	client, err := service.Client()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	response, err := client.Extract(ctx, cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983),
		DatasetIDs: []string{"copernicus_dem:elevation"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range response.Results {
		fmt.Println(result.DatasetID, result.Value, result.Units)
	}
}

// The module that tunes the service, for an operator who starts it otherwise.
func ExampleTuningModule() {
	module := local.TuningModule()
	fmt.Println(strings.Contains(module, "def create_app("))
	// Output: true
}
