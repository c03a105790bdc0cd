// Package words looks at JSON text eight bytes at a time, for those who check or read much of it: the scans of geometries and features,
// and the decoders of answers.
package words

import (
	"encoding/binary"
	"math/bits"
)

// Constants to work on all bytes of a word at once.
const (
	EveryByte = 0x0101010101010101 // times a byte: that byte everywhere
	EveryHigh = 0x8080808080808080 // the high bit of every byte
)

// Digits counts the decimal digits at the start of text, up to 8 of its first 8 bytes, which have to be there.
func Digits(text []byte) int { return DigitsIn(binary.LittleEndian.Uint64(text)) }

// DigitsIn counts the decimal digits that the eight bytes of a word, the lowest first, begin with.
func DigitsIn(word uint64) int {
	word ^= EveryByte * '0' // a digit's byte is now below 10, and a carry comes only from a byte that is none
	return bits.TrailingZeros64((word+EveryByte*(0x80-10)|word)&EveryHigh) / 8
}

// PlainNumber gives the end of the JSON number at pos if it has up to seven digits before and fifteen behind the point, no exponent, and
// is not among the last bytes of text; otherwise len(text).
func PlainNumber(text []byte, pos int) (end int) {
	if pos < len(text) && text[pos] == '-' {
		pos++
	}
	if pos+24 > len(text) {
		return len(text)
	}
	n := Digits(text[pos:])
	if n == 0 || n == 8 || (text[pos] == '0' && n > 1) {
		return len(text)
	}
	if pos += n; text[pos] != '.' {
		return pos
	}
	pos++
	fraction := Digits(text[pos:])
	if fraction == 8 {
		fraction += Digits(text[pos+8:])
	}
	if fraction == 0 || fraction == 16 {
		return len(text)
	}
	return pos + fraction
}

// PlainEnd finds the first byte from pos on that ends a run of plain text in a JSON string: a quote, a backslash or a control character;
// else it gives len(text). ascii tells that the run holds nothing else.
func PlainEnd(text []byte, pos int) (end int, ascii bool) {
	// In a byte, the high bit of (x-n)&^x tells x < n; the lowest byte that is so is told right.
	var beyond uint64
	for end = pos; end+8 <= len(text); end += 8 {
		w := binary.LittleEndian.Uint64(text[end:])
		quote, backslash := w^(EveryByte*'"'), w^(EveryByte*'\\')
		found := ((w-EveryByte*' ')&^w | (quote-EveryByte)&^quote | (backslash-EveryByte)&^backslash) & EveryHigh
		if found != 0 {
			n := bits.TrailingZeros64(found)
			beyond |= w & (1<<(n&63) - 1)
			return end + n/8, beyond&EveryHigh == 0
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
	return end, beyond&EveryHigh == 0
}
