package ids

import (
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// find returns the position that an id was added with.
func find(s *Set, id string) (position int, found bool) {
	shard, e := s.entry(id)
	if shard.used == 0 {
		return 0, false
	}
	slot := shard.find(e)
	return int(slot.position) - 1, slot.position != 0
}

// length is the number of ids in the set.
func length(s *Set) (n int) {
	for i := range s.shards {
		n += s.shards[i].used
	}
	return n
}

func TestSet(t *testing.T) {
	const n = 200_000
	var set Set
	_, found := find(&set, "0")
	assert.False(t, found)
	for i := range n {
		at, added := set.Add(strconv.Itoa(i), i)
		require.True(t, added)
		require.Equal(t, i, at)
	}
	assert.Equal(t, n, length(&set))
	for i := range n {
		at, added := set.Add(strconv.Itoa(i), n+i)
		require.False(t, added)
		require.Equal(t, i, at)
		at, found := find(&set, strconv.Itoa(i))
		require.True(t, found)
		require.Equal(t, i, at)
	}
	assert.Equal(t, n, length(&set))
	_, found = find(&set, "absent")
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
		require.Equal(t, len(known), length(&set))
	})
}
