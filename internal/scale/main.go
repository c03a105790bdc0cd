// Command scale measures what one machine gives, predicts from it what a large run takes, and checks the prediction:
//
//	go run ./internal/scale polygons 960      a collection of so many small polygons over the elevation model of castest
//	go run ./internal/scale measure           throughput of the real service, of the client, and of 1, 2 and 4 shards
//	go run ./internal/scale predict           the model for 10 million catchments and 10 datasets
//	go run ./internal/scale simulate          the model beside a run against castest, slowed down as was measured
//
// docs/scale.md says what came of it. measure needs `make env`.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "polygons":
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 1 {
			return fmt.Errorf("polygons takes a number from 1, not %q", args[1])
		}
		out := bufio.NewWriter(os.Stdout)
		writePolygons(out, n)
		return out.Flush()
	case len(args) == 1 && args[0] == "simulate":
		return simulate(context.Background(), os.Stdout)
	case len(args) == 1 && args[0] == "measure":
		return measure(context.Background(), os.Stdout)
	case len(args) == 1 && args[0] == "predict":
		forecast(os.Stdout)
		return nil
	default:
		return fmt.Errorf("give polygons N, measure, predict or simulate")
	}
}
