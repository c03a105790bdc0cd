package wkb

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWKB(t *testing.T) {
	for _, c := range []struct{ text, want, name string }{
		{`{"type":"Point","coordinates":[1,2]}`, "0101000000" + "000000000000f03f" + "0000000000000040", "Point"},
		{
			` { "coordinates" : [ 1.0 , 2e0 , -0 , 9 ] , "type" : "Po\u0069nt" , "bbox" : [1,[2]] } `,
			"01e9030000" + "000000000000f03f" + "0000000000000040" + "0000000000000080", "Point Z",
		},
		{
			`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
			"0103000000" + "01000000" + "04000000" + "0000000000000000" + "0000000000000000" + "000000000000f03f" + "0000000000000000" +
				"000000000000f03f" + "000000000000f03f" + "0000000000000000" + "0000000000000000", "Polygon",
		},
	} {
		b, s, err := Append([]byte("before"), []byte(c.text))
		require.NoError(t, err, c.text)
		assert.Equal(t, c.want, hex.EncodeToString(b[len("before"):]), c.text)
		assert.Equal(t, c.name, s.Name())
	}
}

var geometryTexts = []string{
	`{"type":"Polygon","coordinates":[[[0,0,1],[1,0,2],[1,1,3],[0,0,1]],[[0.5,0.1,1],[0.6,0.1,1],[0.6,0.2,1],[0.5,0.1,1]]]}`,
	`{"type":"Polygon","coordinates":[[[0,0,1],[1,0],[1,1,3],[0,0]]]}`,
	`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[10,0],[11,0],[11,1],[10,0]]]]}`,
	`{"type":"MultiPolygon","coordinates":[[[[0,0,7],[1,0,7],[1,1,7],[0,0,7]]]]}`,
	`{"type":"Point","coordinates":[-84.10, 36.0,  120.50]}`,
	`{"type":"Polygon","coordinates":[[[0,0],[1e-300,0],[179.99999999999997,1],[0.0,-0]]]}`,
}

func TestWKBHoldsWhatTheTextHolds(t *testing.T) {
	for _, text := range geometryTexts {
		sameAsSimpleFeatures(t, text)
	}
}

// sameAsSimpleFeatures compares with the geometry that another library reads from the same text.
func sameAsSimpleFeatures(t require.TestingT, text string) {
	b, s, err := Append(nil, []byte(text))
	require.NoError(t, err, text)
	ours, err := geom.UnmarshalWKB(b, geom.NoValidate{})
	require.NoError(t, err, text)
	theirs, err := geom.UnmarshalGeoJSON([]byte(text), geom.NoValidate{})
	require.NoError(t, err, text)
	if !s.Z {
		theirs = theirs.Force2D()
	}
	require.Equal(t, theirs.AsText(), ours.AsText(), text)
}

func TestWKBRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                               "no GeoJSON object",
		``:                                   "no GeoJSON object",
		`{"type":"Point"}`:                   "no [ at byte 0",
		`{"type":"Point","coordinates":[]}`:  "a position of 0 numbers",
		`{"type":"Point","coordinates":[1]}`: "a position of 1 numbers",
		`{"type":"Point","coordinates":[1e999,2]}`:                     "no finite number at byte 1",
		`{"type":"Point","coordinates":["1",2]}`:                       "no finite number at byte 1",
		`{"type":"Point","coordinates":[[1,2]]}`:                       "no finite number at byte 1",
		`{"type":"Polygon","coordinates":[]}`:                          "an empty array",
		`{"type":"Polygon","coordinates":[[]]}`:                        "an empty array",
		`{"type":"Polygon","coordinates":[[[0,0],[0,0]]]}`:             "a ring of 2 positions",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`: "an unclosed ring",
		`{"type":"MultiPolygon","coordinates":[[]]}`:                   "an empty array",
		`{"type":"LineString","coordinates":[[0,0],[1,1]]}`:            `a geometry of type "LineString"`,
	} {
		b, _, err := Append([]byte("x"), []byte(text))
		assert.ErrorContains(t, err, want, text)
		assert.Equal(t, "x", string(b))
	}
}

// FuzzWKB: what is written can be read, and holds what another reader of the text finds.
func FuzzWKB(f *testing.F) {
	for _, text := range geometryTexts {
		f.Add(text)
	}
	f.Add(`{"type":"Point","coordinates":[1,2]`)
	f.Add(`{"type":"Point","coordinates":[1,2]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, s, err := Append(nil, []byte(text))
		if err != nil {
			return
		}
		g, err := geom.UnmarshalWKB(b, geom.NoValidate{})
		require.NoError(t, err, text)
		require.Equal(t, s.Kind, g.Type().String())
		require.Equal(t, s.Z, g.CoordinatesType().Is3D())
		theirs, err := geom.UnmarshalGeoJSON([]byte(text), geom.NoValidate{})
		if err != nil {
			return // it refuses, for one, positions of more than three numbers and duplicate members
		}
		if !s.Z {
			theirs = theirs.Force2D()
		}
		require.Equal(t, theirs.AsText(), g.AsText())
	})
}

func BenchmarkWKB(b *testing.B) {
	text := []byte(`{"type":"Polygon","coordinates":[[`)
	for i := range 1000 {
		text = fmt.Appendf(text, "[%v,%v],", 0.1+float64(i%999)/7, float64(i%999)/11)
	}
	text = append(text[:len(text)-1], "]]}"...)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		out, _, _ = Append(out[:0], text)
	}
}
