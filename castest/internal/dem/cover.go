package dem

import (
	"math"
	"sync"
)

// Cover returns the pixels that the service counts for a geometry: for a point
// the pixel it lies in, for polygons every pixel that they touch. Parts off the
// grid select nothing. Time and memory are bounded by the number of vertices and
// the size of the grid, however far apart the vertices lie.
func (m *Model) Cover(g Geometry) Mask {
	if g.Type == Point {
		return coverPoint(g.Point)
	}
	c := canvases.Get().(*canvas)
	defer canvases.Put(c)
	for _, polygon := range g.Polygons {
		c.burn(toPixels(polygon))
	}
	return c.mask()
}

var canvases = sync.Pool{New: func() any { return newCanvas() }}

// coverPoint selects the pixel that holds a point as rasterio's rowcol does: by
// the floor of affine's inverse, whose coefficients differ in the last bits from
// GDAL's.
func coverPoint(p Position) Mask {
	var cell, west, north float64 = CellSize, West, North
	inverse := 1 / float64(cell*-cell) // of the determinant
	scaleX, scaleY := float64(-cell*inverse), float64(cell*inverse)
	col := math.Floor(float64(p[0]*scaleX) + float64(-west*scaleX))
	row := math.Floor(float64(p[1]*scaleY) + float64(-north*scaleY))
	if !(row >= 0 && row < Rows && col >= 0 && col < Cols) {
		return Mask{}
	}
	at := int32(row)*Cols + int32(col)
	return Mask{runs: []run{{at, at + 1}}, pixels: 1}
}
