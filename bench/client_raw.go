package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/community-attribute-service/cas-go/bench/service"
)

// rawCall is a case by a client that sends a body made before and throws away the answer: what HTTP itself costs.
func rawCall(kind, url string) (call, error) {
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConns: callers, MaxIdleConnsPerHost: callers, DisableCompression: true, ReadBufferSize: 64 << 10, WriteBufferSize: 64 << 10,
	}}
	method, path, results := http.MethodPost, "/api/v1/extract", len(service.DatasetIDs)
	var body []byte
	switch kind {
	case "sequential", "concurrent":
		body = request("geometry", polygonText(ring(few, 0)))
	case "polygon-text", "polygon-floats":
		body = request("geometry", polygonText(ring(many, 0)))
	case "batch", "batches", "stream":
		var list [][]byte
		for _, vertices := range rings() {
			list = append(list, polygonText(vertices))
		}
		path, results = path+"/batch", len(list)*results
		body = request("geometries", append(append([]byte{'['}, bytes.Join(list, []byte{','})...), ']'))
	case "catalog":
		method, path, results = http.MethodGet, "/api/v1/datasets?limit=1000", 0
	default:
		return nil, fmt.Errorf("there is no case %q", kind)
	}
	return func() (int, float64, error) {
		req, err := http.NewRequest(method, url+path, bytes.NewReader(body))
		if err != nil {
			return 0, 0, err
		}
		req.Header.Set("Content-Type", "application/json")
		res, err := client.Do(req)
		if err != nil {
			return 0, 0, err
		}
		defer res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return 0, 0, fmt.Errorf("status %d", res.StatusCode)
		}
		_, err = io.Copy(io.Discard, res.Body)
		return results, 0, err
	}, nil
}

// polygonText is a polygon as GeoJSON.
func polygonText(vertices [][2]float64) []byte {
	text, err := json.Marshal(map[string]any{"type": "Polygon", "coordinates": [][][2]float64{vertices}})
	if err != nil {
		panic(err) // the vertices are finite
	}
	return text
}

func request(member string, value json.RawMessage) []byte {
	text, err := json.Marshal(map[string]any{member: value, "dataset_ids": service.DatasetIDs})
	if err != nil {
		panic(err) // of text that was marshalled before
	}
	return text
}
