package castest_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest"
	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// harness is a server with the datasets of internal/contract/service/app.py: every known way of a provider to fail or to answer oddly.
func harness(t *testing.T, options ...castest.Option) *castest.Server {
	t.Helper()
	server := castest.NewServer(append([]castest.Option{
		castest.WithDatasets(harnessDatasets(t)...),
		castest.WithProviders(
			cas.ProviderSummary{Slug: "local_broken", Name: "Provider whose catalog call fails", Protocol: "rest", BaseURL: "http://localhost/dem"},
		),
	}, options...)...)
	t.Cleanup(server.Close)
	return server
}

type answer = func(context.Context, castest.Query) (cas.AttributeResult, error)

func gives(value cas.Value, quality cas.QualityFlag, coverage float64, pixels int64) answer {
	return func(context.Context, castest.Query) (cas.AttributeResult, error) {
		r := cas.AttributeResult{Value: value, Aggregation: cas.AggregationMean, Quality: quality, CoverageFraction: coverage, PixelCount: pixels}
		return r, nil
	}
}

func fails(err error) answer {
	return func(context.Context, castest.Query) (cas.AttributeResult, error) { return cas.AttributeResult{}, err }
}

func harnessDatasets(t *testing.T) []castest.Dataset {
	t.Helper()
	number, shares := cas.NumberValue, cas.DistributionValue
	suspect := gives(number(9.9e9), cas.QualityGood, 1, 1)
	odd := map[string]answer{
		"fail":      fails(castest.ProviderError("upstream returned HTTP 503")),
		"nan":       gives(number(math.NaN()), cas.QualityGood, 1, 9),
		"inf":       gives(number(math.Inf(1)), cas.QualityGood, 1, 9),
		"neginf":    gives(number(math.Inf(-1)), cas.QualityGood, 1, 9),
		"nandict":   gives(shares(map[string]float64{"1": math.NaN(), "2": 0.5}), cas.QualityGood, 1, 9),
		"none":      gives(cas.Value{}, cas.QualityMissing, 0, 0),
		"boom":      fails(errors.New("boom: unexpected internal state")),
		"cancel":    fails(castest.ErrNoAnswer),
		"partial":   gives(number(5), cas.QualityGood, 0.5, 5),
		"lowcov":    gives(number(5), cas.QualityGood, 0.1, 1),
		"emptydict": gives(shares(nil), cas.QualityEstimated, 1, 1),
		"bigint":    gives(number(1<<60), cas.QualityDegraded, 1, 1<<40),
		"unicode":   gives(shares(map[string]float64{"for\u00eat": 0.25, "a/b": 0.75}), cas.QualityGood, 1, 4),
		"multiline": fails(castest.ProviderError("line one\nline two: key=\u00e9\u20ac")),
		"slow": func(ctx context.Context, _ castest.Query) (cas.AttributeResult, error) {
			<-ctx.Done()
			return cas.AttributeResult{}, ctx.Err()
		},
		"suspect": func(ctx context.Context, q castest.Query) (cas.AttributeResult, error) {
			r, err := suspect(ctx, q)
			r.Variable, r.Units = "elevation", "1"
			return r, err
		},
		"badcoverage": fails(errors.New("1 validation error for AttributeResult\ncoverage_fraction\n  Input should be less than or equal to 1 " +
			"[type=less_than_equal, input_value=1.5, input_type=float]\n    For further information visit https://errors.pydantic.dev/2.14/v/less_than_equal")),
		"format": fails(errors.New("2 validation errors for AttributeResult\nvalue.float\n  Input should be a valid number, unable to parse " +
			"string as a number [type=float_parsing, input_value='oops', input_type=str]\n    For further information visit " +
			"https://errors.pydantic.dev/2.14/v/float_parsing\nvalue.dict[str,float]\n  Input should be a valid dictionary " +
			"[type=dict_type, input_value='oops', input_type=str]\n    For further information visit https://errors.pydantic.dev/2.14/v/dict_type")),
	}
	west, south, east, north := -84.41375, 36.15958333333333, -84.07791666666667, 36.44625
	dataset := func(provider, key string) castest.Dataset {
		return castest.Dataset{Dataset: cas.Dataset{
			ID: provider + ":" + key, Name: "Jacksboro fault " + key, Description: "USGS DEM shipped with matplotlib",
			Variables: []cas.Variable{{Name: "x", Units: "1", DataType: gen.DataTypeContinuous}}, ResolutionM: 92.66,
			BBox:    cas.BoundingBox{MinLon: west, MinLat: south, MaxLon: east, MaxLat: north},
			License: "Public domain", Citation: "U.S. Geological Survey",
		}}
	}
	var all []castest.Dataset
	for _, key := range []string{
		"fail", "nan", "inf", "neginf", "nandict", "none", "slow", "boom", "format", "cancel", "badcoverage",
		"suspect", "partial", "lowcov", "emptydict", "bigint", "unicode", "multiline",
	} {
		d := dataset("local_dem", key)
		d.Answer = withProvenance(odd[key], key)
		all = append(all, d)
	}
	nodata := -32768.0
	for _, s := range []struct{ key, text string }{
		{"ts_naive", "2020-01-02T03:04:05"},
		{"ts_utc", "2020-01-02T03:04:05Z"},
		{"ts_plus2", "2020-01-02T03:04:05+02:00"},
		{"ts_plus0530_micro", "2020-01-02T03:04:05.120000+05:30"},
		{"ts_micro", "2020-01-02T03:04:05.123456"},
		{"ts_milli_utc", "2020-01-02T03:04:05.007000Z"},
		{"ts_midnight", "2020-01-02T00:00:00"},
		{"ts_minus_secs", "1900-01-01T00:00:00-04:56"},
		{"ts_year1", "0001-01-01T00:00:00"},
		{"ts_max", "9999-12-31T23:59:59.999999Z"},
	} {
		d, at := dataset("local_dem", s.key), stamp(t, s.text)
		d.Variables = []cas.Variable{{
			Name: "elevation", Units: "m", Description: "Ground elevation", DataType: gen.DataTypeContinuous,
			NodataValue: &nodata, ValidRange: &cas.Range{-500, 9000},
		}}
		if s.key == "ts_naive" {
			d.Temporal = cas.TemporalExtent{
				Start: stamp(t, "2000-01-01T00:00:00.500000"), End: stamp(t, "2021-06-30T23:59:59+02:00"), TemporalType: cas.TemporalMonthly,
			}
		}
		d.Answer = withProvenance(func(context.Context, castest.Query) (cas.AttributeResult, error) {
			return cas.AttributeResult{Value: number(375), Timestamp: at}, nil // the elevation at [-84.2, 36.3]
		}, s.key)
		all = append(all, d)
	}
	return all
}

func withProvenance(inner answer, key string) answer {
	return func(ctx context.Context, q castest.Query) (cas.AttributeResult, error) {
		r, err := inner(ctx, q)
		r.Provenance = "jacksboro_fault_dem/" + key
		return r, err
	}
}

func stamp(t *testing.T, text string) *cas.Timestamp {
	t.Helper()
	at, err := wire.ParseTimestamp(text)
	require.NoError(t, err)
	return &at
}
