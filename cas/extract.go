package cas

import (
	"context"
	"net/http"
)

// MaxBatchGeometries is the largest number of geometries that the service takes in one batch.
const MaxBatchGeometries = 1000

// ExtractRequest asks for the attributes of one geometry.
type ExtractRequest struct {
	// Geometry is a point, polygon or multipolygon in degrees, WGS84, or a Feature of one. The service takes up to 10000 vertices,
	// closing ones counted, unless configured otherwise.
	Geometry GeometryLike
	// DatasetIDs are 1 to 50 ids of the form provider:dataset. One that the service does not know is no error: it is missing
	// from the answer (see [Missing]). None at all is sent too, and comes back as a 422.
	DatasetIDs []string
	// Aggregation is the statistic wished for; "" is the service's default, mean.
	Aggregation AggregationMethod
	// TimeRange is the period of time-varying datasets; nil is none.
	TimeRange TimeRangeLike
	// TargetCRS is sent as it is, and ignored by the service; "" is its default, EPSG:4326.
	TargetCRS string
}

// BatchExtractRequest asks for the attributes of many geometries at once.
type BatchExtractRequest struct {
	// Geometries are 1 to 1000 geometries; the responses come in their order. More are ErrInvalidRequest; package bulk takes any number.
	Geometries []GeometryLike
	// DatasetIDs are 1 to 50 ids of the form provider:dataset, asked for every geometry.
	DatasetIDs []string
	// Aggregation is the statistic wished for; "" is the service's default, mean.
	Aggregation AggregationMethod
	// TimeRange is the period of time-varying datasets; nil is none.
	TimeRange TimeRangeLike
	// TargetCRS is sent as it is, and ignored by the service; "" is its default, EPSG:4326.
	TargetCRS string
}

// Extract asks for the attributes of one geometry. A nil error does not mean that every dataset was answered: what failed is absent
// from Results, as [Missing] tells, with the service's reasons. Results are in no particular order; [Lookup] finds one.
//
// Errors: ErrInvalidRequest before anything is sent; otherwise an *[Error], such as ErrValidation or ErrRequestLimit.
func (c *Client) Extract(ctx context.Context, r ExtractRequest, opts ...CallOption) (*AttributeResponse, error) {
	body, err := r.encode()
	return one[AttributeResponse](ctx, c.shared(), extractOperation(body), err, opts)
}

// BatchExtract asks for the attributes of up to 1000 geometries in one request; Responses are in their order. A geometry that the
// service refused is inside the answer: see [ResponseError]. The service may need minutes for a large batch of uncached datasets,
// and one attempt is cut off after the client's timeout; package bulk chooses sizes that fit.
//
// Errors: as for Extract. One geometry of a wrong type spoils the whole batch.
func (c *Client) BatchExtract(ctx context.Context, r BatchExtractRequest, opts ...CallOption) (*BatchAttributeResponse, error) {
	body, err := r.encode()
	return collect(ctx, c.shared(), batchOperation(body), err, opts)
}

const jsonType = "application/json"

func extractOperation(body []byte) operation {
	return operation{name: "extract", extraction: true, body: body, request: func(c *core) (*http.Request, error) { return c.extract, nil }}
}

func batchOperation(body []byte) operation {
	return operation{name: "batch_extract", extraction: true, body: body, request: func(c *core) (*http.Request, error) { return c.batch, nil }}
}
