package cas

import (
	"context"
	"net"
	"net/http"
)

// MaxBatchGeometries is the largest number of geometries that the service takes in one batch.
const MaxBatchGeometries = 1000

// ExtractRequest asks for the attributes of one geometry.
type ExtractRequest struct {
	// Geometry is a point, polygon or multipolygon in degrees, WGS84, or a Feature of one. The service takes up to 10000 vertices,
	// closing ones counted, unless configured otherwise.
	Geometry GeometryLike
	// DatasetIDs are 1 to 50 ids of the form provider:dataset. An id that the service does not know is no error; it is missing from the
	// answer (see [Missing]). An empty list is sent, and the service answers with a 422.
	DatasetIDs []string
	// Aggregation is the statistic that you want; "" is the service's default, mean. The service may compute another one.
	Aggregation AggregationMethod
	// TimeRange is the period of time-varying datasets; nil means no limit.
	TimeRange TimeRangeLike
	// TargetCRS is sent, but the service ignores it; "" is its default, EPSG:4326.
	TargetCRS string
}

// BatchExtractRequest asks for the attributes of many geometries at once.
type BatchExtractRequest struct {
	// Geometries are 1 to 1000 geometries. The responses come in the same order. More than 1000 return ErrInvalidRequest; package bulk
	// takes any number.
	Geometries []GeometryLike
	// DatasetIDs are 1 to 50 ids of the form provider:dataset, for every geometry.
	DatasetIDs []string
	// Aggregation is the statistic that you want; "" is the service's default, mean. The service may compute another one.
	Aggregation AggregationMethod
	// TimeRange is the period of time-varying datasets; nil means no limit.
	TimeRange TimeRangeLike
	// TargetCRS is sent, but the service ignores it; "" is its default, EPSG:4326.
	TargetCRS string
}

// Extract asks for the attributes of one geometry. A nil error does not mean that every dataset was answered: a failed dataset is
// missing from Results, and [Missing] lists it with the service's reason. Results are in no particular order; [Lookup] finds one.
//
// Errors: ErrInvalidRequest before anything is sent; otherwise an *[Error], such as ErrValidation or ErrRequestLimit.
func (c *Client) Extract(ctx context.Context, r ExtractRequest, opts ...CallOption) (*AttributeResponse, error) {
	body, err := r.encode()
	return one[AttributeResponse](ctx, c.shared(), extractOperation(body), err, opts)
}

// BatchExtract asks for the attributes of up to 1000 geometries in one request. Responses are in the same order. A geometry that the
// service refused is an entry of the answer: see [ResponseError]. The service may need minutes for a large batch of uncached datasets,
// but an attempt ends after the client's timeout; package bulk chooses sizes that fit.
//
// Errors: as for Extract. If one geometry has a wrong type, the whole batch fails.
func (c *Client) BatchExtract(ctx context.Context, r BatchExtractRequest, opts ...CallOption) (*BatchAttributeResponse, error) {
	body, err := r.encode()
	return collect(ctx, c.shared(), batchOperation(body), err, opts)
}

const jsonType = "application/json"

func extractOperation(body net.Buffers) operation {
	return operation{name: "extract", extraction: true, body: &requestBody{parts: body}, request: func(c *core) (*http.Request, error) { return c.extract, nil }}
}

func batchOperation(body net.Buffers) operation {
	return operation{name: "batch_extract", extraction: true, body: &requestBody{parts: body}, request: func(c *core) (*http.Request, error) { return c.batch, nil }}
}
