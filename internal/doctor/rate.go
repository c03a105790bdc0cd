package doctor

import (
	"context"
	"encoding/json"
	"time"

	"github.com/community-attribute-service/cas-go/cas"
)

const (
	// ratePlaces is how many geometries the service works on at a time.
	ratePlaces = 10
	// untuned is what a result more costs a service that loads the certificate store for each: some 20 ms. A tuned one needs 1 to 5.
	untuned = 15 * time.Millisecond
	// placesApart keeps places out of the service's cache, and in the same pixel.
	placesApart = 1e-7 // degrees
)

// rate measures how many results a second the service gives of the named datasets, none of them cached. A provider that is slow to answer
// delays ten places as long as one; a service that is busy with itself needs ten times as long.
func (e *examination) rate(ctx context.Context, t Trial) {
	lon, lat, ok := firstPosition(t.place)
	if !ok {
		return
	}
	at := time.Now().UnixNano() % 1000 // places that nobody asked for lately
	batch := func(places int) (results int, took time.Duration, err error) {
		request := cas.BatchExtractRequest{DatasetIDs: t.Datasets}
		for range places {
			at++
			request.Geometries = append(request.Geometries, cas.Point(lon+float64(at)*placesApart, lat))
		}
		start := time.Now()
		err = e.ask(ctx, e.timeout, func(ctx context.Context) error {
			answer, err := e.client.BatchExtract(ctx, request)
			if err == nil {
				results = int(answer.TotalResults)
			}
			return err
		})
		return results, time.Since(start), err
	}
	one, tookOne, err := batch(1)
	if err != nil {
		e.failed("rate", err)
		return
	}
	many, tookMany, err := batch(ratePlaces)
	if err != nil {
		e.failed("rate", err)
		return
	}
	if many <= one {
		return // it gives none here
	}
	perSecond, more := float64(many)/tookMany.Seconds(), (tookMany-tookOne)/time.Duration(many-one)
	if more > untuned {
		e.found("rate", Warn, "%.0f results a second of one request, each result more takes %s: the service looks untuned (deploy/README.md)", perSecond, short(more))
		return
	}
	e.found("rate", OK, "%.0f results a second of one request of %d places", perSecond, ratePlaces)
}

// firstPosition is the first position of a geometry.
func firstPosition(place cas.GeometryLike) (lon, lat float64, ok bool) {
	var geometry cas.Geometry
	switch place := place.(type) {
	case cas.Geometry:
		geometry = place
	case []byte:
		geometry, _ = cas.ParseGeoJSON(place)
	case string:
		geometry, _ = cas.ParseGeoJSON([]byte(place))
	}
	var coordinates any
	if json.Unmarshal(geometry.Coordinates, &coordinates) != nil {
		return 0, 0, false
	}
	for {
		list, isList := coordinates.([]any)
		if !isList || len(list) == 0 {
			return 0, 0, false
		}
		if lon, ok = list[0].(float64); ok && len(list) > 1 {
			lat, ok = list[1].(float64)
			return lon, lat, ok
		}
		coordinates = list[0]
	}
}
