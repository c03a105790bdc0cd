package dem

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseGeometry(t *testing.T) {
	g, err := ParseGeometry([]byte(`{"type":"Point","coordinates":[-84.2,36.3,1076],"bbox":null}`))
	require.NoError(t, err)
	assert.Equal(t, Geometry{Type: Point, Point: Position{-84.2, 36.3}}, g)

	g, err = ParseGeometry([]byte(`{"type":"MultiPolygon","coordinates":[[[[1,2],[3,4],[5,6.5e0]]],[[["7","8",0],[9,9,9],[true,-1,1]],[]]]}`))
	require.NoError(t, err)
	assert.Equal(t, [][][]Position{{{{1, 2}, {3, 4}, {5, 6.5}}}, {{{7, 8}, {9, 9}, {1, -1}}}}, g.Polygons)
}

// What golden.jsonl cannot hold, or what the service never gets as far as.
func TestParseGeometryErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                                       "dem: geometry: EOF",
		`[]`:                                     "cannot unmarshal array",
		`{"type":"Point","coordinates":[1,2]}x`:  "text after the JSON object",
		`{"type":"Point","coordinates":[1,NaN]}`: "invalid character 'N'",
		`{"TYPE":"Point","Coordinates":[1,2]}`:   "coordinates of type NoneType, not an array",
		`{"type":"Point","coordinates":{}}`:      "coordinates of type dict, not an array",
		`{"type":"LineString","coordinates":[[1,2],[3,4]]}`:                    `type "LineString" is not Point, Polygon or MultiPolygon`,
		`{"type":7,"coordinates":[]}`:                                          `type "" is not`,
		`{"type":"Point","coordinates":[1` + strings.Repeat("0", 320) + `,2]}`: "int too large to convert to float",
		`{"type":"Polygon","coordinates":[[["0x10",1],[2,3],[4,5]]]}`:          "could not convert string to float: '0x10'",
	} {
		_, err := ParseGeometry([]byte(text))
		assert.ErrorContains(t, err, want, text)
	}
}

// NaN is not JSON, but the service reads it: then its caller decodes.
func TestNewGeometryTakesNaN(t *testing.T) {
	nan := math.NaN()
	g, err := NewGeometry(Point, []any{nan, json.Number("36.3")})
	require.NoError(t, err)
	assert.Zero(t, Open().Cover(g).Pixels())

	ring := []any{[]any{-84.3, 36.3}, []any{-84.2, 36.3}, []any{-84.2, 36.4}, []any{nan, 36.35}}
	g, err = NewGeometry(Polygon, []any{ring})
	require.NoError(t, err)
	assert.Equal(t, 241, Open().Cover(g).Pixels(), "as in the service")

	ring[0] = []any{nan, 36.3}
	_, err = NewGeometry(Polygon, []any{ring})
	assert.Equal(t, errOpen, err)
}

func FuzzParseGeometry(f *testing.F) {
	f.Add([]byte(`{"type":"Point","coordinates":[-84.2,36.3]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[-84.3,36.3],[-84.2,"36.3"],[-84.2,36.4,5]],[],null]}`))
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":["abc",{"a":[]},[[[1,2],[3,4],[5,1e999]]]]}`))
	f.Add([]byte(`{"type":"Point","coordinates":[[[]],{}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		g, err := ParseGeometry(text)
		if err != nil {
			require.Equal(t, Geometry{}, g)
			return
		}
		for _, polygon := range g.Polygons {
			require.NotEmpty(t, polygon)
			for _, ring := range polygon {
				require.GreaterOrEqual(t, len(ring), 3)
			}
		}
		require.LessOrEqual(t, Open().Cover(g).Pixels(), Rows*Cols)
	})
}

func BenchmarkParseGeometry(b *testing.B) {
	ring := strings.Repeat("[-84.332083,36.331668],", 127) + "[-84.2,36.3]"
	text := []byte(`{"type":"Polygon","coordinates":[[` + ring + `]]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseGeometry(text); err != nil {
			b.Fatal(err)
		}
	}
}
