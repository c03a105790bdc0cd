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

// Dataset is a dataset that a [Server] answers for. Only its ID is needed, "provider:name"; the provider is made up where it is not
// known. What is empty is taken from the dataset that the server knows by this id, or else is: the id as name, a variable called
// like the dataset, a resolution of 1000 m, the whole world in EPSG:4326, static.
//
//	castest.WithDatasets(
//		castest.Constant("isric_soilgrids:clay_0-5cm", cas.NumberValue(210)),
//		castest.Dataset{Dataset: cas.Dataset{ID: "local:down"}, Answer: func(context.Context, castest.Query) (cas.AttributeResult, error) {
//			return cas.AttributeResult{}, castest.ProviderError("upstream returned HTTP 503")
//		}},
//	)
type Dataset struct {
	cas.Dataset // the metadata, as the catalog shows it

	// Value is what every geometry gets: null, unless Answer says otherwise.
	Value cas.Value

	// Answer computes the result for one geometry; nil gives Value. It is called by several goroutines, and again for a geometry only
	// after ten minutes, or if it failed: the server keeps results as the service does. Its context ends when the dataset's time is up
	// (see [WithTimeouts]), the caller goes away or the server is closed.
	//
	// Empty members of the result are filled in: id, provider, variable and its units and valid range, a coverage of 1, one pixel and
	// quality good (all of a value that is not null), aggregation mean, or distribution. ElapsedMS is the server's affair.
	//
	// An error is what the service makes of it: the dataset is absent from the results, with a warning. See [ProviderError] and
	// [ErrNoAnswer].
	Answer func(context.Context, Query) (cas.AttributeResult, error)

	model answerFromModel // in place of Answer, for the server's own
}

// Query is what a [Dataset] is asked.
type Query struct {
	DatasetID string       // as it was asked for
	Geometry  cas.Geometry // its coordinates are the caller's text
	// Start and End are the time range, zero where none was given; a time without a zone stays so.
	Start, End cas.Timestamp
	// Aggregation is the statistic wished for. The service does not hand it to its providers: a result says what it really is.
	Aggregation cas.AggregationMethod
}

// Constant is a Dataset with one value for all geometries.
func Constant(id string, value cas.Value) Dataset {
	return Dataset{Dataset: cas.Dataset{ID: id}, Value: value}
}

// ProviderError is an error of a provider, as the service's connectors raise it: the warning is "<id>: [<provider>] <text>". For any
// other error it is "<id>: Extraction failed for <id>: <text>".
type ProviderError string

// Error gives the text.
func (e ProviderError) Error() string { return string(e) }

// ErrNoAnswer is an error for an Answer that never comes: the dataset is absent without a warning, as when the service's time limit
// for a request passes.
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
