package geotext

import (
	"fmt"
	"math"
)

// deepest is the depth of a MultiPolygon's coordinates, the deepest of the types that the service takes.
const deepest = 4

// Coordinates reads the value of a "coordinates" member in one pass. The type may stand behind it, so Coordinates notes what would be wrong
// for any type.
type Coordinates struct {
	Numbers bool // compute bounds, ranges and closed rings; else only the grammar of numbers is checked
	Keep    bool // fill Rings; only with Numbers
	Rings   Rings

	Fault    Fault // why reading ended early
	Depth    int   // arrays around each number; 0 if there is no number
	Mixed    Mixed // the first position at another depth
	Long     Mixed // the first position of more than three numbers
	Vertices int   // number of positions

	West, South, East, North float64 // bounds of the finite numbers; infinite if there is none

	Worst    Number             // the first number of the greatest Severity; without Numbers only NotFinite is found
	Empty    [deepest + 1]*Ring // the first empty array of each depth
	Short    *Ring              // the first array of one to three positions
	Unclosed *Ring              // the first array that does not return to its start; only with Numbers

	text  []byte
	path  [deepest + 1]int // index of the current element at each depth
	last  [2]float64       // the position before
	start [2]float64       // the first position of the last run that plain read
}

// Rings holds positions as longitude and latitude. RingEnds are indexes into Positions, PolygonEnds into RingEnds.
type Rings struct {
	Positions             [][2]float64
	RingEnds, PolygonEnds []int
}

// A FaultKind says why a value is not coordinates.
type FaultKind int

// The kinds say what stands at the Offset of a Fault.
const (
	NotArray    FaultKind = iota + 1 // another value than an array
	TooDeep                          // an array deeper than those of any geometry
	AmongArrays                      // another value than an array beside arrays
	NotNumber                        // another value than a number, or a malformed number, in a position
	OneNumber                        // the end of a position of one number
	NoComma                          // something else than a comma or the end of an array
)

// A Fault says where and why the reading of coordinates ended.
type Fault struct {
	Kind     FaultKind // 0 is none
	Offset   int       // in the text; its length if the text is cut off
	Position int       // number of positions before
}

// Describe says in words what is wrong. Positions are counted from first.
func (f Fault) Describe(text []byte, first int) string {
	if f.Offset >= len(text) {
		return "coordinates are cut off"
	}
	position, what := f.Position+first, Describe(text[f.Offset])
	switch {
	case f.Kind == NotArray:
		return fmt.Sprintf("coordinates are %s, not an array", what)
	case f.Kind == TooDeep:
		return "coordinates are nested deeper than those of any geometry"
	case f.Kind == AmongArrays:
		return fmt.Sprintf("coordinates hold %s among arrays", what)
	case f.Kind == NotNumber && what == "a number":
		return fmt.Sprintf("position %d holds a malformed number", position)
	case f.Kind == NotNumber:
		return fmt.Sprintf("position %d holds %s where a number belongs", position, what)
	case f.Kind == OneNumber:
		return fmt.Sprintf("position %d has one number; it needs longitude and latitude", position)
	default:
		return fmt.Sprintf("coordinates are not JSON near position %d", position)
	}
}

// Mixed is a position, counted from 0, and its depth; depth 0 is none.
type Mixed struct{ Depth, Position int }

// A Severity orders what can be wrong with a number. The greatest one is the likely cause of the others.
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

// A Ring is an array of positions that cannot be a ring.
type Ring struct {
	Polygon, Ring int // counted from 0
	Count         int // of positions
	First, Last   []byte
}

// read reads the value at i and returns its end, or with a Fault an offset before that.
func (c *Coordinates) read(text []byte, i int) (end int) {
	c.text = text
	c.West, c.South, c.East, c.North = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	if c.at(i) != '[' {
		return c.fail(NotArray, i)
	}
	end, _ = c.array(i, 1)
	return end
}

// array reads the array at i and reports whether it is a position, which it is if its first element is no array.
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
		position := true
		end, from, n := c.plain(i, depth+1)
		if n == 0 {
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

// judge notes what is wrong with an array of positions if it is a ring. first and last are the offsets of its first and last position.
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

// ring returns the current array of a depth as a ring.
func (c *Coordinates) ring(depth int) *Ring {
	return &Ring{Polygon: c.path[max(depth-2, 0)], Ring: c.path[depth-1]}
}

// position reads any position; i is the offset of its first element.
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
	switch {
	case count < 2:
		return c.fail(OneNumber, i)
	case count > 3 && c.Long.Depth == 0:
		c.Long = Mixed{depth, c.Vertices}
	}
	c.Vertices++
	if c.last = xy; c.Keep {
		c.Rings.Positions = append(c.Rings.Positions, xy)
	}
	return i
}

// note adds one number to the bounds and to Worst.
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

// more reads what follows an element: a comma, or the bracket that ends the array. next is the offset of the next element, or behind the
// array.
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

// at returns the byte at i, 0 at the end of the text.
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
