package dem

import (
	"bytes"
	_ "embed"
	"fmt"
	"image"
	"image/png"
	"sync"
)

// The grid. North and West are the outer edges of the first row and column.
const (
	Rows = 344 // from north to south
	Cols = 403 // from west to east

	West     = -84.41375             // degrees
	North    = 36.44625              // degrees
	CellSize = 0.0008333333333333334 // degrees, both ways: 3 arc-seconds
)

//go:embed elevation.png
var elevationPNG []byte

// Model is the elevation model with its slope classes. It is immutable.
type Model struct {
	elevation []uint16 // metres, row-major
	slope     []uint8  // class 0 to 5, row-major
}

// Open returns the one Model of the process. The first call decodes the
// embedded grid and derives the slope classes (some milliseconds); a grid that
// does not decode is a defect of the build, and panics.
func Open() *Model { return open() }

var open = sync.OnceValue(func() *Model {
	elevation, err := decodeGrid(elevationPNG)
	if err != nil {
		panic(err)
	}
	return &Model{elevation: elevation, slope: slopeClasses(elevation)}
})

// decodeGrid reads a 16-bit greyscale PNG whose grey values are metres.
func decodeGrid(file []byte) ([]uint16, error) {
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("dem: elevation.png: %w", err)
	}
	grey, ok := img.(*image.Gray16)
	if !ok || grey.Rect != image.Rect(0, 0, Cols, Rows) {
		return nil, fmt.Errorf("dem: elevation.png: want 16-bit grey, %d x %d, have %T, %v", Cols, Rows, img, img.Bounds())
	}
	grid := make([]uint16, Rows*Cols)
	for i := range grid {
		grid[i] = uint16(grey.Pix[2*i])<<8 | uint16(grey.Pix[2*i+1])
	}
	return grid, nil
}

// Bounds returns the outer edges of the grid in degrees (EPSG:4326), rounded as
// the service rounds them: south is North - Rows*CellSize in float64.
func (m *Model) Bounds() (west, south, east, north float64) {
	var cell, w, n float64 = CellSize, West, North // variables: constants would not round
	return w, n - float64(Rows*cell), w + float64(Cols*cell), n
}

// At returns the elevation in metres and the slope class (0 to 5) of a pixel.
// It panics outside 0 <= row < Rows, 0 <= col < Cols.
func (m *Model) At(row, col int) (elevation, slopeClass int) {
	if uint(row) >= Rows || uint(col) >= Cols {
		panic(fmt.Sprintf("dem: pixel (%d, %d) is off the grid of %d rows and %d columns", row, col, Rows, Cols))
	}
	i := row*Cols + col
	return int(m.elevation[i]), int(m.slope[i])
}
