package ids

import (
	"hash/maphash"
	"math"
	"math/bits"
)

const (
	idShards = 256 // growing one of them moves a 256th of the ids
	// A shard is filled to 7/8 and then grows by a quarter: 18 to 23 bytes an id.
	// Below 512 slots, 2 MB for all shards, it doubles: it has fewer ids to move then.
	shardFull, shardOf = 7, 8
	doublesBelow       = 512
)

// An Set remembers which feature has which id, in about 20 bytes an id whatever
// its length, by 96 bits of a hash with a random key. Two different ids among ten
// million are taken for one with a chance of less than one in 10^14, which is
// neglected. The zero value is empty and ready. It is not for concurrent use.
type Set struct {
	seeded bool
	seeds  [2]maphash.Seed
	shards [idShards]idShard
	n      int
}

// idEntry is 96 bits of hash and the position plus one; 0 is a free slot.
type idEntry struct{ a, b, c, position uint32 }

type idShard struct {
	slots []idEntry
	used  int
}

// Add puts an id into the set with the position of its feature. If the id is there
// already, it returns the position it came with and false. Positions from 2^32-2
// on are all remembered as that one.
func (s *Set) Add(id string, position int) (first int, added bool) {
	shard, e := s.entry(id)
	if shard.used*shardOf >= len(shard.slots)*shardFull {
		shard.grow()
	}
	slot := shard.find(e)
	if slot.position != 0 {
		return int(slot.position - 1), false
	}
	e.position = uint32(min(uint64(position), math.MaxUint32-1) + 1)
	*slot = e
	shard.used++
	s.n++
	return position, true
}

// Find returns the position that an id was added with.
func (s *Set) Find(id string) (position int, found bool) {
	shard, e := s.entry(id)
	if shard.used == 0 {
		return 0, false
	}
	slot := shard.find(e)
	return int(slot.position) - 1, slot.position != 0
}

// Len is the number of ids in the set.
func (s *Set) Len() int { return s.n }

// entry hashes an id.
func (s *Set) entry(id string) (*idShard, idEntry) {
	if !s.seeded {
		s.seeds, s.seeded = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, true
	}
	h, g := maphash.String(s.seeds[0], id), maphash.String(s.seeds[1], id)
	// The shard goes by bits that the entry does not hold: they count as hash too.
	return &s.shards[g>>56], idEntry{a: uint32(h), b: uint32(h >> 32), c: uint32(g)}
}

// find is the slot that holds e, or the free one where it belongs.
func (t *idShard) find(e idEntry) *idEntry {
	hi, _ := bits.Mul32(e.a, uint32(len(t.slots)))
	for i := int(hi); ; {
		slot := &t.slots[i]
		if slot.position == 0 || slot.a == e.a && slot.b == e.b && slot.c == e.c {
			return slot
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

func (t *idShard) grow() {
	old := t.slots
	size := len(old) + len(old)/4
	if len(old) < doublesBelow {
		size = max(8, 2*len(old))
	}
	t.slots = make([]idEntry, size)
	for _, e := range old {
		if e.position != 0 {
			*t.find(e) = e
		}
	}
}
