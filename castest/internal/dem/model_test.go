package dem

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The sums are those that make_dem.py prints for numpy's arrays.
func TestEveryPixelEqualsNumpys(t *testing.T) {
	m := Open()
	var elevation []byte
	for _, e := range m.elevation {
		elevation = binary.LittleEndian.AppendUint16(elevation, e)
	}
	assert.Equal(t, uint32(0xbe83b429), crc32.ChecksumIEEE(elevation), "elevation")
	assert.Equal(t, uint32(0x4bd11b8f), crc32.ChecksumIEEE(m.slope), "slope class")
	assert.Same(t, m, Open())
}

func TestBoundsRoundAsPythonDoes(t *testing.T) {
	west, south, east, north := Open().Bounds()
	assert.Equal(t, []float64{-84.41375, 36.15958333333333, -84.07791666666667, 36.44625}, []float64{west, south, east, north})
}

func TestAt(t *testing.T) {
	elevation, class := Open().At(0, 0)
	assert.Equal(t, 483, elevation)
	assert.Contains(t, []int{0, 1, 2, 3, 4, 5}, class)
	for _, p := range [][2]int{{-1, 0}, {0, -1}, {Rows, 0}, {0, Cols}} {
		assert.Panics(t, func() { Open().At(p[0], p[1]) }, p)
	}
}

func TestSlopeClassLimitsBelongToTheUpperClass(t *testing.T) {
	for class, degrees := range []float64{0, 2, 5, 10, 20, 30} {
		assert.Equal(t, uint8(class), slopeClass(degrees))
		assert.Equal(t, uint8(class), slopeClass(degrees+1.9))
	}
}

func TestADamagedGridIsAnError(t *testing.T) {
	var small, colour bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewGray16(image.Rect(0, 0, 2, 2))))
	require.NoError(t, png.Encode(&colour, image.NewRGBA(image.Rect(0, 0, Cols, Rows))))
	for name, file := range map[string][]byte{"cut": elevationPNG[:5000], "size": small.Bytes(), "kind": colour.Bytes()} {
		_, err := decodeGrid(file)
		assert.ErrorContains(t, err, "elevation.png", name)
	}
}

func BenchmarkDecodeAndDerive(b *testing.B) {
	for b.Loop() {
		grid, err := decodeGrid(elevationPNG)
		require.NoError(b, err)
		slopeClasses(grid)
	}
}
