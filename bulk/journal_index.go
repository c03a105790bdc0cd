package bulk

import (
	"hash/maphash"
	"math/bits"
)

// journalIndex finds the place of a feature's newest record in the file, in 18 to 23 bytes a feature.
// Keys are hashes: whoever asks confirms by the record itself, so that a collision costs a read and no more.
type journalIndex struct {
	seed   maphash.Seed
	shards [256]indexShard // growing one of them moves a 256th of the index
	n      int
}

type indexShard struct {
	slots []indexSlot
	used  int
}

type indexSlot struct {
	key uint64
	at  place
}

// A place is where a record lies in the file and whether it is an answer to every dataset. The zero place
// is none: the file begins with its magic line.
type place uint64

func placeOf(offset int64, done bool) place {
	p := place(offset) << 1
	if done {
		p |= 1
	}
	return p
}

func (p place) offset() int64 { return int64(p >> 1) }
func (p place) done() bool    { return p&1 == 1 }

func newJournalIndex() *journalIndex { return &journalIndex{seed: maphash.MakeSeed()} }

func (x *journalIndex) key(id string, geometry GeometryHash) uint64 {
	return maphash.String(x.seed, id) ^ geometry.prefix()
}

// find is the first place with that key which is confirmed.
func (x *journalIndex) find(key uint64, confirm func(place) bool) (place, bool) {
	if t := x.shard(key); t.used > 0 {
		if slot := t.find(key, confirm); slot.at != 0 {
			return slot.at, true
		}
	}
	return 0, false
}

// put sets the place of a key, instead of one that is confirmed, which it returns.
func (x *journalIndex) put(key uint64, at place, confirm func(place) bool) (before place) {
	t := x.shard(key)
	if t.used*8 >= len(t.slots)*7 {
		t.grow()
	}
	slot := t.find(key, confirm)
	before = slot.at
	if before == 0 {
		t.used++
		x.n++
	}
	*slot = indexSlot{key, at}
	return before
}

func (x *journalIndex) shard(key uint64) *indexShard { return &x.shards[key&0xff] }

// find is the slot of the key, or the free one where it belongs. There always is a free one.
func (t *indexShard) find(key uint64, confirm func(place) bool) *indexSlot {
	hi, _ := bits.Mul64(key, uint64(len(t.slots)))
	for i := int(hi); ; {
		slot := &t.slots[i]
		if slot.at == 0 || slot.key == key && confirm(slot.at) {
			return slot
		}
		if i++; i == len(t.slots) {
			i = 0
		}
	}
}

func (t *indexShard) grow() {
	old := t.slots
	t.slots = make([]indexSlot, max(8, len(old)+len(old)/4))
	for _, slot := range old {
		if slot.at != 0 {
			*t.find(slot.key, func(place) bool { return false }) = slot
		}
	}
}
