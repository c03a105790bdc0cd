package main

import (
	"context"
	"fmt"

	"github.com/community-attribute-service/cas-go/cas"
)

// dataset answers with a number made from the point it is asked for, so that an answer that belongs to another call is seen.
const dataset = "soak:echo"

// position carries a call's number in its coordinates, to a millionth of a degree.
func position(id int64) (lon, lat float64) {
	return float64(id%100_000_000)/1e6 - 90, float64(id / 100_000_000)
}

func numberOf(lon, lat float64) int64 { return int64(lat)*100_000_000 + int64((lon+90)*1e6+0.5) }

// way is a way to call. ask makes one call; wrong tells what is wrong with its answer.
type way struct {
	ask    func(ctx context.Context, c *cas.Client, id int64) (wrong string, err error)
	leaves bool // before the end of the answer, so that what is wrong there goes unseen
	get    bool // a GET, which net/http itself sends again where a used connection turns out to be closed
}

var ways = []way{{ask: extract}, {ask: extract}, {ask: extract}, {ask: future}, {ask: batch}, {ask: stream}, {ask: left, leaves: true}, {ask: datasets, get: true}}

func extract(ctx context.Context, c *cas.Client, id int64) (string, error) {
	answer, err := c.Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(position(id)), DatasetIDs: []string{dataset}})
	if err != nil {
		return "", err
	}
	return checkEcho(answer, id), nil
}

func future(ctx context.Context, c *cas.Client, id int64) (string, error) {
	answer, err := c.Async().Extract(ctx, cas.ExtractRequest{Geometry: cas.Point(position(id)), DatasetIDs: []string{dataset}}).Wait(ctx)
	if err != nil {
		return "", err
	}
	return checkEcho(answer, id), nil
}

// A batch asks for the call's own point and for one more that is the same in all batches.
func pair(id int64) cas.BatchExtractRequest {
	return cas.BatchExtractRequest{Geometries: cas.Geometries(cas.Point(position(id)), cas.Point(position(0))), DatasetIDs: []string{dataset}}
}

func batch(ctx context.Context, c *cas.Client, id int64) (string, error) {
	answer, err := c.BatchExtract(ctx, pair(id))
	if err != nil {
		return "", err
	}
	if n := len(answer.Responses); n != 2 {
		return fmt.Sprintf("%d responses to 2 geometries", n), nil
	}
	return checkEcho(&answer.Responses[0], id) + checkEcho(&answer.Responses[1], 0), nil
}

func stream(ctx context.Context, c *cas.Client, id int64) (string, error) {
	wanted, wrong := []int64{id, 0}, ""
	for answer, err := range c.StreamBatch(ctx, pair(id)) {
		if err != nil {
			return "", err
		}
		if len(wanted) == 0 {
			return "more responses than geometries", nil
		}
		wrong += checkEcho(answer, wanted[0])
		wanted = wanted[1:]
	}
	if len(wanted) > 0 {
		return "fewer responses than geometries", nil
	}
	return wrong, nil
}

// left breaks out of a stream after its first response.
func left(ctx context.Context, c *cas.Client, id int64) (string, error) {
	for answer, err := range c.StreamBatch(ctx, pair(id)) {
		if err != nil {
			return "", err
		}
		return checkEcho(answer, id), nil
	}
	return "no response at all", nil
}

// datasets lists those with a variable that nothing has, named after the call: the right answer is an empty page.
func datasets(ctx context.Context, c *cas.Client, id int64) (string, error) {
	page, err := c.Datasets(ctx, cas.DatasetFilter{Variable: fmt.Sprintf("v%d", id)})
	if err != nil {
		return "", err
	}
	if page.Total != 0 || len(page.Datasets) != 0 {
		return fmt.Sprintf("%d datasets where there are none", page.Total), nil
	}
	return "", nil
}

func checkEcho(answer *cas.AttributeResponse, id int64) (wrong string) {
	result, ok := cas.Lookup(answer, dataset)
	if !ok {
		return "no result; "
	}
	if v, ok := result.Value.Float64(); !ok || int64(v) != id {
		return fmt.Sprintf("%v in place of %d; ", result.Value, id)
	}
	return ""
}
