package geotext

import (
	"encoding/binary"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// plain reads plain positions, which nearly all are, from i on. n is their number, end is behind the last one, and last is its beginning.
func (c *Coordinates) plain(i, depth int) (end, last, n int) {
	if c.Depth != depth && c.Depth != 0 {
		return 0, 0, 0
	}
	text := c.text
	west, south, east, north := c.West, c.South, c.East, c.North
	for i < len(text) && text[i] == '[' {
		k, x, y := 0, 0., 0.
		if !c.Numbers {
			k = i + plainLength(text, i)
		} else if x, y, k = plainNumbers(text, i); x < -180 || x > 180 || y < -90 || y > 90 {
			break
		}
		if k <= i {
			break
		}
		if c.Numbers {
			if x < west {
				west = x
			}
			if x > east {
				east = x
			}
			if y < south {
				south = y
			}
			if y > north {
				north = y
			}
			if c.last = [2]float64{x, y}; n == 0 {
				c.start = c.last
			}
			if c.Keep {
				c.Rings.Positions = append(c.Rings.Positions, c.last)
			}
		}
		n++
		last, end = i, k
		if i = k + 1; i < len(text) && text[i] == ' ' {
			i++
		}
		if i >= len(text) || text[k] != ',' {
			break
		}
	}
	if n > 0 {
		c.Depth = depth
		c.Vertices += n
		c.West, c.South, c.East, c.North = west, south, east, north
	}
	return end, last, n
}

// plainNumbers reads the position at i. end is 0 if it is not one of two short numbers.
func plainNumbers(text []byte, i int) (x, y float64, end int) {
	x, end = words.ShortNumber(text, i+1)
	if end == 0 || text[end] != ',' {
		return 0, 0, 0
	}
	if end++; end < len(text) && text[end] == ' ' {
		end++
	}
	if y, end = words.ShortNumber(text, end); end == 0 || text[end] != ']' {
		return 0, 0, 0
	}
	return x, y, end + 1
}

// longest is more than the length of a plain position, and a power of two.
const longest = 64

// A piece is text that begins with a position. Indexes into it are masked, which is cheaper than bounds checks.
type piece [longest + 16]byte

// plainLength returns the length of the position at i, 0 unless it has two or three numbers of up to three digits, a point and up to 15
// decimals.
func plainLength(text []byte, i int) int {
	if len(text)-i >= len(piece{}) {
		return (*piece)(text[i:]).plainLength()
	}
	var last piece
	copy(last[:], text[i:])
	return last.plainLength()
}

func (t *piece) plainLength() int {
	const mask, number = longest - 1, len(", -180.123456789012345")
	k := 0
	for n := 1; k < longest-number; n++ {
		if k++; t[k&mask] == ' ' {
			k++
		}
		if t[k&mask] == '-' {
			k++
		}
		first := t[k&mask]
		if first-'0' > 9 {
			return 0
		}
		if k++; t[k&mask]-'0' <= 9 && first != '0' {
			if k++; t[k&mask]-'0' <= 9 {
				k++
			}
		}
		if t[k&mask] == '.' {
			k++
			digits := words.DigitsIn(binary.LittleEndian.Uint64(t[k&mask:]))
			if digits == 8 {
				digits += words.DigitsIn(binary.LittleEndian.Uint64(t[(k+8)&mask:]))
			}
			if k += digits; digits == 0 || digits == 16 {
				return 0
			}
		}
		switch c := t[k&mask]; {
		case c == ']' && n > 1:
			return k + 1
		case c != ',' || n > 2:
			return 0
		}
	}
	return 0
}
