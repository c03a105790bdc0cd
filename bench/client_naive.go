package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/community-attribute-service/cas-go/bench/naive"
	"github.com/community-attribute-service/cas-go/bench/service"
)

// naiveCall is a case by the naive client.
func naiveCall(kind, url string) (call, error) {
	client := &naive.Client{URL: url}
	extract := func(vertices int) call {
		geometry := naivePolygon(ring(vertices, 0))
		return func() (int, float64, error) {
			response, err := client.Extract(geometry, service.DatasetIDs)
			if err != nil {
				return 0, 0, err
			}
			return len(response.Results), naiveSum(response), nil
		}
	}
	switch kind {
	case "sequential", "concurrent":
		return extract(few), nil
	case "polygon-floats":
		return extract(many), nil
	case "batch", "batches", "stream":
		var geometries []naive.Geometry
		for _, vertices := range rings() {
			geometries = append(geometries, naivePolygon(vertices))
		}
		return func() (results int, checksum float64, err error) {
			batch, err := client.BatchExtract(geometries, service.DatasetIDs)
			if err != nil {
				return 0, 0, err
			}
			for i := range batch.Responses {
				results += len(batch.Responses[i].Results)
				checksum += naiveSum(&batch.Responses[i])
			}
			return results, checksum, nil
		}, nil
	case "catalog":
		return func() (int, float64, error) {
			page, err := client.Datasets()
			if err != nil {
				return 0, 0, err
			}
			return len(page.Datasets), 0, nil
		}, nil
	default:
		return nil, fmt.Errorf("there is no case %q", kind)
	}
}

// runNaiveTable makes a table by the naive client and prints what it measured. Arguments: URL, input, output.
func runNaiveTable(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("wants URL, input and output, not %q", args)
	}
	started := time.Now()
	client := &naive.Client{URL: args[0]}
	results, err := client.Table(args[1], args[2], service.DatasetIDs)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(sample{
		Calls: 1, Results: results, Wall: time.Since(started).Seconds(), CPU: cpuSeconds(), RSS: peakRSS(),
	})
}

// naivePolygon is a polygon as generated models hold it.
func naivePolygon(vertices [][2]float64) naive.Geometry {
	r := make([]interface{}, len(vertices))
	for i, p := range vertices {
		r[i] = []interface{}{p[0], p[1]}
	}
	return naive.Geometry{Type: "Polygon", Coordinates: []interface{}{r}}
}

func naiveSum(response *naive.Response) (total float64) {
	for _, r := range response.Results {
		if r.Value == nil {
			continue
		}
		if f, err := r.Value.AsNumber(); err == nil {
			total += f
		}
	}
	return total
}
