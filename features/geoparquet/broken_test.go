package geoparquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/formattest"
)

// damageFooter flips bytes of the footer.
func damageFooter(random *rand.Rand, b []byte) {
	for range 1 + random.IntN(3) {
		b[len(b)-1-random.IntN(3000)] ^= byte(1 + random.IntN(255))
	}
}

const basins = `
n = %d
i = numpy.arange(n)
x, y = i %% 1000 / 10, i // 1000 / 100
geopandas.GeoDataFrame({"id": 7120000000 + i, "area": i / 7, "kind": [f"basin {k %% 5}" for k in i]},
  geometry=shapely.box(x, y, x + 0.1, y + 0.01), crs="EPSG:4326").to_parquet("basins.parquet", row_group_size=%d)
`

// TestBrokenFiles reads 400 damaged files: none panics, and none yields fewer than all features without an error.
func TestBrokenFiles(t *testing.T) {
	const features = 2000
	source := filepath.Join(write(t, fmt.Sprintf(basins, features, 500)), "basins.parquet")
	whole, err := os.ReadFile(source)
	require.NoError(t, err)
	n, err := formattest.Count(open, source)
	require.NoError(t, err)
	require.Equal(t, features, n)
	random := rand.New(rand.NewPCG(15, 2))
	path := filepath.Join(t.TempDir(), "broken.parquet")
	refused := 0
	for i := range 400 {
		require.NoError(t, os.WriteFile(path, formattest.Damage(random, whole, damageFooter), 0o600))
		n, err := formattest.Count(open, path)
		if err != nil {
			refused++
		} else {
			assert.Equal(t, features, n, "file %d", i)
		}
	}
	t.Logf("%d of 400 are refused, the others give all %d features", refused, features)
	assert.Greater(t, refused, 200)
}

func FuzzFile(f *testing.F) {
	b, err := os.ReadFile(filepath.Join(write(f, fmt.Sprintf(basins, 3, 2)), "basins.parquet"))
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.parquet")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		n, err := formattest.Count(open, path)
		if again, second := formattest.Count(open, path); err == nil {
			require.NoError(t, second)
			require.Equal(t, n, again)
		}
	})
}
