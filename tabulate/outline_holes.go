package tabulate

import "math"

// holesInside is that every hole lies inside the outer ring and none inside another, beyond doubt, once no two rings meet: one position
// then tells of the whole hole.
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

// A side is where a position lies, seen from a ring.
type side int

const (
	unclear side = iota
	inside
	outside
)

// misplaced is the first hole that lies outside the outer ring or inside another hole; 0 if there is none. It is for rings that the library
// has passed, which touch in single positions at most. The library itself looks at one position of a hole, which may be the one that touches.
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

// side tells where a position lies, seen from a ring that it is not of, by the segments east or west of it. It looks at the angles that the
// library looks at.
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
