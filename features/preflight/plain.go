package preflight

import (
	"math"

	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// plainText reads a geometry that is written as nearly all are: an object of a
// type and coordinates, each once, and nothing else. What it takes is what
// geometryText would pass, at a fraction of the cost. What it does not take is
// wrong or unusual: geometryText judges that, and it alone names reasons.
type plainText struct {
	text []byte
	i    int
	out  *Rings // gets the positions; nil if nobody wants them

	kind                     string
	depth                    int // of the positions in the coordinates; 0 before they were read
	vertices                 int
	west, south, east, north float64
}

// read reports whether the text was taken.
func (p *plainText) read() bool {
	if !p.take('{') {
		return false
	}
	for more := true; more; more = p.take(',') {
		p.space()
		switch {
		case p.kind == "" && p.word(`"type"`):
			if !p.take(':') || !p.readKind() {
				return false
			}
		case p.depth == 0 && p.word(`"coordinates"`):
			if !p.take(':') || !p.coordinates() {
				return false
			}
		default:
			return false
		}
	}
	if !p.take('}') {
		return false
	}
	p.space()
	return p.i == len(p.text) && p.depth == depthOf(p.kind) && p.depth != 0 &&
		p.west >= -180 && p.east <= 180 && p.south >= -90 && p.north <= 90
}

func depthOf(kind string) int {
	switch kind {
	case "Point":
		return 1
	case "Polygon":
		return 3
	case "MultiPolygon":
		return 4
	}
	return 0
}

func (p *plainText) readKind() bool {
	p.space()
	switch {
	case p.word(`"Polygon"`):
		p.kind = "Polygon"
	case p.word(`"MultiPolygon"`):
		p.kind = "MultiPolygon"
	case p.word(`"Point"`):
		p.kind = "Point"
	default:
		return false
	}
	return true
}

// coordinates reads those of any type: the brackets in front tell which.
func (p *plainText) coordinates() bool {
	p.west, p.south, p.east, p.north = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	from := p.i
	for p.take('[') {
		p.depth++
	}
	p.i = from
	switch p.depth {
	case 1:
		_, _, ok := p.position()
		return ok
	case 3:
		return p.polygon()
	case 4:
		return p.multiPolygon()
	}
	return false
}

func (p *plainText) multiPolygon() bool {
	if !p.take('[') {
		return false
	}
	for more := true; more; more = p.take(',') {
		if !p.polygon() {
			return false
		}
	}
	return p.take(']')
}

func (p *plainText) polygon() bool {
	if !p.take('[') {
		return false
	}
	for more := true; more; more = p.take(',') {
		if !p.ring() {
			return false
		}
	}
	if p.out != nil {
		p.out.PolygonEnds = append(p.out.PolygonEnds, len(p.out.RingEnds))
	}
	return p.take(']')
}

func (p *plainText) ring() bool {
	if !p.take('[') {
		return false
	}
	firstX, firstY, ok := p.position()
	x, y, count := firstX, firstY, 1
	for ; ok && p.take(','); count++ {
		x, y, ok = p.position()
	}
	if !ok || count < 4 || x != firstX || y != firstY || !p.take(']') {
		return false
	}
	if p.out != nil {
		p.out.RingEnds = append(p.out.RingEnds, len(p.out.Positions))
	}
	return true
}

// position reads one, with its heights if it has any.
func (p *plainText) position() (x, y float64, ok bool) {
	if !p.take('[') {
		return 0, 0, false
	}
	if x, y, ok = p.shortPosition(); !ok {
		if x, y, ok = p.anyPosition(); !ok {
			return 0, 0, false
		}
	}
	if p.vertices++; p.vertices > MaxVertices {
		return 0, 0, false
	}
	if x < p.west {
		p.west = x
	}
	if x > p.east {
		p.east = x
	}
	if y < p.south {
		p.south = y
	}
	if y > p.north {
		p.north = y
	}
	if p.out != nil {
		p.out.Positions = append(p.out.Positions, [2]float64{x, y})
	}
	return x, y, true
}

// shortPosition reads what follows the bracket of two short numbers.
func (p *plainText) shortPosition() (x, y float64, ok bool) {
	x, i := geotext.ShortNumber(p.text, p.i)
	if i == 0 || p.text[i] != ',' {
		return 0, 0, false
	}
	if i++; i < len(p.text) && p.text[i] == ' ' {
		i++
	}
	y, i = geotext.ShortNumber(p.text, i)
	if i == 0 || p.text[i] != ']' {
		return 0, 0, false
	}
	p.i = i + 1
	return x, y, true
}

// anyPosition reads what follows the bracket of numbers of whatever kind.
func (p *plainText) anyPosition() (x, y float64, ok bool) {
	for k, more := 0, true; more; k++ {
		p.space()
		value, n := geotext.ParseNumber(p.text[p.i:])
		p.i += n
		if n == 0 || !(math.Abs(value) <= math.MaxFloat64) {
			return 0, 0, false
		}
		switch k {
		case 0:
			x = value
		case 1:
			y = value
		}
		if more = p.take(','); !more && k == 0 {
			return 0, 0, false
		}
	}
	return x, y, p.take(']')
}

// take goes past one byte, and white space in front of it, if it comes next.
func (p *plainText) take(c byte) bool {
	if p.i < len(p.text) && p.text[p.i] == c {
		p.i++
		return true
	}
	return p.takeBehindSpace(c)
}

func (p *plainText) takeBehindSpace(c byte) bool {
	p.space()
	if p.i < len(p.text) && p.text[p.i] == c {
		p.i++
		return true
	}
	return false
}

// word goes past a text, if it comes next.
func (p *plainText) word(w string) bool {
	if len(p.text)-p.i < len(w) || string(p.text[p.i:p.i+len(w)]) != w {
		return false
	}
	p.i += len(w)
	return true
}

func (p *plainText) space() { p.i = geotext.SkipSpace(p.text, p.i) }
