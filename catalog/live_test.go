package catalog_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/catalog"
	"github.com/community-attribute-service/cas-go/catalog/internal/snapshot"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// The snapshot is what the running service lists, and offline search filters as the service does.
func TestLiveService(t *testing.T) {
	t.Parallel()
	client, err := service.Start(t, service.Latest, service.Plain).Client()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })

	t.Run("snapshot", func(t *testing.T) {
		live, err := snapshot.Take(t.Context(), client, service.Latest, time.Now())
		require.NoError(t, err)
		text, err := os.ReadFile("snapshot.json")
		require.NoError(t, err)
		stored, err := snapshot.Parse(text)
		require.NoError(t, err)
		live.Taken = stored.Taken
		require.Equal(t, string(text), string(live.Format()), "run `make catalog`")
		assert.Equal(t, live.Datasets, catalog.Datasets())
		assert.Equal(t, live.Providers, catalog.Providers())
	})

	for name, filter := range map[string]cas.DatasetFilter{
		"provider":         {Provider: catalog.ProviderPOLARIS},
		"unknown provider": {Provider: "nope"},
		"variable":         {Variable: "ELEVATION"},
		"monthly":          {TemporalType: cas.TemporalMonthly},
		"hourly":           {TemporalType: cas.TemporalHourly},
		"fine":             {MaxResolution: new(30.0)},
		"coarse":           {MinResolution: new(1000.0)},
		"between":          {MinResolution: new(30.0), MaxResolution: new(90.0)},
		"a box":            {BBox: &cas.BoundingBox{MinLon: 7, MinLat: 46, MaxLon: 8, MaxLat: 47}},
		"an edge":          {BBox: &cas.BoundingBox{MinLon: 10.5, MinLat: 47.8, MaxLon: 11, MaxLat: 48}},
		"together":         {Variable: "elevation", MaxResolution: new(30.0), BBox: &cas.BoundingBox{MinLon: -85, MinLat: 36, MaxLon: -84, MaxLat: 37}},
	} {
		t.Run(name, func(t *testing.T) {
			var listed []string
			for d, err := range client.AllDatasets(t.Context(), filter) {
				require.NoError(t, err)
				listed = append(listed, d.ID)
			}
			found := ids(catalog.Search(catalog.Query{
				Provider: filter.Provider, Variable: filter.Variable, TemporalType: filter.TemporalType,
				MinResolution: filter.MinResolution, MaxResolution: filter.MaxResolution, BBox: filter.BBox,
			}))
			assert.ElementsMatch(t, listed, found)
		})
	}
}
