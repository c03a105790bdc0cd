package cas_test

import (
	"context"
	"encoding/json"
	"iter"
	"log/slog"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/gen"
	"github.com/community-attribute-service/cas-go/wire"
)

// What follows compiles if and only if the names that programs outside of this repository use are there, with these types.
var (
	_ func(string, ...cas.Option) (*cas.Client, error)      = cas.NewClient
	_ func(string, ...cas.Option) (*cas.AsyncClient, error) = cas.NewAsyncClient

	_ func(*cas.Client, context.Context, cas.ExtractRequest, ...cas.CallOption) (*cas.AttributeResponse, error)           = (*cas.Client).Extract
	_ func(*cas.Client, context.Context, cas.BatchExtractRequest, ...cas.CallOption) (*cas.BatchAttributeResponse, error) = (*cas.Client).BatchExtract
	_ func(*cas.Client, context.Context, cas.Page, ...cas.CallOption) (*cas.ProviderListResponse, error)                  = (*cas.Client).Providers
	_ func(*cas.Client, context.Context, string, ...cas.CallOption) (*cas.ProviderDetail, error)                          = (*cas.Client).Provider
	_ func(*cas.Client, context.Context, cas.DatasetFilter, ...cas.CallOption) (*cas.DatasetListResponse, error)          = (*cas.Client).Datasets
	_ func(*cas.Client, context.Context, ...cas.CallOption) (*cas.Health, error)                                          = (*cas.Client).Health
	_ func(*cas.Client, context.Context, ...cas.CallOption) iter.Seq2[cas.ProviderSummary, error]                         = (*cas.Client).AllProviders
	_ func(*cas.Client, context.Context, cas.DatasetFilter, ...cas.CallOption) iter.Seq2[cas.Dataset, error]              = (*cas.Client).AllDatasets
	_ func(*cas.Client, context.Context, ...cas.CallOption) iter.Seq2[*cas.ProviderDetail, error]                         = (*cas.Client).ProviderDetails
	_ func(*cas.Client) *cas.AsyncClient                                                                                  = (*cas.Client).Async
	_ func(*cas.Client) error                                                                                             = (*cas.Client).Close
	_ func(*cas.AsyncClient) error                                                                                        = (*cas.AsyncClient).Close

	_ func(*cas.Client, context.Context, cas.BatchExtractRequest, ...cas.CallOption) iter.Seq2[*cas.AttributeResponse, error] = (*cas.Client).StreamBatch

	_ func(*cas.Future[int], context.Context) (int, error) = (*cas.Future[int]).Wait
	_ func(*cas.Future[int]) <-chan struct{}               = (*cas.Future[int]).Done

	_ func(...cas.Geometry) []cas.GeometryLike                                  = cas.Geometries[cas.Geometry]
	_ func(float64, float64) cas.Geometry                                       = cas.Point
	_ func(...[][2]float64) cas.Geometry                                        = cas.Polygon
	_ func(...[][][2]float64) cas.Geometry                                      = cas.MultiPolygon
	_ func([]byte) (cas.Geometry, error)                                        = cas.ParseGeoJSON
	_ func(float64) cas.Value                                                   = cas.NumberValue
	_ func(map[string]float64) cas.Value                                        = cas.DistributionValue
	_ func(*cas.AttributeResponse, string) (cas.AttributeResult, bool)          = cas.Lookup
	_ func(*cas.AttributeResponse, []string) []cas.DatasetFailure               = cas.Missing
	_ func(*cas.AttributeResponse) error                                        = cas.ResponseError
	_ func(*cas.AttributeResponse, cas.AggregationMethod) []cas.AttributeResult = cas.AggregationMismatches
	_ func(cas.Value) (float64, bool)                                           = cas.Value.Float64
	_ func(cas.Value) (map[string]float64, bool)                                = cas.Value.Distribution
	_ func(cas.Value) bool                                                      = cas.Value.IsNull
	_ func(cas.Value) string                                                    = cas.Value.String
	_ func(cas.Timestamp) time.Time                                             = cas.Timestamp.Time
	_ func(cas.Timestamp) bool                                                  = cas.Timestamp.HasZone
	_ func(cas.Timestamp) string                                                = cas.Timestamp.String
	_ func(*cas.Error) string                                                   = (*cas.Error).Error
	_ func(*cas.Error) []cas.ValidationIssue                                    = (*cas.Error).Issues

	_ func(string) cas.Option                  = cas.WithAPIKey
	_ func(time.Duration) cas.Option           = cas.WithTimeout
	_ func(*http.Client) cas.Option            = cas.WithHTTPClient
	_ func(cas.RetryPolicy) cas.Option         = cas.WithRetry
	_ func(int) cas.Option                     = cas.WithRequestsPerMinute
	_ func(*slog.Logger) cas.Option            = cas.WithLogger
	_ func(string) cas.Option                  = cas.WithUserAgent
	_ func(int64) cas.Option                   = cas.WithMaxResponseBytes
	_ func(*cas.ResponseInfo) cas.CallOption   = cas.WithResponseInfo
	_ func(time.Duration) cas.CallOption       = cas.WithCallTimeout
	_ func(cas.RetryPolicy) cas.CallOption     = cas.WithCallRetry
	_ cas.Option                               = cas.WithHeader("", "")
	_ cas.CallOption                           = cas.WithHeader("", "")
	_ func(...cas.Option) (*cas.Client, error) = cas.NewClientFromEnvironment
	_ func() *http.Transport                   = cas.NewTransport
	_ func(int, error) *cas.Future[int]        = cas.Resolved[int]

	_ cas.GeometryLike  = any(nil)
	_ cas.TimeRangeLike = cas.Dates{"2020-01-01", "2020-12-31"}
	_ cas.TimeRangeLike = cas.TimeRange{Start: time.Time{}, End: time.Time{}}
	_ *cas.CASError     = (*cas.Error)(nil)
	_ *gen.Health       = (*cas.Health)(nil)
	_ *wire.Value       = (*cas.Value)(nil)
	_ *wire.Timestamp   = (*cas.Timestamp)(nil)
	_ [2]float64        = cas.Range{}

	_ = cas.ExtractRequest{
		Geometry: cas.GeometryLike(nil), DatasetIDs: []string(nil), Aggregation: cas.AggregationMean,
		TimeRange: cas.TimeRangeLike(nil), TargetCRS: "",
	}
	_ = cas.BatchExtractRequest{
		Geometries: []cas.GeometryLike(nil), DatasetIDs: []string(nil), Aggregation: cas.AggregationMean,
		TimeRange: cas.TimeRangeLike(nil), TargetCRS: "",
	}
	_ = cas.DatasetFilter{
		Provider: "", Variable: "", TemporalType: cas.TemporalType(""), MinResolution: (*float64)(nil), MaxResolution: (*float64)(nil),
		BBox: (*cas.BoundingBox)(nil), Page: cas.Page{Limit: 0, Offset: 0},
	}
	_ = cas.Geometry{Type: cas.GeometryType(""), Coordinates: json.RawMessage(nil)}
	_ = cas.Error{
		StatusCode: 0, Type: cas.ErrorType(""), Message: "", RequestID: "", Detail: json.RawMessage(nil),
		RetryAfter: time.Duration(0), Attempts: 0, Method: "", URL: "", Body: []byte(nil),
	}
	_ = cas.ValidationIssue{Loc: "", Message: "", Type: ""}
	_ = cas.DatasetFailure{DatasetID: "", Reason: ""}
	_ = cas.RetryPolicy{
		MaxAttempts: 0, MinBackoff: time.Duration(0), MaxBackoff: time.Duration(0), MaxRetryAfter: time.Duration(0), Timeouts: false,
	}
	_ = cas.ResponseInfo{StatusCode: 0, Header: http.Header(nil), RequestID: "", Attempts: 0, Elapsed: time.Duration(0), Bytes: int64(0)}

	_ = cas.AttributeResponse{RequestID: "", GeometryHash: "", Results: []cas.AttributeResult(nil), Warnings: []string(nil), ElapsedMS: int64(0)}
	_ = cas.AttributeResult{
		DatasetID: "", Variable: "", Value: cas.Value{}, Units: "", Aggregation: cas.AggregationMethod(""), Quality: cas.QualityFlag(""),
		CoverageFraction: float64(0), PixelCount: int64(0), Timestamp: (*cas.Timestamp)(nil), Provider: "", ElapsedMS: int64(0), Provenance: "",
		ValidRange: (*cas.Range)(nil),
	}
	_ = cas.BatchAttributeResponse{
		RequestID: "", Responses: []cas.AttributeResponse(nil), TotalGeometries: int64(0), TotalResults: int64(0), ElapsedMS: int64(0),
	}
	_ = cas.ProviderSummary{Slug: "", Name: "", Protocol: "mirror", BaseURL: ""}
	_ = cas.ProviderDetail{Slug: "", Name: "", Protocol: "mirror", BaseURL: "", Datasets: []cas.Dataset(nil)}
	_ = cas.Dataset{
		ID: "", Provider: "", Name: "", Description: "", Variables: []cas.Variable(nil), ResolutionM: wire.Number(0), CRS: "",
		BBox: cas.BoundingBox{MinLon: 0, MinLat: 0, MaxLon: 0, MaxLat: 0}, Temporal: cas.TemporalExtent{}, Protocol: cas.Protocol(""),
		License: "", Citation: "",
	}
	_ = cas.Variable{
		Name: "", Units: "", Description: "", DataType: cas.DataType(""), NodataValue: (*float64)(nil), ValidRange: (*cas.Range)(nil),
	}
	_ = cas.TemporalExtent{Start: (*cas.Timestamp)(nil), End: (*cas.Timestamp)(nil), TemporalType: cas.TemporalType("")}
	_ = cas.ProviderListResponse{Total: int(0), Limit: int(0), Offset: int(0), Count: int(0), Providers: []cas.ProviderSummary(nil)}
	_ = cas.DatasetListResponse{Total: int(0), Limit: int(0), Offset: int(0), Count: int(0), Datasets: []cas.Dataset(nil)}
	_ = cas.Health{Status: "", ProvidersRegistered: 0, Cache: cas.CacheStats{Hits: 0, Misses: 0, Size: 0, HitRate: float64(0)}}

	_ = []error{
		cas.ErrValidation, cas.ErrRequestLimit, cas.ErrUnauthorized, cas.ErrRateLimited, cas.ErrNotFound, cas.ErrUpstream, cas.ErrInternal,
		cas.ErrInvalidRequest, cas.ErrResponseTooLarge, cas.ErrRedirect, cas.ErrMalformedResponse, cas.ErrClosed,
	}
)

const (
	_ string        = cas.DefaultBaseURL
	_ time.Duration = cas.DefaultTimeout
	_ int           = cas.MaxBatchGeometries
)

func TestConstantsHaveTheValuesOfTheContract(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "http://localhost:8000", cas.DefaultBaseURL)
	assert.Equal(t, 120*time.Second, cas.DefaultTimeout)
	assert.Equal(t, 1000, cas.MaxBatchGeometries)
	assert.Equal(t, []cas.AggregationMethod{"mean", "median", "min", "max", "std", "sum", "majority", "minority", "unique", "distribution"},
		[]cas.AggregationMethod{
			cas.AggregationMean, cas.AggregationMedian, cas.AggregationMin, cas.AggregationMax, cas.AggregationStd,
			cas.AggregationSum, cas.AggregationMajority, cas.AggregationMinority, cas.AggregationUnique, cas.AggregationDistribution,
		})
	assert.Equal(t, []cas.QualityFlag{"good", "suspect", "partial", "missing", "degraded", "estimated"},
		[]cas.QualityFlag{cas.QualityGood, cas.QualitySuspect, cas.QualityPartial, cas.QualityMissing, cas.QualityDegraded, cas.QualityEstimated})
	assert.Equal(t, []cas.ErrorType{
		"validation_error", "request_limit", "unauthorized", "rate_limited", "internal_error", "upstream_error",
		"not_found", "method_not_allowed", "bad_request", "http_error", "transport_error", "redirect", "malformed_response", "response_too_large",
	},
		[]cas.ErrorType{
			cas.ErrorTypeValidation, cas.ErrorTypeRequestLimit, cas.ErrorTypeUnauthorized, cas.ErrorTypeRateLimited,
			cas.ErrorTypeInternal, cas.ErrorTypeUpstream, cas.ErrorTypeNotFound, cas.ErrorTypeMethodNotAllowed, cas.ErrorTypeBadRequest,
			cas.ErrorTypeHTTP, cas.ErrorTypeTransport, cas.ErrorTypeRedirect, cas.ErrorTypeMalformed, cas.ErrorTypeTooLarge,
		})
}

// AsyncClient has the calls of Client with the same parameters, each giving a Future of its value.
func TestAsyncClientHasTheCallsOfClient(t *testing.T) {
	t.Parallel()
	client, async := reflect.TypeFor[*cas.Client](), reflect.TypeFor[*cas.AsyncClient]()
	calls := []string{"Extract", "BatchExtract", "Providers", "Provider", "Datasets", "Health"}
	for _, name := range calls {
		sync, ok := client.MethodByName(name)
		assert.True(t, ok, name)
		later, ok := async.MethodByName(name)
		if !assert.True(t, ok, name) {
			continue
		}
		assert.Equal(t, sync.Type.IsVariadic(), later.Type.IsVariadic(), name)
		if assert.Equal(t, sync.Type.NumIn(), later.Type.NumIn(), name) {
			for i := 1; i < sync.Type.NumIn(); i++ {
				assert.Equal(t, sync.Type.In(i), later.Type.In(i), name)
			}
		}
		assert.Equal(t, 1, later.Type.NumOut(), name)
		wait, ok := later.Type.Out(0).MethodByName("Wait")
		assert.True(t, ok, name)
		assert.Equal(t, []reflect.Type{sync.Type.Out(0), sync.Type.Out(1)}, []reflect.Type{wait.Type.Out(0), wait.Type.Out(1)}, name)
	}
	assert.Equal(t, len(calls)+1, async.NumMethod(), "these and Close")
}
