package dem

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNothingHasNoStatistics(t *testing.T) {
	mean, coverage, pixels := Open().Elevation(Mask{})
	assert.True(t, math.IsNaN(mean))
	assert.Equal(t, []any{0.0, 0}, []any{coverage, pixels})
	lowest, highest := Open().ElevationRange(Mask{})
	assert.True(t, math.IsNaN(lowest) && math.IsNaN(highest))
	shares, coverage, pixels := Open().SlopeClasses(Mask{})
	assert.Nil(t, shares)
	assert.Equal(t, []any{0.0, 0}, []any{coverage, pixels})
}

func TestRound4IsPythons(t *testing.T) {
	for f, want := range map[float64]float64{
		0.00005: 0.0001, // a little above the tie
		0.00015: 0.0001, // a little below
		0.03125: 0.0312, // a tie: to even
		0.09375: 0.0938, // a tie: to even
		1:       1, 1.0 / 3: 0.3333,
	} {
		assert.Equal(t, want, round4(f), f)
	}
}

func TestQuality(t *testing.T) {
	for coverage, want := range map[float64]string{0: "missing", 0.1: "partial", 0.8: "partial", 0.81: "good", 1: "good"} {
		assert.Equal(t, want, Quality(coverage), coverage)
	}
}
