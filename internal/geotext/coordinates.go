package geotext

import (
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
	Vertices int   // positions

	West, South, East, North float64 // of the finite numbers, infinite before the first one

	Worst    Number             // the worst number and of such the first; without Numbers it may be no other than NotFinite
	Empty    [deepest + 1]*Ring // the first empty array, by its depth
	Short    *Ring              // the first one with fewer than four positions, but not empty
	Unclosed *Ring              // the first one that does not return to its start; with Numbers

	text []byte
	path [deepest + 1]int // index of the element being read, by depth
	last [2]float64       // the position that was read last
}

// Rings are positions as longitude and latitude, with the ends of the rings in them and of the polygons in those.
type Rings struct {
	Positions             [][2]float64
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

// Mixed is a position at another depth than those before.
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
	var first, last span
	var start [2]float64
	elements, positions := 0, 0
	for more := true; more; elements++ {
		if c.at(i) != '[' {
			return c.fail(AmongArrays, i), false
		}
		end, position := c.plainPosition(i, depth+1), true
		if end == 0 {
			c.path[depth] = elements
			end, position = c.array(i, depth+1)
		}
		if position {
			if last = (span{i, end}); positions == 0 {
				first, start = last, c.last
			}
			positions++
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

// span is a part of the text.
type span struct{ from, to int }

// judge notes what is wrong with an array of positions, were it a ring.
func (c *Coordinates) judge(depth, positions int, first, last span, closed bool) {
	switch {
	case positions < 4 && c.Short == nil:
		c.Short = c.ring(depth)
		c.Short.Count = positions
	case positions >= 4 && c.Numbers && !closed && c.Unclosed == nil:
		c.Unclosed = c.ring(depth)
		c.Unclosed.First, c.Unclosed.Last = c.text[first.from:first.to], c.text[last.from:last.to]
	}
}

// ring names the array at a depth as a ring, by the way that led to it.
func (c *Coordinates) ring(depth int) *Ring {
	return &Ring{Polygon: c.path[max(depth-2, 0)], Ring: c.path[depth-1]}
}

// plainPosition reads the position at i if it is one of two plain numbers, in range and not the first; else it returns 0. Nearly all of
// a text is such.
func (c *Coordinates) plainPosition(i, depth int) (end int) {
	text := c.text
	if c.Depth != depth {
		return 0
	}
	if !c.Numbers {
		end = words.PlainNumber(text, i+1)
		if end+2 > len(text) || text[end] != ',' {
			return 0
		}
		if end++; text[end] == ' ' {
			end++
		}
		if end = words.PlainNumber(text, end); end >= len(text) || text[end] != ']' {
			return 0
		}
		c.Vertices++
		return end + 1
	}
	x, end := shortNumber(text, i+1)
	if end == 0 || text[end] != ',' {
		return 0
	}
	if end++; end < len(text) && text[end] == ' ' {
		end++
	}
	y, end := shortNumber(text, end)
	if end == 0 || text[end] != ']' || x < -180 || x > 180 || y < -90 || y > 90 {
		return 0
	}
	if x < c.West {
		c.West = x
	}
	if x > c.East {
		c.East = x
	}
	if y < c.South {
		c.South = y
	}
	if y > c.North {
		c.North = y
	}
	c.add(x, y)
	return end + 1
}

func (c *Coordinates) add(x, y float64) {
	c.Vertices++
	c.last = [2]float64{x, y}
	if c.Keep {
		c.Rings.Positions = append(c.Rings.Positions, c.last)
	}
}

// position reads any position, from its first element.
func (c *Coordinates) position(i, depth int) (end int) {
	if c.Depth == 0 {
		c.Depth = depth
	} else if c.Depth != depth && c.Mixed.Depth == 0 {
		c.Mixed = Mixed{depth, c.Vertices}
	}
	var xy [2]float64
	count := 0
	for more := true; more; count++ {
		value, n := parseNumber(c.text[i:])
		if n == 0 {
			return c.fail(NotNumber, i)
		}
		c.note(count, value, c.text[i:i+n])
		if count < len(xy) {
			xy[count] = value
		}
		if i, more = c.more(i + n); c.Fault.Kind != 0 {
			return i
		}
	}
	if count < 2 {
		return c.fail(OneNumber, i)
	}
	c.add(xy[0], xy[1])
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
