package ids

import (
	"hash/maphash"
	"math"
	"math/bits"
)

const (
	idShards = 256 // growing one of them moves a 256th of the ids
	// A shard that is 7/8 full grows by a quarter, which gives 18 to 23 bytes an id. Below 512 slots (2 MB for all shards) it doubles,
	// so that fewer ids move.
	shardFull, shardOf = 7, 8
	doublesBelow       = 512
)

// A Set remembers which feature has which id. It keeps 96 bits of a hash with a random key, about 20 bytes an id of any length. The
// probability that two of ten million ids have the same hash is below 10^-14, which is neglected. The zero value is an empty set. A Set
// is not safe for concurrent use.
type Set struct {
	seeded bool
	seeds  [2]maphash.Seed
	shards [idShards]idShard
}

// idEntry is 96 bits of hash and the position plus one; 0 is a free slot.
type idEntry struct{ a, b, c, position uint32 }

type idShard struct {
	slots []idEntry
	used  int
}

// Add adds an id with the position of its feature. If the set has the id already, Add returns the position that it was added with, and
// false. All positions from 2^32-2 on are remembered as 2^32-2.
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
	return position, true
}

// entry hashes an id.
func (s *Set) entry(id string) (*idShard, idEntry) {
	if !s.seeded {
		s.seeds, s.seeded = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, true
	}
	h, g := maphash.String(s.seeds[0], id), maphash.String(s.seeds[1], id)
	// The index of the shard comes from bits that the entry does not hold: they are part of the hash, too.
	return &s.shards[g>>56], idEntry{a: uint32(h), b: uint32(h >> 32), c: uint32(g)}
}

// find returns the slot that holds e, or the free slot where it belongs.
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
