// Package naive is what a Go program without this project would do: models as oapi-codegen writes them by default for the service's
// own document, encoding/json, net/http's default transport, the body read whole. It exists to be measured against.
package naive

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Geometry is a GeoJSON geometry; its coordinates are whatever encoding/json makes of them.
type Geometry struct {
	Type        string        `json:"type"`
	Coordinates []interface{} `json:"coordinates"`
}

type request struct {
	Geometry   *Geometry  `json:"geometry,omitempty"`
	Geometries []Geometry `json:"geometries,omitempty"`
	DatasetIDs []string   `json:"dataset_ids"`
}

// Value is a union, kept as text until somebody asks for one of its kinds.
type Value struct{ union json.RawMessage }

// UnmarshalJSON keeps the text.
func (v *Value) UnmarshalJSON(text []byte) error { return v.union.UnmarshalJSON(text) }

// AsNumber reads the value as a number.
func (v Value) AsNumber() (f float64, err error) { return f, json.Unmarshal(v.union, &f) }

// AsDistribution reads the value as a class distribution.
func (v Value) AsDistribution() (shares map[string]float64, err error) {
	return shares, json.Unmarshal(v.union, &shares)
}

// Result is the value of one dataset.
type Result struct {
	DatasetID        string     `json:"dataset_id"`
	Variable         string     `json:"variable"`
	Value            *Value     `json:"value"`
	Units            string     `json:"units"`
	Aggregation      string     `json:"aggregation"`
	Quality          string     `json:"quality"`
	CoverageFraction float64    `json:"coverage_fraction"`
	PixelCount       int        `json:"pixel_count"`
	Timestamp        *time.Time `json:"timestamp"`
	Provider         string     `json:"provider"`
	ElapsedMS        *int       `json:"elapsed_ms,omitempty"`
	Provenance       *string    `json:"provenance,omitempty"`
	ValidRange       *[]float64 `json:"valid_range,omitempty"`
}

// Response is the answer for one geometry.
type Response struct {
	RequestID    string    `json:"request_id"`
	GeometryHash string    `json:"geometry_hash"`
	Results      []Result  `json:"results"`
	Warnings     *[]string `json:"warnings,omitempty"`
	ElapsedMS    int       `json:"elapsed_ms"`
}

// Batch is the answer to a batch.
type Batch struct {
	RequestID       string     `json:"request_id"`
	Responses       []Response `json:"responses"`
	TotalGeometries int        `json:"total_geometries"`
	TotalResults    int        `json:"total_results"`
	ElapsedMS       int        `json:"elapsed_ms"`
}

// Dataset is the metadata of one dataset.
type Dataset struct {
	ID          string `json:"id"`
	Provider    string `json:"provider"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Variables   []struct {
		Name        string     `json:"name"`
		Units       string     `json:"units"`
		Description string     `json:"description"`
		DataType    string     `json:"data_type"`
		NodataValue *float64   `json:"nodata_value"`
		ValidRange  *[]float64 `json:"valid_range"`
	} `json:"variables"`
	ResolutionM float64 `json:"resolution_m"`
	CRS         string  `json:"crs"`
	BBox        struct {
		MinLon float64 `json:"min_lon"`
		MinLat float64 `json:"min_lat"`
		MaxLon float64 `json:"max_lon"`
		MaxLat float64 `json:"max_lat"`
	} `json:"bbox"`
	Temporal struct {
		Start        *time.Time `json:"start"`
		End          *time.Time `json:"end"`
		TemporalType string     `json:"temporal_type"`
	} `json:"temporal"`
	Protocol string `json:"protocol"`
	License  string `json:"license"`
	Citation string `json:"citation"`
}

// Datasets is a page of datasets.
type Datasets struct {
	Total    int       `json:"total"`
	Datasets []Dataset `json:"datasets"`
}

// Client asks the service at a URL.
type Client struct {
	URL  string
	HTTP http.Client
}

// Extract asks for one geometry.
func (c *Client) Extract(g Geometry, ids []string) (*Response, error) {
	return ask[Response](c, http.MethodPost, "/api/v1/extract", request{Geometry: &g, DatasetIDs: ids})
}

// BatchExtract asks for many geometries.
func (c *Client) BatchExtract(gs []Geometry, ids []string) (*Batch, error) {
	return ask[Batch](c, http.MethodPost, "/api/v1/extract/batch", request{Geometries: gs, DatasetIDs: ids})
}

// Datasets lists all datasets.
func (c *Client) Datasets() (*Datasets, error) {
	return ask[Datasets](c, http.MethodGet, "/api/v1/datasets?limit=1000", nil)
}

func ask[T any](c *Client, method, path string, in any) (*T, error) {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, c.URL+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.HTTP.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %.200s", res.StatusCode, text)
	}
	out := new(T)
	return out, json.Unmarshal(text, out)
}
