package service

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// appendResponse appends the answer for one geometry: a number for most datasets, a distribution for one, a time for every other.
func appendResponse(b []byte, r *rand.Rand, ids []string) []byte {
	b = fmt.Appendf(b, `{"request_id":"%012x","geometry_hash":"%016x","results":[`, r.Uint64()>>16, r.Uint64())
	distribution := r.IntN(len(DatasetIDs))
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendResult(b, r, id, i == distribution)
	}
	return fmt.Appendf(b, `],"warnings":[],"elapsed_ms":%d}`, r.IntN(3000))
}

func appendResult(b []byte, r *rand.Rand, id string, distribution bool) []byte {
	provider, variable, _ := strings.Cut(id, ":")
	value, aggregation := fmt.Sprintf("%.6f", r.Float64()*4000), "mean"
	if distribution {
		value, aggregation = fmt.Sprintf(`{"10":%.6f,"20":%.6f,"30":%.6f,"40":%.6f,"50":%.6f}`,
			r.Float64()/5, r.Float64()/5, r.Float64()/5, r.Float64()/5, r.Float64()/5), "distribution"
	}
	quality, coverage := "good", "1.0"
	if r.IntN(8) == 0 {
		quality, coverage = "partial", fmt.Sprintf("%.6f", 0.3+r.Float64()/2)
	}
	stamp := "null"
	if r.IntN(2) == 0 {
		stamp = fmt.Sprintf(`"20%02d-%02d-%02dT00:00:00Z"`, 10+r.IntN(15), 1+r.IntN(12), 1+r.IntN(28))
	}
	bounds := "[-500.0,9000.0]"
	if r.IntN(3) == 0 {
		bounds = "null"
	}
	return fmt.Appendf(b, `{"dataset_id":%q,"variable":%q,"value":%s,"units":"m","aggregation":%q,"quality":%q,"coverage_fraction":%s,`+
		`"pixel_count":%d,"timestamp":%s,"provider":%q,"elapsed_ms":%d,"provenance":"STAC COG: cop-dem-glo-30/Copernicus_DSM_COG_10_N%02d_00_W%03d_00_DEM",`+
		`"valid_range":%s}`,
		id, variable, value, aggregation, quality, coverage, r.IntN(100_000), stamp, provider, r.IntN(3000), r.IntN(90), r.IntN(180), bounds)
}

// provider is a provider with those datasets that are asked for.
func provider(slug string) []byte {
	b := fmt.Appendf(nil, `{"slug":%q,"name":%q,"protocol":"stac_cog","base_url":"https://example.com","datasets":[`, slug, slug)
	first := true
	for _, id := range DatasetIDs {
		if owner, variable, _ := strings.Cut(id, ":"); owner == slug {
			if !first {
				b = append(b, ',')
			}
			b, first = appendDataset(b, id, slug, variable, -90, 90), false
		}
	}
	return append(b, "]}"...)
}

// datasets is a page of as many datasets as the real service has.
func datasets(r *rand.Rand) []byte {
	const count = 430
	b := fmt.Appendf(nil, `{"total":%d,"limit":1000,"offset":0,"count":%d,"datasets":[`, count, count)
	for i := range count {
		if i > 0 {
			b = append(b, ',')
		}
		provider, variable := fmt.Sprintf("provider_%d", i/2), fmt.Sprintf("variable_%d", i)
		b = appendDataset(b, provider+":"+variable, provider, variable, -60-r.Float64()*30, 60+r.Float64()*30)
	}
	return append(b, "]}"...)
}

func appendDataset(b []byte, id, provider, variable string, south, north float64) []byte {
	bounds := "[-500.0,9000.0]"
	if len(id)%3 == 0 {
		bounds = "null"
	}
	return fmt.Appendf(b, `{"id":%q,"provider":%q,"name":"Gridded attribute %s","description":"A raster of %s at %d m, `+
		`as published by its provider; voids are filled from neighbouring tiles where there are any – see the citation.","variables":[{"name":%q,`+
		`"units":"m","description":"Mean of the pixel","data_type":"continuous","nodata_value":null,"valid_range":%s}],"resolution_m":%d.0,"crs":"EPSG:4326",`+
		`"bbox":{"min_lon":-180.0,"min_lat":%.1f,"max_lon":180.0,"max_lat":%.1f},"temporal":{"start":null,"end":null,"temporal_type":"static"},`+
		`"protocol":"stac_cog","license":"CC-BY-4.0","citation":"Provider %s (2020): Gridded attributes of the land surface, version 2."}`,
		id, provider, variable, variable, 10+len(id), variable, bounds, 10+len(id), south, north, provider)
}
