package preflight

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// deepest is the nesting of a MultiPolygon's coordinates, the deepest there is.
const deepest = 4

// coordinates is one pass over the text of a "coordinates" member. It does not
// know the type yet, which may come later: it notes what each type would mind.
type coordinates struct {
	text []byte
	i    int

	path      [deepest + 1]int     // index of the element being read, per depth
	positions int                  // depth at which positions lie; 0 before the first
	mixed     bool                 // positions at different depths
	emptyAt   [deepest + 1]badRing // the first empty array, per depth
	vertices  int
	worst     badNumber
	short     badRing // the first with fewer than four positions
	unclosed  badRing // the first that does not return to its start

	west, south, east, north float64
}

// A badNumber is the worst coordinate of a geometry and the first of its kind.
type badNumber struct {
	code     Code
	position int // counted from 0 over the whole geometry
	which    int // 0 longitude, 1 latitude, 2 and more height and what follows
	text     string
	value    float64
}

// severity orders what can be wrong with a number: the worse one names the cause.
var severity = map[Code]int{OutOfRange: 1, Projected: 2, NotFinite: 3}

func (n badNumber) axis() string { return [...]string{"longitude", "latitude"}[n.which] }

func (n badNumber) advice() string {
	switch {
	case n.which == 0 && n.value > 180:
		return "; subtract 360"
	case n.which == 0:
		return "; add 360"
	case math.Abs(n.value) <= 180:
		return "; are longitude and latitude swapped?"
	}
	return ""
}

// A badRing is a ring that cannot bound anything.
type badRing struct {
	found         bool
	polygon, ring int
	count         int
	first, last   string
}

// name tells which ring it is: ring 0 is the outer one.
func (r badRing) name(kind string) string {
	if kind == "MultiPolygon" {
		return fmt.Sprintf("ring %d of polygon %d", r.ring, r.polygon)
	}
	return fmt.Sprintf("ring %d", r.ring)
}

// scan reads the whole text.
func (c *coordinates) scan() *Error {
	c.west, c.south, c.east, c.north = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	if _, bad := c.array(1); bad != nil {
		return bad
	}
	if c.i != len(c.text) {
		return refusal(BadCoordinates, "coordinates are not JSON")
	}
	return nil
}

// array reads one array at a depth, from its opening bracket, and reports whether
// it was a position: its first element tells.
func (c *coordinates) array(depth int) (position bool, bad *Error) {
	c.i++ // [
	switch b := c.peek(); {
	case b == ']':
		c.i++
		if !c.emptyAt[depth].found {
			c.emptyAt[depth] = c.ringAt(depth, 0)
		}
		return false, nil
	case b != '[':
		return true, c.position(depth)
	case depth == deepest:
		return false, refusal(BadCoordinates, "coordinates are nested deeper than those of any geometry")
	}
	var positions, elements int
	var first, last []byte // positions at the ends, were this a ring
	for more := true; more; elements++ {
		if c.peek() != '[' {
			return false, refusal(BadCoordinates, "coordinates hold %s among arrays", geotext.Describe(c.peek()))
		}
		c.path[depth] = elements
		from := c.i
		isPosition, bad := c.array(depth + 1)
		if bad != nil {
			return false, bad
		}
		if isPosition {
			positions++
			if last = c.text[from:c.i]; first == nil {
				first = last
			}
		}
		if more, bad = c.more(); bad != nil {
			return false, bad
		}
	}
	switch {
	case positions < elements:
	case positions < 4:
		if !c.short.found {
			c.short = c.ringAt(depth, positions)
		}
	case !c.unclosed.found && !samePlace(first, last):
		c.unclosed = c.ringAt(depth, positions)
		c.unclosed.first, c.unclosed.last = string(first), string(last)
	}
	return false, nil
}

// ringAt describes the array at a depth as a ring, by the way that led to it.
func (c *coordinates) ringAt(depth, count int) badRing {
	return badRing{found: true, polygon: c.path[max(depth-2, 0)], ring: c.path[depth-1], count: count}
}

// position reads an array of numbers, from its first element.
func (c *coordinates) position(depth int) *Error {
	if c.positions == 0 {
		c.positions = depth
	}
	c.mixed = c.mixed || c.positions != depth
	count := 0
	for more := true; more; count++ {
		c.peek()
		value, n := geotext.ParseNumber(c.text[c.i:])
		if n == 0 {
			what := geotext.Describe(c.peek())
			if what == "a number" {
				return refusal(BadCoordinates, "position %d holds a malformed number", c.vertices)
			}
			return refusal(BadCoordinates, "position %d holds %s where a number belongs", c.vertices, what)
		}
		c.note(count, value, n)
		c.i += n
		var bad *Error
		if more, bad = c.more(); bad != nil {
			return bad
		}
	}
	if count < 2 {
		return refusal(BadCoordinates, "position %d has one number; it needs longitude and latitude", c.vertices)
	}
	c.vertices++
	return nil
}

// note takes in one number of n bytes at the current place.
func (c *coordinates) note(which int, value float64, n int) {
	code, size := Code(""), math.Abs(value)
	switch {
	case !(size <= math.MaxFloat64):
		code = NotFinite
	case which == 0:
		c.west, c.east = min(c.west, value), max(c.east, value)
		if size > 180 {
			code = OutOfRange
		}
	case which == 1:
		c.south, c.north = min(c.south, value), max(c.north, value)
		if size > 90 {
			code = OutOfRange
		}
	}
	if code == OutOfRange && size > 360 {
		code = Projected
	}
	if code != "" && severity[code] > severity[c.worst.code] {
		c.worst = badNumber{code, c.vertices, which, string(c.text[c.i : c.i+n]), value}
	}
}

// more goes past a comma, or past the bracket that ends the array.
func (c *coordinates) more() (bool, *Error) {
	switch c.peek() {
	case ',':
		c.i++
		return true, nil
	case ']':
		c.i++
		return false, nil
	}
	return false, refusal(BadCoordinates, "coordinates are not JSON near position %d", c.vertices)
}

// peek skips white space and returns the next byte, 0 at the end.
func (c *coordinates) peek() byte {
	c.i = geotext.SkipSpace(c.text, c.i)
	if c.i == len(c.text) {
		return 0
	}
	return c.text[c.i]
}

// samePlace compares the longitude and latitude of two positions, as numbers.
func samePlace(a, b []byte) bool {
	return bytes.Equal(a, b) || lonLat(a) == lonLat(b)
}

func lonLat(position []byte) (p [2]float64) {
	fields := bytes.Split(bytes.Trim(position, "[] \t\r\n"), []byte{','})
	for i := range min(len(p), len(fields)) {
		p[i], _ = strconv.ParseFloat(string(bytes.TrimSpace(fields[i])), 64)
	}
	return p
}
