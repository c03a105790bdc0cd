package ids

import (
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	const n = 200_000
	var set Set
	_, found := set.Find("0")
	assert.False(t, found)
	for i := range n {
		at, added := set.Add(strconv.Itoa(i), i)
		require.True(t, added)
		require.Equal(t, i, at)
	}
	assert.Equal(t, n, set.Len())
	for i := range n {
		at, added := set.Add(strconv.Itoa(i), n+i)
		require.False(t, added)
		require.Equal(t, i, at)
		at, found := set.Find(strconv.Itoa(i))
		require.True(t, found)
		require.Equal(t, i, at)
	}
	assert.Equal(t, n, set.Len())
	_, found = set.Find("absent")
	assert.False(t, found)

	size := unsafe.Sizeof(set)
	for i := range set.shards {
		size += uintptr(cap(set.shards[i].slots)) * unsafe.Sizeof(idEntry{})
	}
	assert.LessOrEqual(t, float64(size)/n, 25.0, "bytes an id")
}

func FuzzSet(f *testing.F) {
	f.Add("a b a")
	f.Fuzz(func(t *testing.T, text string) {
		var set Set
		known := map[string]int{}
		for i, id := range strings.Split(text, " ") {
			first, added := set.Add(id, i)
			want, seen := known[id]
			if !seen {
				known[id], want = i, i
			}
			require.Equal(t, !seen, added)
			require.Equal(t, want, first)
		}
		require.Equal(t, len(known), set.Len())
	})
}
