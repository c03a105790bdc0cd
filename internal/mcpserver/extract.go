package mcpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/tabulate"
)

type extractInput struct {
	Lon         *float64 `json:"lon,omitempty" jsonschema:"longitude of a point in degrees, WGS 84; with lat, in place of geometry"`
	Lat         *float64 `json:"lat,omitempty" jsonschema:"latitude of a point in degrees"`
	Geometry    object   `json:"geometry,omitempty" jsonschema:"GeoJSON Point, Polygon, MultiPolygon or a Feature of one, in longitude and latitude, up to 256 KiB"`
	Datasets    []string `json:"datasets" jsonschema:"1 to 10 ids of the form provider:dataset"`
	Aggregation string   `json:"aggregation,omitempty" jsonschema:"mean (the default), median, min, max, std, sum, majority, minority, unique or distribution"`
	Start       string   `json:"start,omitempty" jsonschema:"start of the period of time-varying datasets, ISO 8601; with end"`
	End         string   `json:"end,omitempty" jsonschema:"end of the period"`
}

type result struct {
	Dataset     string  `json:"dataset"`
	Variable    string  `json:"variable"`
	Value       value   `json:"value"`
	Units       string  `json:"units"`
	Aggregation string  `json:"aggregation" jsonschema:"as computed, which may not be the one asked for"`
	Quality     string  `json:"quality" jsonschema:"good, suspect, partial, missing, degraded or estimated"`
	Coverage    float64 `json:"coverage" jsonschema:"share of the geometry with data, 0 to 1"`
	Pixels      int64   `json:"pixels"`
	Timestamp   string  `json:"timestamp,omitempty"`
	Provenance  string  `json:"provenance" jsonschema:"where the service has the value from"`
}

// missing is a dataset without a result.
type missing struct {
	Dataset string   `json:"dataset"`
	Reason  string   `json:"reason"`
	Similar []string `json:"did_you_mean,omitempty" jsonschema:"known ids like this one, where it is not known"`
}

type extractOutput struct {
	Results   []result  `json:"results"`
	Missing   []missing `json:"missing" jsonschema:"datasets that were asked for and gave no result: their value is unknown, not zero"`
	Warnings  []string  `json:"warnings" jsonschema:"of the service"`
	RequestID string    `json:"request_id"`
}

func (s *Server) addExtract() {
	addTool(s, &mcp.Tool{
		Name: "extract", Title: "Extract attributes of one geometry",
		Description: "Ask the service for attributes of one point or polygon: value, units, aggregation, quality, coverage and provenance of each dataset, " +
			"and what is missing with its reason. For a file of features use extract_file.",
	}, s.extract)
}

func (s *Server) extract(ctx context.Context, in extractInput) (extractOutput, error) {
	out := extractOutput{Results: []result{}, Missing: []missing{}, Warnings: []string{}}
	if err := checkDatasets(in.Datasets, mostDatasets); err != nil {
		return out, err
	}
	period, err := periodOf(in.Start, in.End)
	if err != nil {
		return out, err
	}
	geometry, err := in.place()
	if err != nil {
		return out, err
	}
	answer, err := s.config.Client.Extract(ctx, cas.ExtractRequest{
		Geometry: geometry, DatasetIDs: in.Datasets, Aggregation: cas.AggregationMethod(in.Aggregation), TimeRange: period,
	})
	if err != nil {
		return out, errors.New(short(err.Error()))
	}
	for _, r := range answer.Results {
		known := result{
			Dataset: r.DatasetID, Variable: r.Variable, Value: value{r.Value}, Units: r.Units, Aggregation: string(r.Aggregation), Quality: string(r.Quality),
			Coverage: r.CoverageFraction, Pixels: r.PixelCount, Provenance: short(r.Provenance),
		}
		if r.Timestamp != nil {
			known.Timestamp = r.Timestamp.String()
		}
		out.Results = append(out.Results, known)
	}
	for _, m := range cas.Missing(answer, in.Datasets) {
		out.Missing = append(out.Missing, missing{m.DatasetID, short(m.Reason), suggestions(m.DatasetID)})
	}
	out.Warnings, out.RequestID = few(answer.Warnings), answer.RequestID
	return out, nil
}

// place is the geometry that is asked about, checked as the features of a file are.
func (in extractInput) place() (json.RawMessage, error) {
	switch {
	case in.Geometry == nil && in.Lon != nil && in.Lat != nil:
		return json.Marshal(cas.Point(*in.Lon, *in.Lat))
	case in.Geometry == nil || in.Lon != nil || in.Lat != nil:
		return nil, errors.New("give a geometry, or lon and lat")
	case len(in.Geometry) > mostGeometry:
		return nil, fmt.Errorf("geometry: %d bytes of GeoJSON; give up to %d, or put it into a file for extract_file", len(in.Geometry), mostGeometry)
	}
	source, err := features.NewReader(bytes.NewReader(in.Geometry), features.Options{Keep: []string{}})
	if err != nil {
		return nil, fmt.Errorf("geometry: %w", err)
	}
	defer source.Close()
	var all []features.Feature
	for f, err := range source.Pass(features.Pass{Keep: []string{}, Lenient: true}) {
		if err != nil {
			return nil, fmt.Errorf("geometry: %s", short(err.Error()))
		}
		if all = append(all, f); len(all) > 1 {
			return nil, errors.New("geometry: several features; extract takes one, extract_file takes a file of them")
		}
	}
	if len(all) == 0 {
		return nil, errors.New("geometry: no feature in it")
	}
	all[0].Err = nil // its id does not matter
	if err := tabulate.Check(all[0]); err != nil {
		return nil, fmt.Errorf("geometry: %s", short(err.Error()))
	}
	return all[0].Geometry, nil
}

// periodOf is what start and end say; nil where they say nothing.
func periodOf(start, end string) (cas.TimeRangeLike, error) {
	switch {
	case start == "" && end == "":
		return nil, nil //nolint:nilnil // no period is none
	case start == "" || end == "":
		return nil, errors.New("start and end belong together")
	}
	return cas.Dates{start, end}, nil
}
