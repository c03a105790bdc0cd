package cas

import (
	"encoding/binary"
	"math/bits"
)

// Most of a geometry's text is positions of two plain numbers, as [-84.2308,36.1983], one behind the other without blanks, and most of
// those are spelled alike up to their decimals: the same whole degrees. They are checked eight bytes at a time.

const (
	everyByte = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// positionRun reads positions while they are plain. It gives the place of the first that is not such, or of the last: scan goes on
// with that.
func (c *coordinateScanner) positionRun(text []byte, pos int) int {
	const patience = 8 // positions of other spellings, before theirs is learnt
	var s spelling
	for others := 0; ; c.positions++ {
		if s.length > 0 {
			next, n := s.run(text, pos)
			if n > 0 {
				others = 0
			}
			pos, c.positions = next, c.positions+n
		}
		next := plainPosition(text, pos)
		if next < 0 {
			return pos
		}
		if others++; others > patience {
			s.learn(text[pos : next+1])
			others = 0
		}
		pos = next
	}
}

// plainPosition gives the place of the bracket behind a plain position and its comma, -1 if there is no such.
func plainPosition(text []byte, pos int) (next int) {
	end := plainNumber(text, pos+1)
	if end >= len(text) || text[end] != ',' {
		return -1
	}
	end = plainNumber(text, end+1)
	if end+2 >= len(text) || text[end] != ']' || text[end+1] != ',' || text[end+2] != '[' {
		return -1
	}
	return end + 2
}

// plainNumber gives the end of a number of up to seven digits before and fifteen behind the point, without an exponent; otherwise
// len(text).
func plainNumber(text []byte, pos int) (end int) {
	if pos < len(text) && text[pos] == '-' {
		pos++
	}
	if pos+24 > len(text) {
		return len(text)
	}
	n := digitsOf(text[pos:])
	if n == 0 || n == 8 || (text[pos] == '0' && n > 1) {
		return len(text)
	}
	if pos += n; text[pos] != '.' {
		return pos
	}
	pos++
	fraction := digitsOf(text[pos:])
	if fraction == 8 {
		fraction += digitsOf(text[pos+8:])
	}
	if fraction == 0 || fraction == 16 {
		return len(text)
	}
	return pos + fraction
}

// digitsOf counts the decimal digits at the start of text, up to 8 of its first 8 bytes.
func digitsOf(text []byte) int { return digitsIn(binary.LittleEndian.Uint64(text)) }

// digitsIn counts the decimal digits that eight bytes begin with, all at once. A carry comes only from a byte that is none.
func digitsIn(word uint64) int {
	word ^= everyByte * '0' // a digit's byte is now below 10
	return bits.TrailingZeros64((word+everyByte*(0x80-10)|word)&everyHigh) / 8
}
