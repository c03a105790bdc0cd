package geotext

import (
	"encoding/binary"
	"math"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// deepest is the nesting of a MultiPolygon's coordinates, the deepest there is.
const deepest = 4

// Coordinates is one pass over the value of a "coordinates" member. The type may come behind it and is not known: what each type would
// mind is noted.
type Coordinates struct {
	Numbers bool // whether bounds, ranges and closed rings are wanted; else numbers are checked by their grammar
	Keep    bool // whether Rings get the positions; with Numbers
	Rings   Rings

	Fault    Fault // why it ended before its end
	Depth    int   // arrays around each number; 0 if there is none
	Mixed    Mixed // the first position that lies at another depth
	Long     Mixed // the first position of more than three numbers
	Vertices int   // positions

	West, South, East, North float64 // of the finite numbers, infinite before the first one

	Worst    Number             // the worst number and of such the first; without Numbers it may be no other than NotFinite
	Empty    [deepest + 1]*Ring // the first empty array, by its depth
	Short    *Ring              // the first one with fewer than four positions, but not empty
	Unclosed *Ring              // the first one that does not return to its start; with Numbers

	text []byte
	path [deepest + 1]int // index of the element being read, by depth
	last [2]float64       // the position that was read last

	start [2]float64 // the first one that plain read
}

// Rings are positions as longitude and latitude, with the ends of the rings in them and of the polygons in those. Heights are the third
// numbers of the positions that have one: of all positions if there are as many.
type Rings struct {
	Positions             [][2]float64
	Heights               []float64
	RingEnds, PolygonEnds []int
}

// A FaultKind is what keeps a value from being coordinates.
type FaultKind int

// The kinds, of what stands at a Fault's Offset. At the end of the text it is cut off.
const (
	NotArray    FaultKind = iota + 1 // something other than the array that coordinates are
	TooDeep                          // an array deeper than those of any geometry
	AmongArrays                      // something other than an array beside arrays
	NotNumber                        // something other than a number, or a malformed one, in a position
	OneNumber                        // what stands behind a position of one number
	NoComma                          // something other than a comma or the end of an array
)

// A Fault tells where the reading of coordinates ended, and why.
type Fault struct {
	Kind     FaultKind // 0 is none
	Offset   int       // in the text
	Position int       // so many positions came before
}

// Mixed is a position and the depth at which it lies; depth 0 is none.
type Mixed struct{ Depth, Position int }

// A Severity orders what can be wrong with a number: the worse one names the cause.
type Severity int

// The severities.
const (
	OutOfRange Severity = iota + 1 // a longitude over 180 or latitude over 90 degrees, either way
	Projected                      // over 360: metres, most likely
	NotFinite                      // NaN, an infinity or too large for a float64
)

// A Number is one coordinate.
type Number struct {
	Severity Severity // 0 is none
	Position int      // counted from 0
	Which    int      // 0 longitude, 1 latitude, more for heights
	Text     []byte
	Value    float64
}

// A Ring is an array that cannot be one.
type Ring struct {
	Polygon, Ring int // counted from 0
	Count         int // of positions
	First, Last   []byte
}

// read reads the value at i and returns its end, or a place before that with a Fault.
func (c *Coordinates) read(text []byte, i int) (end int) {
	c.text = text
	c.West, c.South, c.East, c.North = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	if c.at(i) != '[' {
		return c.fail(NotArray, i)
	}
	end, _ = c.array(i, 1)
	return end
}

// array reads the array at i and reports whether it is a position: its first element tells.
func (c *Coordinates) array(i, depth int) (end int, position bool) {
	open := i
	switch i = SkipSpace(c.text, i+1); {
	case c.at(i) == ']':
		if c.Empty[depth] == nil {
			c.Empty[depth] = c.ring(depth)
		}
		return i + 1, false
	case c.at(i) != '[':
		return c.position(i, depth), true
	case depth == deepest:
		return c.fail(TooDeep, open), false
	}
	first, last, elements, positions := 0, 0, 0, 0
	var start [2]float64
	for more := true; more; elements++ {
		if c.at(i) != '[' {
			return c.fail(AmongArrays, i), false
		}
		from, n := i, 1
		end, position := 0, true
		if end, from, n = c.plain(i, depth+1); n == 0 {
			c.path[depth] = elements
			from, n = i, 1
			if end, position = c.array(i, depth+1); position {
				c.start = c.last
			}
		}
		if position {
			if last = from; positions == 0 {
				first, start = i, c.start
			}
			positions += n
			elements += n - 1
		}
		if i, more = c.more(end); c.Fault.Kind != 0 {
			return i, false
		}
	}
	if positions == elements {
		c.judge(depth, positions, first, last, start == c.last)
	}
	if c.Keep {
		switch depth {
		case c.Depth - 1:
			c.Rings.RingEnds = append(c.Rings.RingEnds, len(c.Rings.Positions))
		case c.Depth - 2:
			c.Rings.PolygonEnds = append(c.Rings.PolygonEnds, len(c.Rings.RingEnds))
		}
	}
	return i, false
}

// judge notes what is wrong with an array of positions, were it a ring. first and last are where these begin.
func (c *Coordinates) judge(depth, positions, first, last int, closed bool) {
	switch {
	case positions < 4 && c.Short == nil:
		c.Short = c.ring(depth)
		c.Short.Count = positions
	case positions >= 4 && c.Numbers && !closed && c.Unclosed == nil:
		c.Unclosed = c.ring(depth)
		c.Unclosed.First, c.Unclosed.Last = c.text[first:ValueEnd(c.text, first)], c.text[last:ValueEnd(c.text, last)]
	}
}

// ring names the array at a depth as a ring, by the way that led to it.
func (c *Coordinates) ring(depth int) *Ring {
	return &Ring{Polygon: c.path[max(depth-2, 0)], Ring: c.path[depth-1]}
}

// plain reads the n positions in a row, from the one at i on, that are plain: nearly all of a text is. end is behind them, last is where
// the last of them begins.
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

// plainNumbers reads the position at i, its end 0 if it is not of two short numbers.
func plainNumbers(text []byte, i int) (x, y float64, end int) {
	x, end = shortNumber(text, i+1)
	if end == 0 || text[end] != ',' {
		return 0, 0, 0
	}
	if end++; end < len(text) && text[end] == ' ' {
		end++
	}
	if y, end = shortNumber(text, end); end == 0 || text[end] != ']' {
		return 0, 0, 0
	}
	return x, y, end + 1
}

// longest is more than a plain position is long; a power of two.
const longest = 64

// A piece is text from the bracket of a position on. Places in it are masked, which is cheaper than to check each.
type piece [longest + 16]byte

// plainLength is the length of the position at i, 0 if it is not one of two or three numbers of up to three digits, a
// point and up to 15 decimals.
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

// position reads any position, from its first element.
func (c *Coordinates) position(i, depth int) (end int) {
	if c.Depth == 0 {
		c.Depth = depth
	} else if c.Depth != depth && c.Mixed.Depth == 0 {
		c.Mixed = Mixed{depth, c.Vertices}
	}
	var xyz [3]float64
	count := 0
	for more := true; more; count++ {
		value, n := parseNumber(c.text[i:])
		if n == 0 {
			return c.fail(NotNumber, i)
		}
		c.note(count, value, c.text[i:i+n])
		if count < len(xyz) {
			xyz[count] = value
		}
		if i, more = c.more(i + n); c.Fault.Kind != 0 {
			return i
		}
	}
	switch {
	case count < 2:
		return c.fail(OneNumber, i)
	case count > 3 && c.Long.Depth == 0:
		c.Long = Mixed{depth, c.Vertices}
	}
	c.Vertices++
	if c.last = [2]float64(xyz[:2]); c.Keep {
		c.Rings.Positions = append(c.Rings.Positions, c.last)
		if count > 2 {
			c.Rings.Heights = append(c.Rings.Heights, xyz[2])
		}
	}
	return i
}

// note takes in one number.
func (c *Coordinates) note(which int, value float64, text []byte) {
	severity, size := Severity(0), math.Abs(value)
	switch {
	case !(size <= math.MaxFloat64):
		severity = NotFinite
	case which == 0:
		c.West, c.East = min(c.West, value), max(c.East, value)
		if size > 180 {
			severity = OutOfRange
		}
	case which == 1:
		c.South, c.North = min(c.South, value), max(c.North, value)
		if size > 90 {
			severity = OutOfRange
		}
	}
	if severity == OutOfRange && size > 360 {
		severity = Projected
	}
	if severity > c.Worst.Severity {
		c.Worst = Number{severity, c.Vertices, which, text, value}
	}
}

// more goes past what may stand behind an element at i: a comma, behind which the next one is, or the bracket that ends the array.
func (c *Coordinates) more(i int) (next int, more bool) {
	switch i = SkipSpace(c.text, i); c.at(i) {
	case ',':
		return SkipSpace(c.text, i+1), true
	case ']':
		return i + 1, false
	}
	if c.Fault.Kind == 0 {
		c.fail(NoComma, i)
	}
	return i, false
}

// at is the byte at i, 0 at the end of the text.
func (c *Coordinates) at(i int) byte {
	if i < len(c.text) {
		return c.text[i]
	}
	return 0
}

func (c *Coordinates) fail(kind FaultKind, i int) (end int) {
	c.Fault = Fault{kind, i, c.Vertices}
	return i
}
