package wkb

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/community-attribute-service/cas-go/features"
)

func appendText(b []byte, text string) ([]byte, Shape, bool) {
	return new(Encoder).Append(b, features.Feature{Geometry: []byte(text)})
}

func TestWKB(t *testing.T) {
	for _, c := range []struct{ text, want, name string }{
		{`{"type":"Point","coordinates":[1,2]}`, "0101000000" + "000000000000f03f" + "0000000000000040", "Point"},
		{
			` { "coordinates" : [ 1.0 , 2e0 , -0 ] , "type" : "Po\u0069nt" , "bbox" : [1,[2]] } `,
			"01e9030000" + "000000000000f03f" + "0000000000000040" + "0000000000000080", "Point Z",
		},
		{
			`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
			"0103000000" + "01000000" + "04000000" + "0000000000000000" + "0000000000000000" + "000000000000f03f" + "0000000000000000" +
				"000000000000f03f" + "000000000000f03f" + "0000000000000000" + "0000000000000000", "Polygon",
		},
	} {
		b, s, ok := appendText([]byte("before"), c.text)
		require.True(t, ok, c.text)
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
	var e Encoder // one for all, as the formats have it
	for _, text := range geometryTexts {
		b, s, ok := e.Append(nil, features.Feature{Geometry: []byte(text)})
		require.True(t, ok, text)
		sameAsSimpleFeatures(t, text, b, s)
	}
}

// sameAsSimpleFeatures compares with the geometry that another library reads from the same text.
func sameAsSimpleFeatures(t require.TestingT, text string, b []byte, s Shape) {
	ours, err := geom.UnmarshalWKB(b, geom.NoValidate{})
	require.NoError(t, err, text)
	require.Equal(t, s.Kind, ours.Type().String())
	require.Equal(t, s.Z, ours.CoordinatesType().Is3D())
	theirs, err := geom.UnmarshalGeoJSON([]byte(text), geom.NoValidate{})
	require.NoError(t, err, text)
	if !s.Z {
		theirs = theirs.Force2D()
	}
	require.Equal(t, theirs.AsText(), ours.AsText(), text)
	box, ok := theirs.Envelope().AsBox()
	require.True(t, ok)
	require.Equal(t, [4]float64{box.MinX, box.MinY, box.MaxX, box.MaxY}, [4]float64{s.Bounds.Low[0], s.Bounds.Low[1], s.Bounds.High[0], s.Bounds.High[1]})
}

func TestBoundsHaveHeights(t *testing.T) {
	_, s, ok := appendText(nil, geometryTexts[0])
	require.True(t, ok)
	assert.Equal(t, Bounds{[3]float64{0, 0, 1}, [3]float64{1, 1, 3}}, s.Bounds)
}

func TestWKBRefuses(t *testing.T) {
	for _, text := range []string{
		`null`, ``,
		`{"type":"Point"}`,
		`{"type":"Point","coordinates":[]}`,
		`{"type":"Point","coordinates":[1]}`,
		`{"type":"Point","coordinates":[1e999,2]}`,
		`{"type":"Point","coordinates":["1",2]}`,
		`{"type":"Point","coordinates":[[1,2]]}`,
		`{"type":"Point","coordinates":[1,2]`,
		`{"type":"Point","coordinates":[1,2]]}`,
		`{"type":"Polygon","coordinates":[]}`,
		`{"type":"Polygon","coordinates":[[]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[0,0]]]}`,
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`,
		`{"type":"MultiPolygon","coordinates":[[]]}`,
		`{"type":"LineString","coordinates":[[0,0],[1,1]]}`,
	} {
		b, _, ok := appendText([]byte("x"), text)
		assert.False(t, ok, text)
		assert.Equal(t, "x", string(b))
	}
}

// FuzzWKB: what is written can be read, and is what another reader of the text finds.
func FuzzWKB(f *testing.F) {
	for _, text := range geometryTexts {
		f.Add(text)
	}
	f.Add(`{"type":"Point","coordinates":[1,2]`)
	f.Add(`{"type":"Point","coordinates":[1,2]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, s, ok := appendText(nil, text)
		if !ok {
			return
		}
		_, err := geom.UnmarshalWKB(b, geom.NoValidate{})
		require.NoError(t, err, text)
		if strings.Count(strings.ToLower(text), "coordinates") > 1 {
			return // the other reader takes names in any case
		}
		if _, err := geom.UnmarshalGeoJSON([]byte(text), geom.NoValidate{}); err != nil {
			return
		}
		sameAsSimpleFeatures(t, text, b, s)
	})
}

func BenchmarkWKB(b *testing.B) {
	text := []byte(`{"type":"Polygon","coordinates":[[`)
	for i := range 1000 {
		text = fmt.Appendf(text, "[%v,%v],", 0.1+float64(i%999)/70, float64(i%999)/110)
	}
	text = append(text[:len(text)-1], "]]}"...)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var e Encoder
	var out []byte
	for ok := true; b.Loop(); {
		if out, _, ok = e.Append(out[:0], features.Feature{Geometry: text}); !ok {
			b.Fatal("refused")
		}
	}
}
