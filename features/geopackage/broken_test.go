package geopackage

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/formattest"
)

// grid returns a file written by GDAL with n squares on many pages.
func grid(t testing.TB, n string) string {
	path := filepath.Join(t.TempDir(), "grid.gpkg")
	python(t, nil, `
import sys, numpy, shapely, geopandas
n = int(sys.argv[2])
i = numpy.arange(n)
x, y = i % 1000 / 10, i // 1000 / 100
geopandas.GeoDataFrame({"id": 7120000000 + i, "area": i / 7, "name": [f"basin {k}" for k in i]},
  geometry=shapely.box(x, y, x + 0.1, y + 0.01), crs="EPSG:4326").to_file(sys.argv[1], layer="basins", driver="GPKG")
`, path, n)
	return path
}

// damagePages flips bytes of the heads of pages.
func damagePages(random *rand.Rand, b []byte) {
	for range 1 + random.IntN(4) {
		b[random.IntN(len(b)/4096)*4096+random.IntN(64)] ^= byte(1 + random.IntN(255))
	}
}

// TestBrokenFiles reads 400 damaged files: none panics, and none yields fewer than all features without an error.
func TestBrokenFiles(t *testing.T) {
	const features = 2000
	source := grid(t, "2000")
	whole, err := os.ReadFile(source)
	require.NoError(t, err)
	n, err := formattest.Count(open, source)
	require.NoError(t, err)
	require.Equal(t, features, n)
	random := rand.New(rand.NewPCG(15, 1))
	path := filepath.Join(t.TempDir(), "broken.gpkg")
	refused := 0
	for i := range 400 {
		require.NoError(t, os.WriteFile(path, formattest.Damage(random, whole, damagePages), 0o600))
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
	for _, path := range []string{
		sql(f, "CREATE TABLE t (geom, a TEXT)", "INSERT INTO t VALUES (X'4750000100000000"+pointWKB+"', 'a'), (NULL, 1.5)"),
		sql(f, "CREATE VIEW t AS SELECT 1 AS a, NULL AS geom"),
	} {
		b, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.gpkg")
		require.NoError(t, os.WriteFile(path, b, 0o600))
		n, err := formattest.Count(open, path)
		if again, second := formattest.Count(open, path); err == nil {
			require.NoError(t, second)
			require.Equal(t, n, again)
		}
	})
}

func FuzzGeometry(f *testing.F) {
	f.Add([]byte("GP\x00\x03\x00\x00\x00\x00"))
	f.Add([]byte("GP\x00\x01\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0?\x00\x00\x00\x00\x00\x00\x00@"))
	f.Fuzz(func(t *testing.T, b []byte) {
		shape, err := geometryOf(b)
		if err == nil {
			require.Equal(t, "GP", string(b[:2]))
			_ = shape.AppendGeoJSON(nil)
		}
	})
}
