package geopackage

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features/internal/format"
)

// BenchmarkMillion reads 1,000,000 squares with three properties, and lets pyogrio (GDAL) read the same file: all at once, as GeoPandas
// does, and as a stream of Arrow batches, which it discards. cpu-s is processor time; for pyogrio, that of a second reading.
func BenchmarkMillion(b *testing.B) {
	path := grid(b, "1000000")
	var judged struct{ All, Stream, AllMB, StreamMB float64 }
	python(b, &judged, `
import sys, json, subprocess
program = '''
import sys, time, resource, pyogrio, pyogrio.raw
def all(): pyogrio.read_dataframe(sys.argv[1])
def stream():
  with pyogrio.raw.open_arrow(sys.argv[1], use_pyarrow=True) as (meta, reader):
    assert sum(len(batch) for batch in reader) == 1_000_000
read = {"all": all, "stream": stream}[sys.argv[2]]
read()
start = time.process_time()
read()
print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
'''
result = {}
for how in ["all", "stream"]:
  seconds, mb = subprocess.run([sys.executable, "-W", "ignore", "-c", program, sys.argv[1], how], capture_output=True, text=True, check=True).stdout.split()
  result[how], result[how + "MB"] = float(seconds), float(mb)
print(json.dumps(result))`, path)
	b.ReportAllocs()
	before, _ := used(b)
	for b.Loop() {
		r, err := open(path, format.Options{})
		require.NoError(b, err)
		n := 0
		for record, err := range r.Records(format.Want{}) {
			if err != nil || record.Err != nil {
				b.Fatal(err, record.Err)
			}
			n++
		}
		require.Equal(b, 1_000_000, n)
		require.NoError(b, r.Close())
	}
	seconds, mb := used(b)
	b.ReportMetric((seconds-before)/float64(b.N), "cpu-s")
	b.ReportMetric(mb, "peak-MB")
	b.ReportMetric(judged.All, "pyogrio-cpu-s")
	b.ReportMetric(judged.AllMB, "pyogrio-peak-MB")
	b.ReportMetric(judged.Stream, "pyogrio-stream-cpu-s")
	b.ReportMetric(judged.StreamMB, "pyogrio-stream-peak-MB")
}

// used returns the processor time of this process, in seconds, and its peak memory, in MB.
func used(b *testing.B) (seconds, mb float64) {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9, float64(u.Maxrss) / 1024
}
