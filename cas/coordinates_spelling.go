package cas

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// spelling is how positions are spelled that follow one another and differ in their decimals alone, of which each number has 1 to 16.
type spelling struct {
	length        int // of the position that it was learnt from; 0 before
	first, second part
}

// part is what stands before the decimals of a number: ],[-84. before the first one's, ,36. before the second one's.
type part struct {
	text, mask uint64
	length     int // up to eight bytes
}

// learn takes over the spelling of a plain position, given from its bracket to the next one's. Numbers without decimals, or of more
// than four characters before their point, have none.
func (s *spelling) learn(position []byte) {
	*s = spelling{}
	first, second, _ := bytes.Cut(position, []byte{','})
	point, secondPoint := bytes.IndexByte(first, '.'), bytes.IndexByte(second, '.')
	if point < 0 || point > 5 || secondPoint < 0 || secondPoint > 5 {
		return
	}
	s.length = len(position) - 1
	s.first, s.second = newPart("],", first[:point+1]), newPart(",", second[:secondPoint+1])
}

func newPart(before string, text []byte) part {
	var word, mask [8]byte
	n := copy(word[:], before)
	n += copy(word[n:], text)
	copy(mask[:n], "\xff\xff\xff\xff\xff\xff\xff\xff")
	return part{binary.LittleEndian.Uint64(word[:]), binary.LittleEndian.Uint64(mask[:]), n}
}

// A stretch is gone through at a time, so that a mask keeps places within bounds, which is cheaper than to check each. Behind it lies
// the position that it ends in.
const (
	stretchLength = 256 // a power of two
	longest       = 64  // more than a position of a spelling is long
)

type stretch [stretchLength + longest]byte

// wordAt gives the eight bytes at a place.
func (t *stretch) wordAt(at int) uint64 { return binary.LittleEndian.Uint64(t[at&(stretchLength-1):]) }

// run reads positions of the spelling, the first one at pos, which another stands before. It gives the place behind the n read. The end
// of a position is seen only where the next one begins, so that the last of them is left to the caller.
func (s *spelling) run(text []byte, pos int) (next, n int) {
	at := pos - len("],") // the bracket before a position
	for more := true; more && at+len(stretch{}) <= len(text); {
		var length, positions int
		length, positions, more = s.through((*stretch)(text[at:]))
		at += length
		n += positions
	}
	if n == 0 {
		return pos, 0
	}
	return bytes.LastIndexByte(text[:at], '['), n - 1
}

// through reads the positions in a stretch, which begins with the bracket before one. It gives the place of the bracket behind the n
// read, and whether they were all.
//
// The processor works on several positions at once, as long as none waits for the one before and no jump depends on how many decimals
// there are. So the end of a position is looked for where it should be, whatever stands before it, and checked with the rest.
func (s *spelling) through(t *stretch) (length, n int, all bool) {
	const (
		bracket = 0x40 // a bit that is set in brackets and in nothing else of a plain position
		shorter = 5    // by so much a position may be shorter than the one that was learnt; longer by the rest of a word
	)
	first, mask, toDecimals := s.first.text, s.first.mask, s.first.length
	reach := s.length - shorter
	place := 0
	for place < stretchLength-longest {
		end := place + reach
		end += bits.TrailingZeros64(t.wordAt(end)&(words.EveryByte*bracket)|1<<63) / 8
		misfit := (t.wordAt(place) ^ first) & mask
		count := words.DigitsIn(t.wordAt(place + toDecimals))
		if count == 8 {
			count += words.DigitsIn(t.wordAt(place + toDecimals + 8))
		}
		comma := place + toDecimals + count
		misfit |= (t.wordAt(comma) ^ s.second.text) & s.second.mask
		decimals := comma + s.second.length
		secondCount := words.DigitsIn(t.wordAt(decimals))
		if secondCount == 8 {
			secondCount += words.DigitsIn(t.wordAt(decimals + 8))
		}
		misfit |= uint64((count-1)|(secondCount-1))>>63 | uint64((decimals+secondCount)^end) // the sign is that of a count of none
		if misfit != 0 {
			return place, n, false
		}
		place = end
		n++
	}
	return place, n, true
}
