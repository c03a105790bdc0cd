package cas

import (
	"encoding/binary"
	"math/bits"
)

// Most of a geometry's text is positions of two plain numbers, as [-84.2308,36.1983], one behind the other without blanks, and most of
// those are spelled alike: the same whole degrees, as many decimals. They are checked eight bytes at a time.

const (
	everyByte = 0x0101010101010101
	everyHigh = 0x8080808080808080
)

// positionRun reads positions while they are plain. It gives the place of the first that is not such, or of the last: scan goes on
// with that.
func (c *coordinateScanner) positionRun(text []byte, pos int) int {
	const patience = 8 // positions of other shapes, before theirs is learnt
	var s shape
	for others := 0; ; c.positions++ {
		if s.length > 0 && pos+maxShape <= len(text) && s.fits(text[pos:pos+maxShape]) {
			pos += s.length
			others = 0
			continue
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

// digitsOf counts the decimal digits at the start of text, up to 8 of its first 8 bytes, all at once.
func digitsOf(text []byte) int {
	w := binary.LittleEndian.Uint64(text) ^ everyByte*'0' // a digit's byte is now below 10
	return bits.TrailingZeros64(((w&^everyHigh+everyByte*(0x80-10))|w)&everyHigh) / 8
}

// The shortest and the longest position, with the comma and the bracket behind it, that has a shape.
const (
	minShape = 17
	maxShape = 40
)

// shape is the spelling of a position and of all that differ from it in decimals alone. It is held against a text in words of eight
// bytes, of which the last one may overlap the one before.
type shape struct {
	length int                  // bytes up to the next position
	last   int                  // place of the last word
	bytes  [maxShape / 8]uint64 // what stands there, the last word first; '0' where any decimal may
	excess [maxShape / 8]uint64 // added to a byte's difference from what stands there, sets its high bit if the difference is too large
}

// learn takes over the shape of a position that was checked, given with the comma and the bracket behind it.
func (s *shape) learn(position []byte) {
	*s = shape{}
	if len(position) < minShape || len(position) > maxShape {
		return
	}
	var bytes, excess [maxShape]byte
	decimal := false
	for i, b := range position {
		digit := b-'0' <= 9
		bytes[i], excess[i] = b, 0x7f // no difference
		if decimal && digit {
			bytes[i], excess[i] = '0', 0x80-10 // that of digits
		}
		decimal = b == '.' || (decimal && digit)
	}
	s.length, s.last = len(position)-1, len(position)-8
	s.bytes[0], s.excess[0] = binary.LittleEndian.Uint64(bytes[s.last:]), binary.LittleEndian.Uint64(excess[s.last:])
	for word := 1; 8*(word-1) < s.last; word++ {
		s.bytes[word], s.excess[word] = binary.LittleEndian.Uint64(bytes[8*(word-1):]), binary.LittleEndian.Uint64(excess[8*(word-1):])
	}
}

// fits tells whether text, maxShape bytes long, begins with a position of the shape and a bracket behind it.
func (s *shape) fits(text []byte) bool {
	_ = text[maxShape-1]
	misfit := s.misfit(0, text[s.last:]) | s.misfit(1, text) | s.misfit(2, text[8:])
	if s.last > 16 {
		misfit |= s.misfit(3, text[16:])
		if s.last > 24 {
			misfit |= s.misfit(4, text[24:])
		}
	}
	return misfit&everyHigh == 0
}

// misfit has the high bit of every byte set that is not as it should be.
func (s *shape) misfit(word int, text []byte) uint64 {
	difference := binary.LittleEndian.Uint64(text) ^ s.bytes[word]
	return (difference&^everyHigh + s.excess[word]) | difference
}
