package format

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Geometries as PostGIS and GEOS write them.
const (
	pointLE   = "0101000000" + "000000000000f03f" + "0000000000000040"
	pointBE   = "0000000001" + "3ff0000000000000" + "4000000000000000"
	pointZ    = "01e9030000" + "000000000000f03f" + "0000000000000040" + "0000000000000840"
	pointZM   = "01b90b0000" + "000000000000f03f" + "0000000000000040" + "0000000000000840" + "0000000000001040"
	pointEWKB = "01010000a0" + "e6100000" + "000000000000f03f" + "0000000000000040" + "0000000000000840"
	emptyWKB  = "0101000000" + "000000000000f87f" + "000000000000f87f"
	lineWKB   = "0102000000" + "00000000"
	ringWKB   = "04000000" + "00000000000000000000000000000000" + "000000000000f03f0000000000000000" +
		"000000000000f03f000000000000f03f" + "00000000000000000000000000000000"
	polygonWKB = "0103000000" + "01000000" + ringWKB
	multiWKB   = "0106000000" + "02000000" + polygonWKB + polygonWKB
	noRings    = "0103000000" + "00000000"
)

func TestParseWKB(t *testing.T) {
	ring := "[[[0,0],[1,0],[1,1],[0,0]]]"
	for text, want := range map[string]string{
		pointLE:    `{"type":"Point","coordinates":[1,2]}`,
		pointBE:    `{"type":"Point","coordinates":[1,2]}`,
		pointZ:     `{"type":"Point","coordinates":[1,2]}`,
		pointZM:    `{"type":"Point","coordinates":[1,2]}`,
		pointEWKB:  `{"type":"Point","coordinates":[1,2]}`,
		emptyWKB:   `null`,
		lineWKB:    `{"type":"LineString","coordinates":[]}`,
		noRings:    `{"type":"Polygon","coordinates":[]}`,
		polygonWKB: `{"type":"Polygon","coordinates":` + ring + `}`,
		multiWKB:   `{"type":"MultiPolygon","coordinates":[` + ring + "," + ring + `]}`,
	} {
		g, err := ParseWKB(unhex(t, text))
		require.NoError(t, err, text)
		assert.Equal(t, want, string(g.AppendGeoJSON(nil)), text)
	}
}

func TestParseWKBRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "it ends too early",
		"01":                                 "it ends too early",
		"0201000000":                         "byte order 2",
		"0112000000":                         "geometry type 18",
		"01a10f0000" + pointLE[10:]:          "geometry type 4001",
		pointLE + "00":                       "1 bytes follow",
		pointLE[:len(pointLE)-2]:             "it ends too early",
		"0103000000" + "ffffffff":            "4294967295 items where 0 bytes are left",
		"0103000000" + "01000000ffffffff":    "4294967295 items where 0 bytes are left",
		"0106000000" + "01000000" + pointLE:  "a MultiPolygon holds geometry type 1",
		"0106000000" + "02000000" + noRings:  "2 items where 9 bytes are left",
		"0106000000" + "01000000" + multiWKB: "a MultiPolygon holds geometry type 6",
	} {
		_, err := ParseWKB(unhex(t, text))
		assert.ErrorContains(t, err, want, text)
	}
}

func unhex(t testing.TB, text string) []byte {
	b, err := hex.DecodeString(text)
	require.NoError(t, err)
	return b
}

// FuzzParseWKB checks that nothing panics, that a geometry is no larger than its bytes, and that another library reads the same bytes
// alike.
func FuzzParseWKB(f *testing.F) {
	for _, text := range []string{pointLE, pointBE, pointZ, pointZM, pointEWKB, emptyWKB, lineWKB, noRings, polygonWKB, multiWKB} {
		f.Add(unhex(f, text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ParseWKB(b)
		if err != nil {
			return
		}
		positions := 0
		for _, polygon := range g.Polygons {
			for _, ring := range polygon {
				positions += len(ring)
			}
		}
		require.LessOrEqual(t, positions*16, len(b))
		if !finite(&g) {
			return
		}
		theirs, err := geom.UnmarshalWKB(b, geom.NoValidate{}) // takes all memory for a LineString of many positions
		if err != nil || theirs.IsEmpty() {
			return
		}
		require.JSONEq(t, flat(t, theirs), string(g.AppendGeoJSON(nil)))
	})
}

func finite(g *Geometry) bool {
	ok := true
	_ = g.Transform(func(x, y float64) (float64, float64, error) {
		ok = ok && !math.IsInf(x, 0) && !math.IsInf(y, 0) && x == x && y == y
		return x, y, nil
	})
	return ok && (g.Type == "Point" || g.Type == "Polygon" || g.Type == "MultiPolygon")
}

func flat(t *testing.T, g geom.Geometry) string {
	text, err := json.Marshal(g.Force2D())
	require.NoError(t, err)
	return string(text)
}

// TestParseWKBBoundsMemory checks that a count that is too large for the bytes allocates nothing.
func TestParseWKBBoundsMemory(t *testing.T) {
	b := append(unhex(t, "0106000000"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(b[5:], 1<<31)
	allocated := testing.AllocsPerRun(10, func() {
		_, err := ParseWKB(b)
		require.True(t, strings.Contains(err.Error(), "2147483648 items"))
	})
	assert.Less(t, allocated, 20.0)
}
