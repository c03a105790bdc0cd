package tabulate

import "math"

// An outline decides of most polygons that they are valid: no two segments of their rings cross or touch, except neighbours in the
// vertex that they share, and the holes lie inside. It stands in front of the library because the library's answer takes longer than all
// else that is done to a feature before it is sent. What it passes, the library passes, and nothing of that rests on rounding: a touch,
// an angle too close to call, a ring that winds too much are left to the library, which has the last word.
//
// A tree of boxes finds the segments that are close to each other. Its leaves are chains of segments, and its inner nodes hold what
// follows each other: near along a ring is near on the map, so nothing has to be sorted.
type outline struct {
	points [][2]float64 // of all rings, each closed, none twice in a row: segment i goes from point i to point i+1
	rings  []int        // where each ring begins in points, and the number of points
	chains []chain
	boxes  []box // of the chains, of pairs of chains, of pairs of those, up to the whole polygon
	levels []int // where each level of boxes begins, and their number
	bounds []box // of the rings, where there are holes
	work   int   // comparisons that may still be made
}

// A chain is segments of one ring that run strictly north, east, south or west: no two can meet unless they are neighbours.
type chain struct {
	from, to int // the segments
	closes   int // the first segment of the ring, if the last one is in this chain; else -1
}

const (
	longestChain   = 8  // segments; longer ones have large boxes
	workPerSegment = 64 // comparisons beyond which the library may be as fast
)

// certainlyValid is true for a polygon that is valid beyond doubt. Its rings lie in positions behind each other, the outer one first: the
// first begins at from, each ends at one of ends. Their memory is used to work in.
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

// addRing appends a ring without the positions that repeat.
func (o *outline) addRing(ring [][2]float64) {
	o.points = append(o.points, ring[0])
	for _, p := range ring[1:] {
		if p != o.points[len(o.points)-1] {
			o.points = append(o.points, p)
		}
	}
	o.rings = append(o.rings, len(o.points))
}

// link makes chains of the last ring. It is false if neighbours may have more in common than their vertex. They have not if one goes on
// where the other came to, in the order of first x and then y, or if the angle between them is certain.
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
	// The library looks at the last and the first segment the other way round.
	return turn(bx, by, firstX, firstY, ax, ay) != 0 || way.forward() == first.forward()
}

// A way is a set of the quarters of the sky towards which a segment goes.
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

// forward is that the segment ends behind its beginning in the order of x, then y.
func (w way) forward() bool { return w&east != 0 || w == north }

// grow makes the boxes.
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

// apart is that nothing under a box, the i-th of its level, meets anything under the j-th, which comes later on the ring.
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

// segmentsApart is that one segment lies on one side of the other beyond doubt. The library finds the same: it looks at the same four
// angles. Where both ends of a segment look straight to it, it compares boxes instead; hence the demand that one certainly is not.
func (o *outline) segmentsApart(s, t int) bool {
	ax, ay, bx, by := o.points[s][0], o.points[s][1], o.points[s+1][0], o.points[s+1][1]
	cx, cy, dx, dy := o.points[t][0], o.points[t][1], o.points[t+1][0], o.points[t+1][1]
	c, d := turn(ax, ay, bx, by, cx, cy), turn(ax, ay, bx, by, dx, dy)
	a, b := turn(cx, cy, dx, dy, ax, ay), turn(cx, cy, dx, dy, bx, by)
	return sameSide(c, d) && (a != 0 || b != 0) || sameSide(a, b) && (c != 0 || d != 0)
}

func sameSide(a, b float64) bool { return a > 0 && b > 0 || a < 0 && b < 0 }

// turn is positive where the way over three points turns left, negative where it turns right, and 0 where rounding leaves that open
// (the first bound of Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997: his 3.3e-16, and something for underflow).
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
