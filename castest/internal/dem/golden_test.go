package dem

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

// TestGolden compares with what testdata/make_golden.py wrote: random geometries,
// and odd ones, with the answers of the service's own functions.
func TestGolden(t *testing.T) {
	file, err := os.Open("testdata/golden.jsonl")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()

	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	count, errors := 0, 0
	for lines.Scan() {
		var want struct {
			Kind     string
			Geometry json.RawMessage
			Error    *string
			Pixels   int
			CRC32    uint32
			Mean     *float64
			Slope    map[string]float64
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &want))
		count++
		geometry, err := ParseGeometry(want.Geometry)
		if want.Error != nil {
			errors++
			assert.EqualError(t, err, *want.Error, "%s", want.Geometry)
			continue
		}
		if !assert.NoError(t, err, "%s", want.Geometry) {
			continue
		}
		mask := Open().Cover(geometry)
		assert.Equal(t, want.Pixels, mask.Pixels(), "%s %s", want.Kind, want.Geometry)
		assert.Equal(t, want.CRC32, checksum(mask), "%s %s", want.Kind, want.Geometry)

		mean, coverage, pixels := Open().Elevation(mask)
		shares, slopeCoverage, slopePixels := Open().SlopeClasses(mask)
		assert.Equal(t, []any{want.Pixels, want.Pixels, coverage}, []any{pixels, slopePixels, slopeCoverage})
		assert.Equal(t, want.Slope, shares)
		if want.Mean == nil {
			assert.Zero(t, coverage)
			assert.NotEqual(t, mean, mean, "NaN") //nolint:testifylint // NaN is not equal to itself
		} else {
			assert.Equal(t, 1.0, coverage)
			assert.Equal(t, *want.Mean, mean)
		}
	}
	require.NoError(t, lines.Err())
	assert.Greater(t, count, 500)
	assert.Greater(t, errors, 30)
}

// checksum is the CRC-32 of the pixel positions as little-endian uint32.
func checksum(mask Mask) uint32 {
	var positions []byte
	for row, col := range mask.All() {
		positions = binary.LittleEndian.AppendUint32(positions, uint32(row*Cols+col))
	}
	return crc32.ChecksumIEEE(positions)
}

func TestBasinsEqualTheTruthBitForBit(t *testing.T) {
	features := basinGeometries(t)
	for i, truth := range basins.Truths() {
		mask := Open().Cover(features[i])
		mean, coverage, pixels := Open().Elevation(mask)
		lowest, highest := Open().ElevationRange(mask)
		assert.Equal(t, []any{truth.Pixels, 1.0, truth.Mean, truth.Min, truth.Max},
			[]any{pixels, coverage, mean, lowest, highest}, truth.ID)

		assert.Equal(t, truth.SlopePixels, Open().SlopeCounts(mask), truth.ID)
		shares, _, _ := Open().SlopeClasses(mask)
		for class, count := range truth.SlopePixels {
			share, present := shares[string(rune('0'+class))]
			assert.Equal(t, count > 0, present, "%s, class %d", truth.ID, class)
			assert.Equal(t, truth.SlopeShares[class], share, "%s, class %d", truth.ID, class)
		}
	}
}

// basinGeometries parses the geometries of the basins, in their order.
func basinGeometries(t testing.TB) []Geometry {
	var collection struct {
		Features []struct{ Geometry json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(basins.GeoJSON(), &collection))
	require.Len(t, collection.Features, len(basins.Truths()))
	geometries := make([]Geometry, len(collection.Features))
	for i, feature := range collection.Features {
		var err error
		geometries[i], err = ParseGeometry(feature.Geometry)
		require.NoError(t, err)
	}
	return geometries
}
