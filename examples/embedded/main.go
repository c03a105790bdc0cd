// Embedded runs the real service as a child process of this program, with a provider of its own that app.py defines. It needs Python
// with the service in it: python3 -m pip install 'community-attribute-service[api]'
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/local"
)

func main() {
	app := "examples/embedded/app.py:create" // "" is the service as it was installed
	if len(os.Args) > 1 {
		app = os.Args[1]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop() // ends the service as well

	service, err := local.Start(ctx, local.Config{App: app, Log: os.Stderr})
	if err != nil {
		log.Fatal(err) // says what to install
	}
	defer service.Close()

	client, err := service.Client()
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	health, err := client.Health(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the service is", health.Status)

	answer, err := client.Extract(ctx, cas.ExtractRequest{
		Geometry:   cas.Point(-84.2308, 36.1983),
		DatasetIDs: []string{"my_gauges:distance"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range answer.Results {
		fmt.Println(r.DatasetID, r.Value, r.Units, "-", r.Provenance)
	}
}
