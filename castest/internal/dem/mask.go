package dem

import (
	"iter"
	"math/bits"
)

// Mask is a set of pixels, as Cover selects them. The zero Mask is empty.
type Mask struct {
	runs   []run // disjoint, in row-major order
	pixels int
}

// run is the pixels from..to-1 of one row, as row-major positions.
type run struct{ from, to int32 }

// Pixels is the number of pixels in the mask.
func (m Mask) Pixels() int { return m.pixels }

// All yields the row and column of every pixel, row by row from the north, each
// from the west.
func (m Mask) All() iter.Seq2[int, int] {
	return func(yield func(row, col int) bool) {
		for _, r := range m.runs {
			for at := int(r.from); at < int(r.to); at++ {
				if !yield(at/Cols, at%Cols) {
					return
				}
			}
		}
	}
}

const rowWords = (Cols + 63) / 64

// bitRow holds one bit per column, the lowest bit of word 0 being column 0.
type bitRow [rowWords]uint64

// canvas is what one geometry is burned on. Its size is that of the grid,
// whatever the geometry; canvases are reused, and only the rows between first
// and last are ever touched, scanned and wiped.
type canvas struct {
	burned      [Rows]bitRow
	crossed     [Rows]bitRow // scratch of fill: where the border crosses the row's centre line
	rightmost   [Rows]int    // the last of those columns
	first, last int          // rows; none while first > last
}

func newCanvas() *canvas { return &canvas{first: Rows, last: -1} }

// touch notes that a row is in use.
func (c *canvas) touch(row int) {
	c.first, c.last = min(c.first, row), max(c.last, row)
}

// set burns one pixel; off the grid it does nothing.
func (c *canvas) set(row, col int) {
	if uint(row) < Rows && uint(col) < Cols {
		c.touch(row)
		c.burned[row][col/64] |= 1 << (col % 64)
	}
}

// setRun burns the columns from..to-1 of a row of the grid, as far as they exist.
func (c *canvas) setRun(row, from, to int) {
	from, to = max(from, 0), min(to, Cols)
	if from >= to {
		return
	}
	c.touch(row)
	line := &c.burned[row]
	first, last := from/64, (to-1)/64
	head, tail := ^uint64(0)<<(from%64), ^uint64(0)>>(63-(to-1)%64)
	if first == last {
		line[first] |= head & tail
		return
	}
	line[first] |= head
	for w := first + 1; w < last; w++ {
		line[w] = ^uint64(0)
	}
	line[last] |= tail
}

// mask returns what was burned and wipes the canvas.
func (c *canvas) mask() Mask {
	var m Mask
	for row := c.first; row <= c.last; row++ {
		line := &c.burned[row]
		for from := line.next(0, 0); from < Cols; {
			to := line.next(from, ^uint64(0))
			m.runs = append(m.runs, run{int32(row*Cols + from), int32(row*Cols + to)})
			m.pixels += to - from
			from = line.next(to, 0)
		}
		*line = bitRow{}
	}
	c.first, c.last = Rows, -1
	return m
}

// flip inverts the bit of a column, 0 to Cols.
func (b *bitRow) flip(col int) { b[col/64] ^= 1 << (col % 64) }

// next returns the first column at or after col whose bit is set, or, with all
// bits of flip set, clear; Cols if there is none.
func (b *bitRow) next(col int, flip uint64) int {
	for w := col / 64; w < rowWords; w++ {
		word := b[w] ^ flip
		if w == col/64 {
			word &= ^uint64(0) << (col % 64)
		}
		if word != 0 {
			return min(w*64+bits.TrailingZeros64(word), Cols)
		}
	}
	return Cols
}
