package dem

import "math"

const (
	onBorder = 1e-4 // pixels: an edge with both ends this close to a line of the grid runs along it
	straight = 0.01 // pixels: an edge that spans less than this is vertical, or horizontal
	nudge    = 1e-9 // pixels: the least step over a row's border
)

// walk burns the pixels that the edge from a to b passes through. Like GDAL's it
// is not quite exact: an edge whose ends lie in one column, or less than straight
// apart, counts as vertical, likewise in one row as horizontal; and an edge along
// a line of the grid touches neither side.
func (c *canvas) walk(a, b vertex) {
	if a.y < 0 && b.y < 0 || a.y > Rows && b.y > Rows || a.x < 0 && b.x < 0 || a.x > Cols && b.x > Cols {
		return
	}
	if a.x > b.x {
		a, b = b, a
	}
	switch {
	case math.Floor(a.x) == math.Floor(b.x) || math.Abs(a.x-b.x) < straight:
		if !alongLine(a.x, b.x) {
			c.walkDown(truncate(math.Floor(b.x)), min(a.y, b.y), max(a.y, b.y))
		}
	case math.Floor(a.y) == math.Floor(b.y) || math.Abs(a.y-b.y) < straight:
		if row := math.Floor(a.y); !alongLine(a.y, b.y) && row >= 0 && row < Rows {
			c.setRun(int(row), truncate(math.Floor(a.x)), truncate(math.Floor(b.x-onBorder))+1)
		}
	default:
		c.walkAcross(a, b)
	}
}

// alongLine says whether both ends lie on a line of the grid.
func alongLine(a, b float64) bool {
	return math.Abs(a-math.Round(a)) < onBorder && math.Abs(b-math.Round(b)) < onBorder
}

// walkDown burns the rows of one column from top to bottom.
func (c *canvas) walkDown(col int, top, bottom float64) {
	last := min(truncate(math.Floor(bottom-onBorder)), Rows-1)
	for row := max(truncate(math.Floor(top)), 0); row <= last; row++ {
		c.set(row, col)
	}
}

// walkAcross steps from a to b, which lies to its right, from one border of a
// pixel to the next.
func (c *canvas) walkAcross(a, b vertex) {
	slope := (b.y - a.y) / (b.x - a.x)
	a, b = clip(a, b, slope)
	x, y := a.x, a.y
	// Within the grid there is at most a step a column and two a row. An edge whose
	// ends are trillions of pixels away may by rounding start far off the grid all
	// the same; GDAL then walks that distance, which is not worth repeating.
	for steps := 2*Rows + Cols; steps > 0 && x >= 0 && x < b.x; steps-- {
		col, row := truncate(math.Floor(x)), truncate(math.Floor(y))
		if slope > 0 && row >= Rows || slope < 0 && row < 0 {
			return // and does not come back
		}
		c.set(row, col)
		dx := math.Floor(x+1) - x
		dy := float64(dx * slope)
		if truncate(math.Floor(y+dy)) != row { // the row ends before the column
			if slope < 0 {
				dy = min(float64(row)-y, -nudge)
			} else {
				dy = max(float64(row+1)-y, nudge)
			}
			dx = dy / slope
		}
		x += dx
		y += dy
	}
}

// clip cuts an edge from left to right to the grid, at both sides and where it
// enters from above or below. Where it leaves upwards it is cut too; downwards
// GDAL lengthens it instead, to no effect but in the last bits.
func clip(a, b vertex, slope float64) (vertex, vertex) {
	if b.x > Cols {
		b.y -= float64((b.x - Cols) * slope)
		b.x = Cols
	}
	if a.x < 0 {
		a.y += float64(-a.x * slope)
		a.x = 0
	}
	if b.y > a.y {
		if a.y < 0 {
			a.x += -a.y / slope
			a.y = 0
		}
		if b.y >= Rows {
			b.x += (b.y - Rows) / slope
		}
	} else {
		if a.y >= Rows {
			a.x += (Rows - a.y) / slope
			a.y = Rows
		}
		if b.y < 0 {
			b.x -= b.y / slope
		}
	}
	return a, b
}
