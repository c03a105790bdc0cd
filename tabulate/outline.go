package tabulate

import "math"

// An outline finds that most polygons are valid: no two segments of their rings cross or touch, except neighbours in the vertex that they
// share, and the holes are inside. It comes before the library, which takes longer than everything else that is done to a feature before it
// is sent. The library passes every polygon that the outline passes, and no result depends on rounding: if segments touch, an angle is too
// close to call or a ring winds too much, the library decides.
//
// A tree of boxes finds the segments that are close to each other. Its leaves are chains of segments; its inner nodes are neighbours along
// the ring, which are neighbours on the map too, so nothing has to be sorted.
type outline struct {
	points [][2]float64 // of all rings, each closed, without repeated ones: segment i goes from point i to point i+1
	rings  []int        // where each ring begins in points; at the end the number of points
	chains []chain
	boxes  []box // of the chains, then of pairs of chains, of pairs of those, up to the whole polygon
	levels []int // where each level of boxes begins; at the end the number of boxes
	bounds []box // of the rings, if there are holes
	work   int   // comparisons that are left
}

// A chain is segments of one ring that run strictly north, east, south or west: no two can meet unless they are neighbours.
type chain struct {
	from, to int // the segments
	closes   int // the first segment of the ring, if the last one is in this chain; else -1
}

const (
	longestChain   = 8  // segments; longer ones have large boxes
	workPerSegment = 64 // comparisons; with more of them the library may be as fast
)

// certainlyValid returns true if the polygon is valid beyond doubt. Its rings follow each other in positions, the outer one first: the first
// begins at from, each ends at one of ends. The positions are overwritten.
func (o *outline) certainlyValid(positions [][2]float64, from int, ends []int) bool {
	o.points, o.rings, o.chains = positions[from:from], append(o.rings[:0], 0), o.chains[:0]
	for _, end := range ends {
		o.addRing(positions[from:end])
		from = end
		if !o.link() {
			return false
		}
	}
	o.grow()
	o.work = workPerSegment * len(o.points)
	for level := range len(o.levels) - 1 {
		for i := 1; i < o.width(level); i += 2 {
			if !o.apart(level, i-1, i) {
				return false
			}
		}
	}
	return len(ends) == 1 || o.holesInside()
}

// addRing appends a ring without repeated positions.
func (o *outline) addRing(ring [][2]float64) {
	o.points = append(o.points, ring[0])
	for _, p := range ring[1:] {
		if p != o.points[len(o.points)-1] {
			o.points = append(o.points, p)
		}
	}
	o.rings = append(o.rings, len(o.points))
}

// link makes chains of the last ring. It returns false if two neighbours may have more in common than their vertex. They do not if both go
// forward or both go backward in the order of x, then y, or if the angle between them is certain.
func (o *outline) link() bool {
	from, to := o.rings[len(o.rings)-2], len(o.points)-1
	if to-from < 3 {
		return false
	}
	ax, ay := o.points[from][0], o.points[from][1]
	bx, by := o.points[from+1][0], o.points[from+1][1]
	firstX, firstY, way := bx, by, wayOf(ax, ay, bx, by)
	first, common, begin := way, way, from
	for i := from + 1; i < to; i++ {
		cx, cy := o.points[i+1][0], o.points[i+1][1]
		next := wayOf(bx, by, cx, cy)
		if turn(ax, ay, bx, by, cx, cy) == 0 && way.forward() != next.forward() {
			return false
		}
		if common &= next; common == 0 || i-begin == longestChain {
			o.chains = append(o.chains, chain{begin, i, -1})
			common, begin = next, i
		}
		ax, ay, bx, by, way = bx, by, cx, cy, next
	}
	o.chains = append(o.chains, chain{begin, to, from})
	// The library compares the last segment and the first one in this order.
	return turn(bx, by, firstX, firstY, ax, ay) != 0 || way.forward() == first.forward()
}

// A way is the set of directions in which a segment goes.
type way uint8

const (
	east way = 1 << iota
	west
	north
	south
)

func wayOf(ax, ay, bx, by float64) way {
	return is(ax < bx) | is(ax > bx)<<1 | is(ay < by)<<2 | is(ay > by)<<3
}

func is(b bool) way {
	if b {
		return 1
	}
	return 0
}

// forward reports whether the segment ends after its beginning in the order of x, then y.
func (w way) forward() bool { return w&east != 0 || w == north }

// grow makes the tree of boxes.
func (o *outline) grow() {
	o.boxes, o.levels = o.boxes[:0], append(o.levels[:0], 0)
	for _, c := range o.chains {
		all := o.segmentBox(c.from)
		for s := c.from + 1; s < c.to; s++ {
			all = all.with(o.points[s+1][0], o.points[s+1][1])
		}
		o.boxes = append(o.boxes, all)
	}
	for from, to := 0, len(o.boxes); ; from, to = to, len(o.boxes) {
		o.levels = append(o.levels, to)
		if to-from == 1 {
			return
		}
		for i := from; i < to; i += 2 {
			o.boxes = append(o.boxes, o.boxes[i].and(o.boxes[min(i+1, to-1)]))
		}
	}
}

func (o *outline) width(level int) int { return o.levels[level+1] - o.levels[level] }

// apart reports whether nothing in the i-th box of a level meets anything in the j-th, which comes later on the ring.
func (o *outline) apart(level, i, j int) bool {
	if o.work--; o.work < 0 {
		return false
	}
	if at := o.levels[level]; !o.boxes[at+i].overlaps(o.boxes[at+j]) {
		return true
	}
	if level == 0 {
		return o.chainsApart(i, j)
	}
	width := o.width(level - 1)
	for a := 2 * i; a < min(2*i+2, width); a++ {
		for b := 2 * j; b < min(2*j+2, width); b++ {
			if !o.apart(level-1, a, b) {
				return false
			}
		}
	}
	return true
}

func (o *outline) chainsApart(i, j int) bool {
	here, there, all := o.chains[i], o.chains[j], o.boxes[j]
	for s := here.from; s < here.to; s++ {
		box := o.segmentBox(s)
		if !box.overlaps(all) {
			continue
		}
		o.work -= there.to - there.from
		for t := there.from; t < there.to; t++ {
			neighbours := t == s+1 || t == there.to-1 && s == there.closes
			if !neighbours && box.overlaps(o.segmentBox(t)) && !o.segmentsApart(s, t) {
				return false
			}
		}
	}
	return true
}

// segmentsApart reports whether one segment is on one side of the other beyond doubt. The library finds the same, as it looks at the same
// four angles. If a segment seems to be straight in line with both ends of the other, the library compares boxes instead; so one angle has
// to be certain.
func (o *outline) segmentsApart(s, t int) bool {
	ax, ay, bx, by := o.points[s][0], o.points[s][1], o.points[s+1][0], o.points[s+1][1]
	cx, cy, dx, dy := o.points[t][0], o.points[t][1], o.points[t+1][0], o.points[t+1][1]
	c, d := turn(ax, ay, bx, by, cx, cy), turn(ax, ay, bx, by, dx, dy)
	a, b := turn(cx, cy, dx, dy, ax, ay), turn(cx, cy, dx, dy, bx, by)
	return sameSide(c, d) && (a != 0 || b != 0) || sameSide(a, b) && (c != 0 || d != 0)
}

func sameSide(a, b float64) bool { return a > 0 && b > 0 || a < 0 && b < 0 }

// turn is positive if the way over three points turns left, negative if it turns right, and 0 if rounding could change the result (the first
// bound of Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997: 3.3e-16, and some more for underflow).
func turn(ax, ay, bx, by, cx, cy float64) float64 {
	l, r := float64((bx-ax)*(cy-by)), float64((by-ay)*(cx-bx)) // float64: without a fused product
	if math.Abs(l-r) > 4.5e-16*(math.Abs(l)+math.Abs(r))+1e-300 {
		return l - r
	}
	return 0
}

// A box is closed: boxes that touch overlap.
type box struct{ west, south, east, north float64 }

func (o *outline) segmentBox(i int) box {
	ax, ay, bx, by := o.points[i][0], o.points[i][1], o.points[i+1][0], o.points[i+1][1]
	return box{min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)}
}

func (b box) overlaps(c box) bool {
	return b.west <= c.east && c.west <= b.east && b.south <= c.north && c.south <= b.north
}

func (b box) with(x, y float64) box {
	return box{min(b.west, x), min(b.south, y), max(b.east, x), max(b.north, y)}
}

func (b box) and(c box) box {
	return box{min(b.west, c.west), min(b.south, c.south), max(b.east, c.east), max(b.north, c.north)}
}

// holesInside reports whether every hole is inside the outer ring and none is inside another, beyond doubt. No two rings meet, so one
// position of a hole is enough.
func (o *outline) holesInside() bool {
	o.bounds = o.bounds[:0]
	for ring := range len(o.rings) - 1 {
		all := o.segmentBox(o.rings[ring])
		for _, p := range o.points[o.rings[ring]:o.rings[ring+1]] {
			all = all.with(p[0], p[1])
		}
		o.bounds = append(o.bounds, all)
	}
	for hole := 1; hole < len(o.bounds); hole++ {
		if o.side(o.rings[hole], 0) != inside {
			return false
		}
		for other := 1; other < len(o.bounds); other++ {
			if o.work--; other != hole && o.bounds[hole].overlaps(o.bounds[other]) && o.side(o.rings[hole], other) != outside {
				return false
			}
		}
	}
	return true
}

// A side says where a position is, seen from a ring.
type side int

const (
	unclear side = iota
	inside
	outside
)

// misplaced returns the first hole that lies outside the outer ring or inside another hole, 0 if there is none. It is for rings that the
// library has passed: they touch in single positions at most. The library looks at one position of a hole, which may be one that touches.
func (o *outline) misplaced() (hole int) {
	o.work = math.MaxInt
	for hole := 1; hole < len(o.rings)-1; hole++ {
		for other := range len(o.rings) - 1 {
			want := outside
			if other == 0 {
				want = inside
			}
			for i := o.rings[hole]; i < o.rings[hole+1] && other != hole; i++ {
				if at := o.side(i, other); at == want {
					break
				} else if at != unclear {
					return hole
				}
			}
		}
	}
	return 0
}

// side returns where a position lies, seen from a ring that it is not part of, by the segments east or west of it. It compares the same
// angles as the library.
func (o *outline) side(position, other int) side {
	if o.work -= (o.rings[other+1] - o.rings[other]) / 4; o.work < 0 {
		return unclear
	}
	x, y := o.points[position][0], o.points[position][1]
	odd := false
	for s := o.rings[other]; s < o.rings[other+1]-1; s++ {
		lowX, lowY, highX, highY := o.points[s][0], o.points[s][1], o.points[s+1][0], o.points[s+1][1]
		if lowY > highY {
			lowX, lowY, highX, highY = highX, highY, lowX, lowY
		}
		crosses := lowY <= y && y < highY
		if !crosses && !o.segmentBox(s).overlaps(box{x, y, x, y}) {
			continue
		}
		at := turn(lowX, lowY, highX, highY, x, y)
		if at == 0 {
			return unclear
		}
		odd = odd != (crosses && at < 0)
	}
	if odd {
		return inside
	}
	return outside
}
