package basins_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func TestFeaturesAndTruthsMatch(t *testing.T) {
	var collection struct {
		Type     string
		Features []struct {
			Properties struct {
				ID    string  `json:"HYBAS_ID"`
				Down  string  `json:"DOWN_ID"`
				Order int     `json:"ORDER"`
				Area  float64 `json:"SUB_AREA"`
			}
			Geometry struct{ Type string }
		}
	}
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	truths := basins.Truths()
	require.Len(t, collection.Features, 53)
	require.Len(t, truths, 53)

	ids := map[string]bool{"": true} // off the model
	for i, feature := range collection.Features {
		assert.Equal(t, truths[i].ID, feature.Properties.ID)
		assert.Contains(t, []string{"Polygon", "MultiPolygon"}, feature.Geometry.Type)
		assert.Positive(t, feature.Properties.Order)
		ids[feature.Properties.ID] = true
	}
	for _, feature := range collection.Features {
		assert.True(t, ids[feature.Properties.Down], "basin %s drains to %q, which is none", feature.Properties.ID, feature.Properties.Down)
	}
}

func TestTruthsAreConsistent(t *testing.T) {
	for _, truth := range basins.Truths() {
		pixels, share := 0, 0.0
		for class := range basins.SlopeClassCount {
			pixels += truth.SlopePixels[class]
			share += truth.SlopeShares[class]
		}
		assert.Equal(t, truth.Pixels, pixels, truth.ID)
		assert.InDelta(t, 1, share, 3e-4, truth.ID)
		assert.True(t, truth.Min <= truth.Mean && truth.Mean <= truth.Max, truth.ID)
	}
}

func TestWhatIsReturnedIsTheCallersToKeep(t *testing.T) {
	basins.GeoJSON()[0] = 'x'
	assert.Equal(t, byte('{'), basins.GeoJSON()[0])
	basins.Truths()[0].ID = "x"
	assert.Equal(t, "0840101", basins.Truths()[0].ID)
}
