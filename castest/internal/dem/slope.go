package dem

import "math"

// slopeLimits are the lower bounds in degrees of the slope classes 1 to 5.
var slopeLimits = [...]float64{2, 5, 10, 20, 30}

// slopeClasses derives the class of every pixel: the steepest slope from central
// differences (one-sided at the edges of the grid), with 111.2 km a degree and
// the cosine of the middle latitude, sorted by slopeLimits.
func slopeClasses(elevation []uint16) []uint8 {
	_, south, _, north := (*Model)(nil).Bounds()
	var cell float64 = CellSize
	dy := float64(cell * 111_200)
	dx := float64(dy * math.Cos((north+south)/2*(math.Pi/180)))

	// difference is the gradient at position i of n along an axis whose pixels lie
	// stride apart and step metres apart.
	difference := func(at, i, n, stride int, step float64) float64 {
		lo, hi := at-stride, at+stride
		if i == 0 {
			lo = at
		}
		if i == n-1 {
			hi = at
		}
		return (float64(elevation[hi]) - float64(elevation[lo])) / (float64((hi-lo)/stride) * step)
	}
	classes := make([]uint8, len(elevation))
	for row := range Rows {
		for col := range Cols {
			at := row*Cols + col
			gy := difference(at, row, Rows, Cols, dy)
			gx := difference(at, col, Cols, 1, dx)
			classes[at] = slopeClass(math.Atan(math.Hypot(gx, gy)) * (180 / math.Pi))
		}
	}
	return classes
}

func slopeClass(degrees float64) uint8 {
	class := uint8(0)
	for class < uint8(len(slopeLimits)) && degrees >= slopeLimits[class] {
		class++
	}
	return class
}
