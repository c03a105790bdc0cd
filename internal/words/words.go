// Package words looks at JSON text eight bytes at a time, for those who read much of it: internal/geotext and internal/jsonread.
package words

import (
	"encoding/binary"
	"math/bits"
)

// Constants to work on all bytes of a word at once.
const (
	everyByte = 0x0101010101010101 // times a byte: that byte everywhere
	everyHigh = 0x8080808080808080 // the high bit of every byte
)

// DigitsIn counts the decimal digits that the eight bytes of a word, the lowest first, begin with.
func DigitsIn(word uint64) int {
	word ^= everyByte * '0' // a digit's byte is now below 10, and a carry comes only from a byte that is none
	return bits.TrailingZeros64((word+everyByte*(0x80-10)|word)&everyHigh) / 8
}

// PlainEnd finds the first byte from pos on that ends a run of plain text in a JSON string: a quote, a backslash or a control character;
// else it gives len(text). ascii tells that the run holds nothing else.
func PlainEnd(text []byte, pos int) (end int, ascii bool) {
	// In a byte, the high bit of (x-n)&^x tells x < n; the lowest byte that is so is told right.
	var beyond uint64
	for end = pos; end+8 <= len(text); end += 8 {
		w := binary.LittleEndian.Uint64(text[end:])
		quote, backslash := w^(everyByte*'"'), w^(everyByte*'\\')
		found := ((w-everyByte*' ')&^w | (quote-everyByte)&^quote | (backslash-everyByte)&^backslash) & everyHigh
		if found != 0 {
			n := bits.TrailingZeros64(found)
			beyond |= w & (1<<(n&63) - 1)
			return end + n/8, beyond&everyHigh == 0
		}
		beyond |= w
	}
	for ; end < len(text); end++ {
		c := text[end]
		if c == '"' || c == '\\' || c < ' ' {
			break
		}
		beyond |= uint64(c)
	}
	return end, beyond&everyHigh == 0
}
