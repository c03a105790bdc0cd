package dem

import (
	"math"
	"math/bits"
)

// burn adds one polygon, its exterior ring first, then its holes: the pixels
// whose centre lies inside, and those that its border touches.
func (c *canvas) burn(rings [][]vertex) {
	c.fill(rings)
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			c.walk(ring[i-1], ring[i])
		}
	}
}

// fill burns the pixels whose centre lies inside by the even-odd rule, all rings
// taken together. GDAL collects where the border crosses the centre line of a
// row, rounds to columns, sorts, and fills between the first and the second, the
// third and the fourth, and so on. Here a crossing flips the bit of its column
// instead, and a column is inside when an odd number of bits up to it are set.
//
// A horizontal edge on a centre line, which crosses nothing, is filled by itself
// when it runs to the left: rings being clockwise, the inside lies above.
func (c *canvas) fill(rings [][]vertex) {
	first, last := rowSpan(rings)
	if first > last {
		return
	}
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			c.cross(ring[i-1], ring[i])
		}
	}
	for row := first; row <= last; row++ {
		c.fillRow(row)
	}
}

// rowSpan returns the rows that a polygon may fill: none when it has no vertex,
// nor when it ends beyond the range of 32 bits, nor when its first vertex is not
// a number.
func rowSpan(rings [][]vertex) (first, last int) {
	if len(rings) == 0 || len(rings[0]) == 0 {
		return 0, -1
	}
	top, bottom := rings[0][0].y, rings[0][0].y
	for _, ring := range rings {
		for _, v := range ring {
			if v.y < top { // not min, which would pass on a NaN
				top = v.y
			}
			if v.y > bottom {
				bottom = v.y
			}
		}
	}
	return max(truncate(top), 0), min(truncate(bottom), Rows-1)
}

// cross flips the bits where the edge from a to b crosses centre lines. The
// upper end of an edge belongs to it, the lower one does not, so that a vertex
// on a centre line counts once.
func (c *canvas) cross(a, b vertex) {
	if a.y == b.y && a.x > b.x {
		if row := math.Floor(a.y); row+0.5 == a.y && row >= 0 && row < Rows {
			c.setRun(int(row), truncate(math.Floor(b.x+0.5)), truncate(math.Floor(a.x+0.5)))
		}
	}
	if a.y > b.y {
		a, b = b, a
	}
	from, to := max(math.Ceil(a.y-0.5), 0), min(math.Ceil(b.y-0.5), Rows)
	for y := from; y < to; y++ { // no turn at all when an end is not a number
		x := float64((y+0.5-a.y)*(b.x-a.x))/(b.y-a.y) + a.x
		row, col := int(y), min(max(truncate(math.Floor(x+0.5)), 0), Cols)
		c.crossed[row].flip(col)
		c.rightmost[row] = max(c.rightmost[row], col)
	}
}

// fillRow burns one row between its crossings and forgets them.
func (c *canvas) fillRow(row int) {
	line := &c.crossed[row]
	if *line == (bitRow{}) { // no crossings, or in pairs that cancel
		c.rightmost[row] = 0
		return
	}
	ones := 0
	for _, word := range line {
		ones += bits.OnesCount64(word)
	}
	if ones%2 == 1 { // an edge led nowhere (its end is not a number): the last crossing has no partner
		line.flip(c.rightmost[row])
	}
	inside := uint64(0) // all ones while the columns left of the word end inside
	for w, word := range line {
		for shift := 1; shift < 64; shift *= 2 { // bit i becomes the parity of the bits up to i
			word ^= word << shift
		}
		word ^= inside
		inside = -(word >> 63)
		if w == rowWords-1 {
			word &= 1<<(Cols%64) - 1 // the bit of Cols stands for all crossings off the grid
		}
		c.burned[row][w] |= word
	}
	c.touch(row)
	*line, c.rightmost[row] = bitRow{}, 0
}

// truncate converts to an integer as the service's machine does: towards zero,
// and to the smallest 32-bit integer whatever does not fit 32 bits.
func truncate(f float64) int {
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int(f)
	}
	return math.MinInt32
}
