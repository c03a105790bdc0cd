package castest

import (
	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/dem"
)

func elevationModel() *dem.Model { return dem.Open() }

// answerFromModel is the Answer of a dataset over the elevation model. It is given the place, which keeps the pixels that it covers
// from one dataset to the next.
type answerFromModel func(*place, Query) (cas.AttributeResult, error)

func meanElevation(p *place, q Query) (cas.AttributeResult, error) {
	mask, err := p.cover(elevationModel())
	if err != nil {
		return cas.AttributeResult{}, err
	}
	mean, coverage, pixels := elevationModel().Elevation(mask)
	return zonal(q, cas.NumberValue(mean), cas.AggregationMean, coverage, pixels), nil // no pixels, not a number: null
}

func dailyElevation(p *place, q Query) (cas.AttributeResult, error) {
	r, err := meanElevation(p, q)
	if !q.Start.IsZero() {
		r.Timestamp = &q.Start
	}
	return r, err
}

func slopeShares(p *place, q Query) (cas.AttributeResult, error) {
	mask, err := p.cover(elevationModel())
	if err != nil {
		return cas.AttributeResult{}, err
	}
	shares, coverage, pixels := elevationModel().SlopeClasses(mask)
	value := cas.Value{}
	if pixels > 0 {
		value = cas.DistributionValue(shares)
	}
	return zonal(q, value, cas.AggregationDistribution, coverage, pixels), nil
}

func zonal(q Query, value cas.Value, computed cas.AggregationMethod, coverage float64, pixels int) cas.AttributeResult {
	return cas.AttributeResult{
		Value: value, Aggregation: computed, Quality: cas.QualityFlag(dem.Quality(coverage)),
		CoverageFraction: coverage, PixelCount: int64(pixels), Provenance: provenance(q.DatasetID),
	}
}

// provenance says where a number of the elevation model comes from, whatever the dataset is called.
func provenance(id string) string {
	const source, own = "jacksboro_fault_dem/", "local_dem:"
	if len(id) > len(own) && id[:len(own)] == own {
		return source + id[len(own):]
	}
	return source + "elevation (in place of " + id + ")"
}
