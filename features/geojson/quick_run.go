package geojson

import (
	"encoding/binary"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// Most of a geometry's text is positions of two or three plain numbers, as
// [-84.2308,36.1983] or [-84.2308, 36.1983], one behind the other, and most of
// those have as many digits as others before them. They are held against that
// shape, eight bytes at a time, and the place of the next is known before this one
// is through; numbers that are measured wait for each other.

// run takes the positions that begin at pos, while they are plain. It gives the
// place behind the last one, or with another ahead the place of that one's
// bracket.
func (s *positionShape) run(text []byte, pos int) (end int, ahead bool) {
	const patience = 8 // positions of other shapes in a row, before theirs is learnt
	for others := 0; ; {
		if s.length > 0 && pos+maxShape <= len(text) && s.fits(text[pos:pos+maxShape]) {
			pos += s.length
			others = 0
			continue
		}
		end := plainPosition(text, pos)
		if end+3 > len(text) {
			return pos, true
		}
		if text[end] != ',' {
			return end, false
		}
		next := behindComma(text, end)
		if text[next] != '[' {
			return end, false
		}
		if others++; others > patience || s.length == 0 {
			s.learn(text[pos : next+1])
			others = 0
		}
		pos = next
	}
}

// plainPosition takes a position of two or three plain numbers.
func plainPosition(text []byte, pos int) (end int) {
	pos = words.PlainNumber(text, pos+1)
	if pos+2 > len(text) || text[pos] != ',' {
		return len(text)
	}
	pos = words.PlainNumber(text, behindComma(text, pos))
	if pos+2 <= len(text) && text[pos] == ',' {
		pos = words.PlainNumber(text, behindComma(text, pos))
	}
	if pos >= len(text) || text[pos] != ']' {
		return len(text)
	}
	return pos + 1
}

// behindComma passes over a comma and the one blank that may stand behind it.
func behindComma(text []byte, pos int) (next int) {
	if text[pos+1] == ' ' {
		return pos + 2
	}
	return pos + 1
}

// The shortest and the longest position, with what stands behind it up to the
// next bracket, that has a shape.
const (
	minShape = 8
	maxShape = 64
)

// A positionShape is the spelling of a position and of all that differ from it in digits
// alone. It is held against a text in words of eight bytes, of which the last one
// may overlap the one before.
type positionShape struct {
	length  int                  // bytes up to the next position
	last    int                  // place of the last word
	leading [3]int               // where a 0 cannot stand, as a digit is behind it; else 0, where the bracket is
	bytes   [maxShape / 8]uint64 // what stands there, the last word first; '0' where any digit may
	excess  [maxShape / 8]uint64 // added to a byte's difference from that, sets its high bit if the difference is too large
}

// learn takes over the shape of a plain position, given with what stands behind it
// and the bracket of the next.
func (s *positionShape) learn(position []byte) {
	*s = positionShape{}
	if len(position) < minShape || len(position) > maxShape {
		return
	}
	var bytes, excess [maxShape]byte
	number := 0
	for i, b := range position {
		bytes[i], excess[i] = b, 0x7f // no difference
		switch before := position[max(i, 1)-1]; {
		case b == ',':
			number++
		case b-'0' <= 9:
			bytes[i], excess[i] = '0', 0x80-10 // that of digits
			if before != '.' && before-'0' > 9 && position[i+1]-'0' <= 9 {
				s.leading[number] = i
			}
		}
	}
	s.length, s.last = len(position)-1, len(position)-8
	s.bytes[0], s.excess[0] = binary.LittleEndian.Uint64(bytes[s.last:]), binary.LittleEndian.Uint64(excess[s.last:])
	for word := 1; 8*(word-1) < s.last; word++ {
		s.bytes[word], s.excess[word] = binary.LittleEndian.Uint64(bytes[8*(word-1):]), binary.LittleEndian.Uint64(excess[8*(word-1):])
	}
}

// fits tells whether text, maxShape bytes long, begins with a position of the
// shape and the bracket of the next.
func (s *positionShape) fits(text []byte) bool {
	_ = text[maxShape-1]
	misfit := s.misfit(0, text[s.last:]) | s.misfit(1, text)
	for at := 8; at < s.last; at += 8 {
		misfit |= s.misfit(at/8+1, text[at:])
	}
	return misfit&words.EveryHigh == 0 && text[s.leading[0]] != '0' && text[s.leading[1]] != '0' && text[s.leading[2]] != '0'
}

// misfit has the high bit of every byte set that is not as it should be.
func (s *positionShape) misfit(word int, text []byte) uint64 {
	difference := binary.LittleEndian.Uint64(text) ^ s.bytes[word]
	return (difference&^words.EveryHigh + s.excess[word]) | difference
}
