package tabulate

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// percentage returns by how much the heap may grow between two collections.
func percentage() uint64 {
	read := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(read)
	return read[0].Value.Uint64()
}

func TestSteadyHeap(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	usual := percentage()
	collected := func(wanted func(uint64) bool) func() bool {
		return func() bool {
			runtime.GC()
			return wanted(percentage())
		}
	}
	end := steadyHeap()
	require.Eventually(t, collected(func(p uint64) bool { return p > 100 }), 10*time.Second, time.Millisecond, "little lives")
	lives := make([]byte, 128<<20)
	require.Eventually(t, collected(func(p uint64) bool { return p < 50 }), 10*time.Second, time.Millisecond, "much lives")
	runtime.KeepAlive(lives)
	end()
	assert.Equal(t, usual, percentage())
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	assert.Equal(t, usual, percentage(), "it is over")

	t.Setenv("GOGC", "100")
	end = steadyHeap()
	runtime.GC()
	time.Sleep(10 * time.Millisecond)
	assert.Equal(t, usual, percentage(), "the user's word counts")
	end()
}
