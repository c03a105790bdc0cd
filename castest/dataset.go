package castest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/gen"
)

// Dataset is a dataset of a [Server]. Only its ID is needed, "provider:name"; an unknown provider is invented. Empty members are copied
// from the dataset that the server knows by this id. If it knows none, they get defaults: the id as name, one variable named like the
// dataset, a resolution of 1000 m, the whole world in EPSG:4326, static.
//
//	castest.WithDatasets(
//		castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210)),
//		castest.Dataset{Dataset: cas.Dataset{ID: "local:down"}, Answer: func(context.Context, castest.Query) (cas.AttributeResult, error) {
//			return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
//		}},
//	)
type Dataset struct {
	cas.Dataset // the metadata, as the catalog shows it

	// Value is the value for every geometry, unless Answer is set; the zero Value is null.
	Value cas.Value

	// Answer computes the result for one geometry; nil means Value. Several goroutines call it. The server caches results as the
	// service does, so Answer is called again for a geometry only after ten minutes or after a failure. Its context ends when the
	// dataset's time is up (see [WithTimeouts]), when the caller disconnects, or when the server is closed.
	//
	// The server fills in empty members of the result: id, provider, variable with its units and valid range, and the aggregation, mean
	// or distribution. If the value is not null, it also fills in a coverage of 1, one pixel and quality good. The server sets
	// ElapsedMS.
	//
	// If Answer returns an error, the dataset is missing from the results, with a warning. See [ProviderError] and [ErrNoAnswer].
	Answer func(context.Context, Query) (cas.AttributeResult, error)

	model answerFromModel // in place of Answer, for the server's own
}

// Query is what [Dataset].Answer gets.
type Query struct {
	DatasetID string       // as in the request
	Geometry  cas.Geometry // its coordinates are the caller's text
	// Start and End are the time range, zero if there is none. A time without a zone keeps having none.
	Start, End cas.Timestamp
	// Aggregation is the statistic in the request. The service does not pass it to its providers; a result says which one was computed.
	Aggregation cas.AggregationMethod
}

// Constant returns a [Dataset] with one value for all geometries.
func Constant(id string, value cas.Value) Dataset {
	return Dataset{Dataset: cas.Dataset{ID: id}, Value: value}
}

// ProviderError is an error of a provider, as the service's connectors raise it. The warning is "<id>: [<provider>] <text>". For any
// other error, it is "<id>: Extraction failed for <id>: <text>".
type ProviderError string

// Error returns the text.
func (e ProviderError) Error() string { return string(e) }

// ErrNoAnswer, returned by an Answer, drops the dataset without a warning, as the service does at its time limit for a request.
var ErrNoAnswer = errors.New("castest: no answer")

// complete fills in what a dataset leaves open.
func (d Dataset) complete(known cas.Dataset) Dataset {
	provider, name, found := strings.Cut(d.ID, ":")
	if !found || provider == "" {
		panic(fmt.Sprintf("castest: a dataset's id is %q: want \"provider:name\"", d.ID))
	}
	m := &d.Dataset
	m.Provider = provider
	m.Name = cmp.Or(m.Name, known.Name, m.ID)
	m.Description = cmp.Or(m.Description, known.Description)
	if m.Variables == nil {
		m.Variables = known.Variables
	}
	if m.Variables == nil {
		m.Variables = []cas.Variable{{Name: name, Units: "1", DataType: gen.DataTypeContinuous}}
		if _, ok := d.Value.Distribution(); ok {
			m.Variables[0].Units, m.Variables[0].DataType = "class", gen.DataTypeCategorical
		}
	}
	m.ResolutionM = cmp.Or(m.ResolutionM, known.ResolutionM, 1000)
	m.CRS = cmp.Or(m.CRS, known.CRS, "EPSG:4326")
	m.BBox = cmp.Or(m.BBox, known.BBox, world)
	m.Temporal = cmp.Or(m.Temporal, known.Temporal)
	m.Temporal.TemporalType = cmp.Or(m.Temporal.TemporalType, cas.TemporalStatic)
	m.Protocol = cmp.Or(m.Protocol, known.Protocol, gen.ProtocolRest)
	m.License = cmp.Or(m.License, known.License)
	m.Citation = cmp.Or(m.Citation, known.Citation)
	if d.Answer == nil && d.model == nil {
		value := d.Value
		d.Answer = func(context.Context, Query) (cas.AttributeResult, error) {
			return cas.AttributeResult{Value: value}, nil
		}
	}
	return d
}

var world = cas.BoundingBox{MinLon: -180, MinLat: -90, MaxLon: 180, MaxLat: 90}

// fill completes a result of a Dataset's Answer.
func (d *Dataset) fill(r *cas.AttributeResult) {
	r.DatasetID = cmp.Or(r.DatasetID, d.ID)
	r.Provider = cmp.Or(r.Provider, d.Provider)
	if r.Variable == "" && len(d.Variables) > 0 {
		r.Variable = d.Variables[0].Name
	}
	for _, v := range d.Variables {
		if v.Name == r.Variable {
			r.Units = cmp.Or(r.Units, v.Units)
			if r.ValidRange == nil {
				r.ValidRange = v.ValidRange
			}
			break
		}
	}
	if r.Aggregation == "" {
		r.Aggregation = cas.AggregationMean
		if _, ok := r.Value.Distribution(); ok {
			r.Aggregation = cas.AggregationDistribution
		}
	}
	if r.Value.IsNull() {
		r.Quality = cmp.Or(r.Quality, cas.QualityMissing)
		return
	}
	r.Quality = cmp.Or(r.Quality, cas.QualityGood)
	r.CoverageFraction = cmp.Or(r.CoverageFraction, 1)
	r.PixelCount = cmp.Or(r.PixelCount, 1)
}
