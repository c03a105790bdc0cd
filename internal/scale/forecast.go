package main

import (
	"fmt"
	"io"
	"time"
)

// What a large run is made of: the text of a level-12 catchment of about 100 vertices, and a result as the service sends it.
const (
	catchmentBytes = 2500
	resultBytes    = 378
)

// taskStart is what a task takes before its first request: its service's start, and the reading of the whole input (catchmentBytes and
// some for the properties, at 600 MB a second as measured), by which it finds its part and knows that ids are unique.
const taskStart = 4*time.Second + 10_000_000*catchmentBytes/600*time.Microsecond

// forecast prints the model for 10 million catchments and 10 datasets.
func forecast(w io.Writer) {
	for _, results := range []float64{uncached, tuned, cached} {
		for _, processes := range []int{1, 16, 64, 256} {
			p := machine{results: results, start: taskStart, overhead: 5 * time.Millisecond}.predict(plan{
				features: 10_000_000, datasets: 10, shards: 4 * processes, processes: processes, request: 20 * time.Second,
				geometryBytes: catchmentBytes, resultBytes: resultBytes,
			})
			p.print(w, fmt.Sprintf("%4d processes, %4.0f results/s each", processes, results))
		}
	}
	limited := machine{results: cached, start: taskStart}.predict(plan{
		features: 10_000_000, datasets: 10, shards: 16, processes: 16,
		request: 20 * time.Second, perMinute: 60, geometryBytes: catchmentBytes, resultBytes: resultBytes,
	})
	limited.print(w, "shared, 60 requests a minute")
}
