package tabulate

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
		if o.side(hole, 0) != inside {
			return false
		}
		for other := 1; other < len(o.bounds); other++ {
			if o.work--; other != hole && o.bounds[hole].overlaps(o.bounds[other]) && o.side(hole, other) != outside {
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

// side tells where a ring begins, seen from another, by the segments east or west of that place. It looks at the angles that the library
// looks at.
func (o *outline) side(ring, other int) side {
	if o.work -= (o.rings[other+1] - o.rings[other]) / 4; o.work < 0 {
		return unclear
	}
	x, y := o.points[o.rings[ring]][0], o.points[o.rings[ring]][1]
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
