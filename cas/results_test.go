package cas_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
)

func response(t testing.TB, text string) *cas.AttributeResponse {
	t.Helper()
	r := new(cas.AttributeResponse)
	require.NoError(t, json.Unmarshal([]byte(text), r))
	return r
}

func TestLookupFindsByIdAndNotByPlace(t *testing.T) {
	t.Parallel()
	r := response(t, captured(t, "order_4_grouped_by_provider"))
	require.NotEmpty(t, r.Results)
	for _, want := range r.Results {
		got, ok := cas.Lookup(r, want.DatasetID)
		assert.True(t, ok)
		assert.Equal(t, want.DatasetID, got.DatasetID)
	}
	for _, r := range []*cas.AttributeResponse{nil, {}, r} {
		got, ok := cas.Lookup(r, "no:such")
		assert.False(t, ok)
		assert.Zero(t, got)
	}
	twice := &cas.AttributeResponse{Results: []cas.AttributeResult{{DatasetID: "a", Units: "first"}, {DatasetID: "a", Units: "second"}}}
	first, _ := cas.Lookup(twice, "a")
	assert.Equal(t, "first", first.Units)
}

func TestMissingComparesMultisetsAndQuotesTheService(t *testing.T) {
	t.Parallel()
	const none = "the service gave no result and no reason; it does so when a dataset runs into its request timeout"
	type failures = []cas.DatasetFailure
	result := func(ids ...string) *cas.AttributeResponse {
		r := &cas.AttributeResponse{Warnings: []string{
			"remark without an id", "a:x: value 9.0 outside expected range [0.0, 1.0] for 'x'", "a:y: Extraction failed for a:y: boom: unexpected\nstate",
			"a:y: a second remark", "a:yy: of another", ": Extraction failed for : no colon", "a:z:no blank",
		}}
		for _, id := range ids {
			r.Results = append(r.Results, cas.AttributeResult{DatasetID: id})
		}
		return r
	}
	for name, c := range map[string]struct {
		r    *cas.AttributeResponse
		ids  []string
		want failures
	}{
		"nothing asked":                 {result("a:x"), nil, nil},
		"all there, out of order":       {result("b", "a"), []string{"a", "b"}, nil},
		"a warning about what is there": {result("a:x"), []string{"a:x"}, nil},
		"the service's reason":          {result(), []string{"a:y"}, failures{{"a:y", "Extraction failed for a:y: boom: unexpected\nstate"}}},
		"no reason":                     {result(), []string{"a:q"}, failures{{"a:q", none}}},
		"a prefix is not the id":        {result(), []string{"a:z"}, failures{{"a:z", none}}},
		"an empty id":                   {result(), []string{""}, failures{{"", "Extraction failed for : no colon"}}},
		"twice asked, once there":       {result("a", "b"), []string{"a", "b", "a"}, failures{{"a", none}}},
		"twice asked, twice there":      {result("a", "a"), []string{"a", "a"}, nil},
		"twice asked, not there":        {result(), []string{"a", "a"}, failures{{"a", none}, {"a", none}}},
		"in the order asked":            {result("b"), []string{"c", "b", "a"}, failures{{"c", none}, {"a", none}}},
		"more there than asked":         {result("a", "z", "z"), []string{"a"}, nil},
		"nil":                           {nil, []string{"a"}, failures{{"a", none}}},
		"refused": {
			&cas.AttributeResponse{GeometryHash: "error", Warnings: []string{"Geometry too complex: 10001 vertices > limit 10000"}},
			[]string{"a", "b"},
			failures{{"a", "Geometry too complex: 10001 vertices > limit 10000"}, {"b", "Geometry too complex: 10001 vertices > limit 10000"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, cas.Missing(c.r, c.ids))
		})
	}
	r := response(t, captured(t, "extract_fault_fail"))
	assert.Equal(t, failures{{"local_dem:fail", "[local_dem] upstream returned HTTP 503"}}, cas.Missing(r, []string{"local_dem:fail"}))
	r = response(t, captured(t, "timeout_request_1s_silent"))
	assert.Equal(t, none, cas.Missing(r, []string{"local_dem:slow"})[0].Reason)
}

func TestResponseErrorIsTheFailureInsideABatch(t *testing.T) {
	t.Parallel()
	for _, r := range []*cas.AttributeResponse{nil, {}, {GeometryHash: "a2c20794d2cc6c17", Warnings: []string{"x > limit 1"}}, {Warnings: []string{"error"}}} {
		assert.NoError(t, cas.ResponseError(r), "not a typed nil either")
		assert.True(t, cas.ResponseError(r) == nil)
	}
	err := cas.ResponseError(&cas.AttributeResponse{RequestID: "b1", GeometryHash: "error", Warnings: []string{"Geometry too complex: 10001 vertices > limit 10000"}})
	assert.EqualError(t, err, "[200 request_limit] Geometry too complex: 10001 vertices > limit 10000 (request_id=b1)")
	assert.Equal(t, "ErrRequestLimit", kinds(err))
	e := asError(t, err)
	assert.Equal(t, cas.Error{StatusCode: 200, Type: cas.ErrorTypeRequestLimit, Message: e.Message, RequestID: "b1"}, *e)

	other := cas.ResponseError(&cas.AttributeResponse{GeometryHash: "error", Warnings: []string{"a", "b"}})
	assert.Equal(t, "a; b", asError(t, other).Message)
	assert.Equal(t, "ErrUpstream", kinds(other))
	assert.NotEmpty(t, asError(t, cas.ResponseError(&cas.AttributeResponse{GeometryHash: "error"})).Message)
}

func TestAggregationMismatchesAreWhatWasComputedOtherwise(t *testing.T) {
	t.Parallel()
	mean, shares := cas.AttributeResult{DatasetID: "m", Aggregation: "mean"}, cas.AttributeResult{DatasetID: "d", Aggregation: "distribution"}
	r := &cas.AttributeResponse{Results: []cas.AttributeResult{mean, shares}}
	assert.Equal(t, []cas.AttributeResult{shares}, cas.AggregationMismatches(r, ""))
	assert.Equal(t, []cas.AttributeResult{shares}, cas.AggregationMismatches(r, cas.AggregationMean))
	assert.Equal(t, []cas.AttributeResult{mean}, cas.AggregationMismatches(r, cas.AggregationDistribution))
	assert.Equal(t, []cas.AttributeResult{mean, shares}, cas.AggregationMismatches(r, cas.AggregationMax))
	assert.Empty(t, cas.AggregationMismatches(nil, cas.AggregationMax))
}

// Nothing is lost or made up on the way through a call: null is not 0, NaN shares stay NaN, times keep their text.
func TestAnswersKeepWhatWasSent(t *testing.T) {
	t.Parallel()
	for name, check := range map[string]func(*testing.T, *cas.AttributeResponse){
		"extract_point_ok": func(t *testing.T, r *cas.AttributeResponse) {
			f, ok := r.Results[0].Value.Float64()
			assert.True(t, ok)
			assert.Equal(t, 388.0, f)
			assert.Equal(t, cas.Range{-500, 9000}, *r.Results[0].ValidRange)
			assert.Nil(t, r.Results[0].Timestamp)
		},
		"extract_polygon_ok": func(t *testing.T, r *cas.AttributeResponse) {
			f, _ := r.Results[0].Value.Float64()
			assert.Equal(t, 521.0365493147003, f)
			shares, ok := r.Results[1].Value.Distribution()
			assert.True(t, ok)
			assert.Equal(t, 0.0583, shares["0"])
		},
		"extract_fault_nandict": func(t *testing.T, r *cas.AttributeResponse) {
			shares, _ := r.Results[0].Value.Distribution()
			assert.NotEqual(t, shares["1"], shares["1"], "a null share is NaN")
			assert.Equal(t, `{"1":null,"2":0.5}`, r.Results[0].Value.String())
		},
		"extract_ts_naive": func(t *testing.T, r *cas.AttributeResponse) {
			assert.Equal(t, "2020-01-02T03:04:05", r.Results[0].Timestamp.String())
			assert.False(t, r.Results[0].Timestamp.HasZone())
		},
		"extract_ts_plus0530_micro": func(t *testing.T, r *cas.AttributeResponse) {
			assert.True(t, r.Results[0].Timestamp.HasZone())
			assert.Equal(t, 120_000_000, r.Results[0].Timestamp.Time().Nanosecond())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, reply(200, captured(t, name)))
			r, err := s.client(t).Extract(t.Context(), aRequest())
			require.NoError(t, err)
			check(t, r)
			again, err := json.Marshal(r)
			require.NoError(t, err)
			assert.JSONEq(t, captured(t, name), string(again))
		})
	}
	s := serve(t, reply(200, captured(t, "datasets_nan_catalog")))
	list, err := s.client(t).Datasets(t.Context(), cas.DatasetFilter{})
	require.NoError(t, err)
	unknown := 0
	for _, d := range list.Datasets {
		if d.ResolutionM.IsNull() {
			unknown++
		}
	}
	assert.Positive(t, unknown, "a null resolution is NaN, never 0")
}
