package main

import (
	"context"
	"fmt"

	"github.com/community-attribute-service/cas-go/bench/service"
	"github.com/community-attribute-service/cas-go/cas"
)

// oursCall is a case by this module's client.
func oursCall(kind, url string) (call, error) {
	client, err := cas.NewClient(url)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	extract := func(geometry func() cas.GeometryLike) call {
		return func() (int, float64, error) {
			response, err := client.Extract(ctx, cas.ExtractRequest{Geometry: geometry(), DatasetIDs: service.DatasetIDs})
			if err != nil {
				return 0, 0, err
			}
			return len(response.Results), sum(response), nil
		}
	}
	given := func(g cas.GeometryLike) func() cas.GeometryLike { return func() cas.GeometryLike { return g } }
	switch kind {
	case "sequential", "concurrent":
		return extract(given(cas.Polygon(ring(few, 0)))), nil
	case "polygon-text":
		return extract(given(polygonText(ring(many, 0)))), nil
	case "polygon-floats":
		vertices := ring(many, 0)
		return extract(func() cas.GeometryLike { return cas.Polygon(vertices) }), nil
	case "batch", "batches":
		return oursBatch(ctx, client), nil
	case "stream":
		return oursStream(ctx, client), nil
	case "catalog":
		return func() (int, float64, error) {
			page, err := client.Datasets(ctx, cas.DatasetFilter{Page: cas.Page{Limit: 1000}})
			if err != nil {
				return 0, 0, err
			}
			return len(page.Datasets), 0, nil
		}, nil
	default:
		return nil, fmt.Errorf("there is no case %q", kind)
	}
}

func batchRequest() cas.BatchExtractRequest {
	r := cas.BatchExtractRequest{DatasetIDs: service.DatasetIDs}
	for _, vertices := range rings() {
		r.Geometries = append(r.Geometries, cas.Polygon(vertices))
	}
	return r
}

func oursBatch(ctx context.Context, client *cas.Client) call {
	request := batchRequest()
	return func() (results int, checksum float64, err error) {
		batch, err := client.BatchExtract(ctx, request)
		if err != nil {
			return 0, 0, err
		}
		for i := range batch.Responses {
			results += len(batch.Responses[i].Results)
			checksum += sum(&batch.Responses[i])
		}
		return results, checksum, nil
	}
}

func oursStream(ctx context.Context, client *cas.Client) call {
	request := batchRequest()
	return func() (results int, checksum float64, err error) {
		for response, err := range client.StreamBatch(ctx, request) {
			if err != nil {
				return 0, 0, err
			}
			results += len(response.Results)
			checksum += sum(response)
		}
		return results, checksum, nil
	}
}

func sum(response *cas.AttributeResponse) (total float64) {
	for i := range response.Results {
		if f, ok := response.Results[i].Value.Float64(); ok {
			total += f
		}
	}
	return total
}
