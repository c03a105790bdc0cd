package castest

import (
	"fmt"
	"math"
	"strings"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// What the service thinks of results: it lowers the quality of some, and remarks on them in warnings.

const (
	acceptableCoverage = 0.3
	goodCoverage       = 0.8
	allowedDifference  = 0.3 // between providers, relative to their mean
)

// usualRanges are the service's own, for variables whose provider gives none, by how the variable's name begins.
var usualRanges = []struct {
	prefix string
	cas.Range
}{
	{"elevation", cas.Range{-500, 9000}},
	{"dem", cas.Range{-500, 9000}},
	{"slope", cas.Range{0, 90}},
	{"aspect", cas.Range{0, 360}},
	{"clay", cas.Range{0, 1000}},
	{"sand", cas.Range{0, 1000}},
	{"silt", cas.Range{0, 1000}},
	{"soc", cas.Range{0, 600}},
	{"phh2o", cas.Range{2, 12}},
	{"bdod", cas.Range{0, 2500}},
	{"cec", cas.Range{0, 500}},
	{"nitrogen", cas.Range{0, 50}},
	{"ndvi", cas.Range{-1, 1}},
	{"lai", cas.Range{0, 10}},
	{"temperature", cas.Range{-100, 70}},
	{"precipitation", cas.Range{0, 1000}},
	{"land_cover", cas.Range{0, 255}},
}

// judge sets the quality of a result by its coverage and range, and appends the remarks on it.
func judge(r *cas.AttributeResult, warnings []string) []string {
	switch {
	case r.CoverageFraction < acceptableCoverage:
		r.Quality = cas.QualityMissing
		return append(warnings, fmt.Sprintf("%s: coverage %s below minimum threshold (30%%)", r.DatasetID, percent(r.CoverageFraction)))
	case r.CoverageFraction < goodCoverage:
		if r.Quality == cas.QualityGood {
			r.Quality = cas.QualityPartial
		}
		warnings = append(warnings, fmt.Sprintf("%s: coverage %s below ideal threshold (80%%)", r.DatasetID, percent(r.CoverageFraction)))
	}
	f, ok := r.Value.Float64()
	if !ok {
		return warnings
	}
	expected, why := r.ValidRange, "(metadata-driven)"
	if expected == nil {
		if expected = usualRange(r.Variable); expected == nil {
			return warnings
		}
		why = "for '" + r.Variable + "'"
	}
	if f < expected[0] || f > expected[1] {
		r.Quality = cas.QualitySuspect
		warnings = append(warnings, fmt.Sprintf("%s: value %s outside expected range [%s, %s] %s",
			r.DatasetID, repr(f), repr(expected[0]), repr(expected[1]), why))
	}
	return warnings
}

func usualRange(variable string) *cas.Range {
	variable = strings.ToLower(variable)
	for i := range usualRanges {
		if strings.HasPrefix(variable, usualRanges[i].prefix) {
			return &usualRanges[i].Range
		}
	}
	return nil
}

// compare remarks on results of one variable that lie far from their mean, variable by variable.
func compare(results []*cas.AttributeResult, warnings []string) []string {
	for i, r := range results {
		first := true
		for _, before := range results[:i] {
			first = first && !strings.EqualFold(before.Variable, r.Variable)
		}
		if first {
			warnings = compareVariable(results[i:], r.Variable, warnings)
		}
	}
	return warnings
}

func compareVariable(results []*cas.AttributeResult, variable string, warnings []string) []string {
	sum, n := 0.0, 0
	for _, r := range results {
		if f, ok := r.Value.Float64(); ok && strings.EqualFold(r.Variable, variable) {
			sum += f
			n++
		}
	}
	mean := sum / float64(n)
	if n < 2 || mean == 0 {
		return warnings
	}
	for _, r := range results {
		f, ok := r.Value.Float64()
		if !ok || !strings.EqualFold(r.Variable, variable) {
			continue
		}
		if difference := math.Abs(f-mean) / math.Abs(mean); difference > allowedDifference {
			warnings = append(warnings, fmt.Sprintf("%s: value %.2f differs from cross-provider mean %.2f by %s",
				r.DatasetID, f, mean, percent(difference)))
		}
	}
	return warnings
}

func percent(f float64) string { return fmt.Sprintf("%.0f%%", f*100) }

func repr(f float64) string { return string(pyjson.AppendFloat(nil, f)) }
