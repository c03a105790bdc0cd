package geoparquet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// readAll reads a file as far as it goes. An error may come from opening or reading.
func readAll(path string) (records int, err error) {
	r, err := open(path, format.Options{})
	if err != nil {
		return 0, err
	}
	defer r.Close()
	for _, err := range r.Records(format.Want{}) {
		if err != nil {
			return records, err
		}
		records++
	}
	return records, nil
}

// damage cuts, flips or mixes up a file.
func damage(random *rand.Rand, whole []byte) []byte {
	b := append([]byte(nil), whole...)
	switch random.IntN(4) {
	case 0: // cut
		return b[:random.IntN(len(b))]
	case 1: // flipped bytes
		for range 1 + random.IntN(20) {
			b[random.IntN(len(b))] ^= byte(1 + random.IntN(255))
		}
	case 2: // flipped bytes where the structure is: the footer
		for range 1 + random.IntN(3) {
			b[len(b)-1-random.IntN(3000)] ^= byte(1 + random.IntN(255))
		}
	default: // pieces changed places
		for range 1 + random.IntN(3) {
			size := 1 + random.IntN(len(b)/8)
			from, to := random.IntN(len(b)-size), random.IntN(len(b)-size)
			copy(b[to:to+size], append([]byte(nil), b[from:from+size]...))
		}
	}
	return b
}

const basins = `
n = %d
i = numpy.arange(n)
x, y = i %% 1000 / 10, i // 1000 / 100
geopandas.GeoDataFrame({"id": 7120000000 + i, "area": i / 7, "kind": [f"basin {k %% 5}" for k in i]},
  geometry=shapely.box(x, y, x + 0.1, y + 0.01), crs="EPSG:4326").to_parquet("basins.parquet", row_group_size=%d)
`

// TestBrokenFiles: of 400 damaged files none panics, and none gives less than all features without an error.
func TestBrokenFiles(t *testing.T) {
	const features = 2000
	source := filepath.Join(write(t, fmt.Sprintf(basins, features, 500)), "basins.parquet")
	whole, err := os.ReadFile(source)
	require.NoError(t, err)
	n, err := readAll(source)
	require.NoError(t, err)
	require.Equal(t, features, n)
	random := rand.New(rand.NewPCG(15, 2))
	path := filepath.Join(t.TempDir(), "broken.parquet")
	refused := 0
	for i := range 400 {
		require.NoError(t, os.WriteFile(path, damage(random, whole), 0o600))
		n, err := readAll(path)
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
		n, err := readAll(path)
		if again, second := readAll(path); err == nil {
			require.NoError(t, second)
			require.Equal(t, n, again)
		}
	})
}
