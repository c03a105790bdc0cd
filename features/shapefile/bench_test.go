package shapefile

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
	"github.com/community-attribute-service/cas-go/internal/contract/service"
)

// BenchmarkRecords reads a million polygons of 17 positions with three properties, as GDAL writes them. It also reports the peak of the
// heap, and the seconds that pyogrio needs to read all of it as well-known binary.
func BenchmarkRecords(b *testing.B) {
	const n = 1_000_000
	path := filepath.Join(b.TempDir(), "million.shp")
	out, err := exec.Command(service.Judges(b), "testdata/million.py", path, strconv.Itoa(n)).Output()
	require.NoError(b, err)
	theirs, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	require.NoError(b, err)
	r, err := open(path, format.Options{})
	require.NoError(b, err)
	defer r.Close()
	var peak uint64
	for b.Loop() {
		count := 0
		for rec, err := range r.Records(format.Want{}) {
			require.NoError(b, err)
			if len(rec.Geometry.Polygons) != 1 || len(rec.Properties) != 3 {
				b.Fatal("a record is not as it was written")
			}
			if count++; count%50_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
		require.Equal(b, n, count)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/pass")
	b.ReportMetric(theirs, "s/pyogrio")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
}
