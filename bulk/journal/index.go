package journal

import (
	"hash/maphash"
	"math/bits"
)

// A place is where a record lies in the file: the byte at which its block begins, and its index in the block. It also says whether the
// record is an answer to every dataset. The zero place is none, because the file begins with its magic line.
type place uint64

const placeBits = 16 // for the index in the block and the flag, which leaves 2^48 bytes

func placeOf(block int64, index int, done bool) place {
	p := place(block)<<placeBits | place(index)<<1
	if done {
		p |= 1
	}
	return p
}

func (p place) block() int64 { return int64(p >> placeBits) }
func (p place) index() int   { return int(p>>1) & (mostRecords - 1) }
func (p place) done() bool   { return p&1 == 1 }

// behind is the place moved by so many bytes towards the end of the file.
func (p place) behind(bytes int64) place { return p + place(bytes)<<placeBits }

// A Number counts the records of a journal in their order in the file.
type Number uint32

// A paged list grows without being copied.
type paged[T any] struct {
	pages [][]T
	n     int
}

const pageSize = 1 << 13

func (l *paged[T]) add(v T) {
	if l.n%pageSize == 0 {
		l.pages = append(l.pages, make([]T, 0, pageSize))
	}
	last := &l.pages[len(l.pages)-1]
	*last = append(*last, v)
	l.n++
}

func (l *paged[T]) at(i int) T { return l.pages[i/pageSize][i%pageSize] }

func (l *paged[T]) set(i int, v T) { l.pages[i/pageSize][i%pageSize] = v }

// An index has the place of every record in the file, in 8 bytes each, and finds a feature's newest record, in 9 to 12 bytes a
// feature. Keys are hashes. The caller confirms a find by the record itself, so a collision costs a read and no more.
type index struct {
	seed   maphash.Seed
	places paged[place]
	shards [256]indexShard // growing one of them moves a 256th of the index
	n      int             // features
}

type indexShard struct {
	slots []indexSlot
	used  int
}

// An indexSlot has a part of the key and the number of the newest record plus one; 0 is a free slot.
type indexSlot struct {
	tag    uint32
	record uint32
}

func newIndex() *index { return &index{seed: maphash.MakeSeed()} }

func (x *index) key(id string, geometry GeometryHash) uint64 {
	return maphash.String(x.seed, id) ^ geometry.prefix()
}

// place is where a record lies.
func (x *index) place(n Number) place { return x.places.at(int(n)) }

// find returns the newest record with that key that is confirmed.
func (x *index) find(key uint64, confirm func(place) bool) (Number, bool) {
	if t := x.shard(key); t.used > 0 {
		if slot := x.slot(t, key, confirm); slot.record != 0 {
			return Number(slot.record - 1), true
		}
	}
	return 0, false
}

// put adds the record at a place. It replaces the newest record with that key that is confirmed, whose place put returns.
func (x *index) put(key uint64, at place, confirm func(place) bool) (record Number, before place) {
	t := x.shard(key)
	if t.used*8 >= len(t.slots)*7 {
		t.grow()
	}
	slot := x.slot(t, key, confirm)
	if slot.record != 0 {
		before = x.place(Number(slot.record - 1))
	} else {
		t.used++
		x.n++
	}
	record = Number(x.places.n)
	x.places.add(at)
	*slot = indexSlot{tagOf(key), uint32(record) + 1}
	return record, before
}

// shard and tagOf take different bits of the key.
func (x *index) shard(key uint64) *indexShard { return &x.shards[key&0xff] }

func tagOf(key uint64) uint32 { return uint32(key >> 32) }

// slot returns the slot of the key, or the free slot where it belongs. A shard always has a free slot.
func (x *index) slot(t *indexShard, key uint64, confirm func(place) bool) *indexSlot {
	return t.find(tagOf(key), func(s *indexSlot) bool { return confirm(x.place(Number(s.record - 1))) })
}

// find probes from the slot that the tag's high bits select. The tag is all that is left of a key when the shard grows.
func (t *indexShard) find(tag uint32, is func(*indexSlot) bool) *indexSlot {
	hi, _ := bits.Mul32(tag, uint32(len(t.slots)))
	for i := int(hi); ; {
		slot := &t.slots[i]
		if slot.record == 0 || slot.tag == tag && is(slot) {
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
		if slot.record != 0 {
			*t.find(slot.tag, func(*indexSlot) bool { return false }) = slot
		}
	}
}

// An Order is a list of records, in 4 bytes each.
type Order struct{ numbers paged[Number] }

// Add appends a record.
func (o *Order) Add(n Number) { o.numbers.add(n) }

// Put sets the i-th record, from 0. A list that is too short grows; the records between are that of number 0 until they are set.
func (o *Order) Put(i int, n Number) {
	for o.numbers.n <= i {
		o.numbers.add(0)
	}
	o.numbers.set(i, n)
}

// Len is the number of records.
func (o *Order) Len() int { return o.numbers.n }

// At is the i-th record, from 0.
func (o *Order) At(i int) Number { return o.numbers.at(i) }
