package cas

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/community-attribute-service/cas-go/gen"
)

// Page is one page of a list. The zero Page is the service's default, the first 100 items. The published catalog has more, so prefer
// [Client.AllProviders] and [Client.AllDatasets]. Negative fields return ErrInvalidRequest; the service answers a Limit over 1000 with
// a 422.
type Page struct {
	Limit  int // 1 to 1000 items; 0 is the service's default, 100
	Offset int // items to skip
}

// DatasetFilter says which datasets to list. A zero field does not filter.
type DatasetFilter struct {
	Provider      string       // slug, exact case; an unknown slug gives an empty list, no error
	Variable      string       // name of a variable, any case
	TemporalType  TemporalType // kind of time axis
	MinResolution *float64     // smallest ResolutionM in metres, inclusive; larger is coarser
	MaxResolution *float64     // largest ResolutionM in metres, inclusive
	// BBox lists datasets whose own box touches this one; degrees, WGS84. The service cannot handle a box across the antimeridian, so a
	// box whose west is east of its east returns ErrInvalidRequest: ask for the two halves.
	BBox *BoundingBox
	Page
}

// Providers lists one page of providers, sorted by slug.
func (c *Client) Providers(ctx context.Context, page Page, opts ...CallOption) (*ProviderListResponse, error) {
	op, err := providersOperation(page)
	return one[ProviderListResponse](ctx, c.shared(), op, err, opts)
}

// Provider returns one provider with the metadata of its datasets. An unknown slug returns ErrNotFound. The slugs "", ".", ".." and any
// with "/" return ErrInvalidRequest, because they would lead to another path. If the service cannot read the provider's catalog, there
// are no datasets and no error.
func (c *Client) Provider(ctx context.Context, slug string, opts ...CallOption) (*ProviderDetail, error) {
	op, err := providerOperation(slug)
	return one[ProviderDetail](ctx, c.shared(), op, err, opts)
}

// Datasets lists one page of datasets, sorted by provider slug. After its start, the service may need ten seconds for its first answer.
func (c *Client) Datasets(ctx context.Context, filter DatasetFilter, opts ...CallOption) (*DatasetListResponse, error) {
	op, err := datasetsOperation(filter)
	return one[DatasetListResponse](ctx, c.shared(), op, err, opts)
}

// Health tells whether the service process is alive, and the state of its result cache. It says nothing about providers and needs no
// key. The service's rate limit does not count it, so neither a pause after a 429 nor WithRequestsPerMinute delays it.
func (c *Client) Health(ctx context.Context, opts ...CallOption) (*Health, error) {
	return one[Health](ctx, c.shared(), healthOperation(), nil, opts)
}

func providersOperation(page Page) (operation, error) {
	limit, offset, err := page.params()
	return operation{name: "providers", request: func(c *core) (*http.Request, error) {
		return gen.NewListProvidersRequest(c.server, &gen.ListProvidersParams{Limit: limit, Offset: offset})
	}}, err
}

func providerOperation(slug string) (operation, error) {
	if slug == "" || slug == "." || slug == ".." || strings.Contains(slug, "/") {
		return operation{}, invalid("slug", `%q is not a provider's slug, such as copernicus_dem`, slug)
	}
	return operation{name: "provider", request: func(c *core) (*http.Request, error) {
		return gen.NewGetProviderRequest(c.server, slug)
	}}, nil
}

func datasetsOperation(f DatasetFilter) (operation, error) {
	p := gen.ListDatasetsParams{
		Provider:     set(f.Provider),
		Variable:     set(f.Variable),
		TemporalType: set(f.TemporalType),
	}
	var err error
	if p.Limit, p.Offset, err = f.Page.params(); err != nil {
		return operation{}, err
	}
	if p.MinResolution, err = resolution("min_resolution", f.MinResolution); err != nil {
		return operation{}, err
	}
	if p.MaxResolution, err = resolution("max_resolution", f.MaxResolution); err != nil {
		return operation{}, err
	}
	if p.BBox, err = bboxText(f.BBox); err != nil {
		return operation{}, err
	}
	return operation{name: "datasets", request: func(c *core) (*http.Request, error) {
		return gen.NewListDatasetsRequest(c.server, &p)
	}}, nil
}

func healthOperation() operation {
	return operation{name: "health", ungated: true, request: func(c *core) (*http.Request, error) {
		return gen.NewGetHealthRequest(c.server)
	}}
}

// params returns the query parameters of a page; nil leaves one out.
func (p Page) params() (limit, offset *int, err error) {
	if p.Limit < 0 {
		return nil, nil, invalid("limit", "%d is negative", p.Limit)
	}
	if p.Offset < 0 {
		return nil, nil, invalid("offset", "%d is negative", p.Offset)
	}
	return set(p.Limit), set(p.Offset), nil
}

// set returns a pointer to v, nil for its zero value.
func set[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// resolution writes metres as the service reads them: without an exponent.
func resolution(field string, metres *float64) (*string, error) {
	if metres == nil {
		return nil, nil
	}
	if math.IsNaN(*metres) {
		return nil, invalid(field, "is NaN")
	}
	text := plainDecimal(*metres)
	return &text, nil
}

func bboxText(b *BoundingBox) (*string, error) {
	if b == nil {
		return nil, nil
	}
	edges := []float64{b.MinLon, b.MinLat, b.MaxLon, b.MaxLat}
	texts := make([]string, len(edges))
	for i, edge := range edges {
		if math.IsNaN(edge) || math.IsInf(edge, 0) {
			return nil, invalid("bbox", "has an edge that is not a finite number")
		}
		texts[i] = plainDecimal(edge)
	}
	if b.MinLon > b.MaxLon || b.MinLat > b.MaxLat {
		return nil, invalid("bbox", "%s is reversed: west before east and south before north; ask for a box across the antimeridian in two halves",
			strings.Join(texts, ","))
	}
	text := strings.Join(texts, ",")
	return &text, nil
}

func plainDecimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
