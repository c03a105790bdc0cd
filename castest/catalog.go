package castest

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// catalog is what the server knows: providers by slug, datasets by provider and then in the order in which they were given.
type catalog struct {
	providers []cas.ProviderSummary
	datasets  []*Dataset
	byID      map[string]*Dataset
	bySlug    map[string]*cas.ProviderSummary
}

func newCatalog(datasets []Dataset, providers []cas.ProviderSummary) *catalog {
	c := &catalog{byID: map[string]*Dataset{}, bySlug: map[string]*cas.ProviderSummary{}}
	for _, d := range slices.Concat(knownDatasets(), datasets) {
		c.add(d)
	}
	summaries := map[string]cas.ProviderSummary{}
	for _, d := range c.datasets {
		summaries[d.Provider] = cas.ProviderSummary{
			Slug: d.Provider, Name: d.Provider, Protocol: string(d.Protocol), BaseURL: "http://localhost/" + d.Provider,
		}
	}
	for _, p := range slices.Concat(knownProviders, providers) {
		summaries[p.Slug] = p
	}
	c.providers = slices.SortedFunc(maps.Values(summaries), func(a, b cas.ProviderSummary) int { return cmp.Compare(a.Slug, b.Slug) })
	for i := range c.providers {
		c.bySlug[c.providers[i].Slug] = &c.providers[i]
	}
	slices.SortStableFunc(c.datasets, func(a, b *Dataset) int { return cmp.Compare(a.Provider, b.Provider) })
	return c
}

// add puts a dataset in, in the place of one with the same id.
func (c *catalog) add(d Dataset) {
	known, replaced := c.byID[d.ID]
	if !replaced {
		known = &Dataset{}
		c.datasets = append(c.datasets, known)
		c.byID[d.ID] = known
	}
	*known = d.complete(known.Dataset)
}

// of lists the datasets of a provider.
func (c *catalog) of(slug string) (list []*Dataset) {
	for _, d := range c.datasets {
		if d.Provider == slug {
			list = append(list, d)
		}
	}
	return list
}

func (s *Server) listProviders(x *exchange, b []byte) reply {
	q := newQuery(x)
	page := q.page()
	if answer, refused := q.refused(x.id); refused {
		return answer
	}
	shown := page.of(len(s.catalog.providers))
	b = page.appendHead(b, len(s.catalog.providers), shown.count())
	b = append(b, `"providers":[`...)
	for i, p := range s.catalog.providers[shown.from:shown.to] {
		b = append(appendSummary(append(comma(b, i), '{'), &p), '}')
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: append(b, "]}"...)}
}

func (s *Server) showProvider(x *exchange, b []byte) reply {
	slug := slugOf(text(x.URL.Path))
	p, known := s.catalog.bySlug[slug]
	if !known {
		return unknownProvider(slug)
	}
	b = appendSummary(append(b, '{'), p)
	b = append(b, `,"datasets":[`...)
	for i, d := range s.catalog.of(slug) {
		b = appendDataset(comma(b, i), &d.Dataset)
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: append(b, "]}"...)}
}

func (s *Server) listDatasets(x *exchange, b []byte) reply {
	q := newQuery(x)
	f := q.filter()
	page := q.page()
	if answer, refused := q.refused(x.id); refused {
		return answer
	}
	var left []*Dataset
	for _, d := range s.catalog.datasets {
		if f.passes(&d.Dataset) {
			left = append(left, d)
		}
	}
	shown := page.of(len(left))
	b = page.appendHead(b, len(left), shown.count())
	b = append(b, `"datasets":[`...)
	for i, d := range left[shown.from:shown.to] {
		b = appendDataset(comma(b, i), &d.Dataset)
	}
	return reply{status: http.StatusOK, contentType: jsonType, body: append(b, "]}"...)}
}

// filter is what a list of datasets is narrowed by; what is empty, or nil, does not narrow it.
type filter struct {
	provider, variable string
	temporal           string
	finest, coarsest   *float64 // metres
	box                *cas.BoundingBox
}

func (f *filter) passes(d *cas.Dataset) bool {
	resolution := float64(d.ResolutionM)
	return (f.provider == "" || d.Provider == f.provider) &&
		(f.variable == "" || slices.ContainsFunc(d.Variables, func(v cas.Variable) bool {
			//lint:ignore SA6005 the service compares by Python's lower, which is not a folding
			return strings.ToLower(v.Name) == strings.ToLower(f.variable)
		})) &&
		(f.temporal == "" || string(d.Temporal.TemporalType) == f.temporal) &&
		(f.finest == nil || resolution >= *f.finest) &&
		(f.coarsest == nil || resolution <= *f.coarsest) &&
		(f.box == nil || !apart(&d.BBox, f.box))
}

func apart(a, b *cas.BoundingBox) bool {
	return a.MaxLon < b.MinLon || a.MinLon > b.MaxLon || a.MaxLat < b.MinLat || a.MinLat > b.MaxLat
}

func (s *Server) showHealth(_ *exchange, b []byte) reply {
	stats := s.engine.cache.stats()
	b = appendInt(append(b, `{"status":"ok","providers_registered":`...), int64(len(s.catalog.providers)))
	b = appendInt(append(b, `,"cache":{"hits":`...), stats.Hits)
	b = appendInt(append(b, `,"misses":`...), stats.Misses)
	b = appendInt(append(b, `,"size":`...), stats.Size)
	b = pyjson.AppendFloat(append(b, `,"hit_rate":`...), stats.HitRate)
	return reply{status: http.StatusOK, contentType: jsonType, body: append(b, "}}"...)}
}
