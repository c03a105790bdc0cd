package runs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSorter sorts more than fits into memory, in many runs or none, with keys that occur twice and empty records.
func TestSorter(t *testing.T) {
	for _, limit := range []int{100, 5_000, 0} {
		for _, n := range []int{0, 1, 3000} {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			type pair struct{ key, record string }
			var want []pair
			s := Sorter{Folder: t.TempDir(), Limit: limit}
			for i := range n {
				p := pair{fmt.Sprint(random.IntN(n)), strings.Repeat(fmt.Sprint(i), random.IntN(4))}
				want = append(want, p)
				require.NoError(t, s.Add(p.key, []byte(p.record)))
			}
			assert.Equal(t, limit > 0 && n > 1, len(s.runs) > 1)
			slices.SortStableFunc(want, func(a, b pair) int { return strings.Compare(a.key, b.key) })
			i := 0
			for record, err := range s.Sorted() {
				require.NoError(t, err)
				require.Equal(t, want[i].record, string(record))
				i++
			}
			require.Equal(t, n, i)
			require.NoError(t, s.Close())
			left, err := os.ReadDir(s.Folder)
			require.NoError(t, err)
			assert.Empty(t, left)
		}
	}
}

// TestMemory: a Sorter has about 32 MB of records in memory, not all.
func TestMemory(t *testing.T) {
	s := Sorter{Folder: t.TempDir()}
	record := []byte(strings.Repeat("x", 1000))
	most := uint64(0)
	for i := range 200_000 {
		require.NoError(t, s.Add(fmt.Sprint(uint32(i)*2654435761), record))
		if i%20_000 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	require.NoError(t, s.Close())
	assert.Less(t, most, uint64(120<<20), "200 MB of records")
}

func TestNoFolder(t *testing.T) {
	s := Sorter{Folder: t.TempDir() + "/none", Limit: 1}
	require.ErrorIs(t, s.Add("a", nil), os.ErrNotExist)
	require.NoError(t, s.Close())
}
