package format

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseGeoJSON(t *testing.T) {
	const ring = `[[0,0],[1,0],[1,1],[0,0]]`
	for text, want := range map[string]string{
		` {"coordinates":[1.5,-2,7],"type":"Point","bbox":[1]} `:                             `{"type":"Point","coordinates":[1.5,-2]}`,
		`{"type":"Polygon","coordinates":[` + ring + `]}`:                                    `{"type":"Polygon","coordinates":[` + ring + `]}`,
		`{"type":"MultiPolygon","coordinates":[[` + ring + `,` + ring + `],[` + ring + `]]}`: `{"type":"MultiPolygon","coordinates":[[` + ring + `,` + ring + `],[` + ring + `]]}`,
	} {
		g, crs, ok := ParseGeoJSON([]byte(text))
		require.True(t, ok, text)
		assert.Equal(t, want, string(g.AppendGeoJSON(nil)))
		assert.Empty(t, crs)
	}
	for _, text := range []string{
		``, ` `, `null`, `[1,2]`, `{}`, `{"type":"Point"}`, `{"type":"Point","coordinates":[1]}`, `{"type":"Point","coordinates":[]}`, `{"type":"Point","coordinates":[1,2]`,
		`{"type":"Point","coordinates":[1,2]} x`, `{"type":"Point","coordinates":[NaN,2]}`, `{"type":"Point","coordinates":[1e999,2]}`, `{"type":"Point","coordinates":[[1,2]]}`,
		`{"type":"LineString","coordinates":[[1,2],[3,4]]}`, `{"type":"Polygon","coordinates":[[[1,2],[3,4]],[5,6]]}`, `{"type":"Polygon","coordinates":[[[1,2],["3",4]]]}`,
		`{"type":"MultiPolygon","coordinates":[[],[` + ring + `]]}`, `{"type":"Polygon","coordinates":[]}`, `{"type":"Polygon","coordinates":[` + ring + `,[]]}`,
	} {
		_, _, ok := ParseGeoJSON([]byte(text))
		assert.False(t, ok, text)
	}
}

// FuzzParseGeoJSON compares geometries without empty arrays with encoding/json.
func FuzzParseGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1e3,0.5],[1,1,7],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}`))
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]],[[[5,5],[6,5],[6,6],[5,5]]]]}`))
	f.Add([]byte(`{"type":"Point","coordinates":[-84.1,36.2,[]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0]],[],[[0,0]]]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		g, _, ok := ParseGeoJSON(text)
		want, wanted := byLibrary(text)
		got, expected := string(g.AppendGeoJSON(nil)), string(want.AppendGeoJSON(nil))
		hasEmpty := strings.Contains(expected, "[]")
		unique := strings.Count(string(text), `"type"`) == 1 && strings.Count(string(text), `"coordinates"`) == 1
		switch {
		case ok:
			require.True(t, wanted, "%s", text)
			require.Equal(t, expected, got, "%s", text)
		case unique && !hasEmpty:
			require.False(t, wanted, "%s", text)
		}
	})
}

// BenchmarkParseGeoJSON reads a polygon of 1,000 vertices in metres, as for the conversion of a file with a reference system.
func BenchmarkParseGeoJSON(b *testing.B) {
	var ring []string
	for i := range 1000 {
		ring = append(ring, fmt.Sprintf("[%d.25,%d.5]", 749185+i, 4009722-i))
	}
	text := []byte(`{"type":"Polygon","coordinates":[[` + strings.Join(append(ring, ring[0]), ",") + `]]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok := ParseGeoJSON(text); !ok {
			b.Fatal("it is not read")
		}
	}
}

// byLibrary is ParseGeoJSON with encoding/json.
func byLibrary(text []byte) (g Geometry, ok bool) {
	var object struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal(text, &object) != nil {
		return Geometry{}, false
	}
	g.Type = object.Type
	switch g.Type {
	case "Point":
		var p position
		ok = json.Unmarshal(object.Coordinates, &p) == nil
		g.Point = p
	case "Polygon":
		var polygon [][]position
		ok = json.Unmarshal(object.Coordinates, &polygon) == nil
		g.Polygons = [][][][2]float64{plain(polygon)}
	case "MultiPolygon":
		var polygons [][][]position
		ok = json.Unmarshal(object.Coordinates, &polygons) == nil
		for _, polygon := range polygons {
			g.Polygons = append(g.Polygons, plain(polygon))
		}
	}
	return g, ok
}

// A position takes the first two of its numbers and refuses fewer; encoding/json would fill a short array with zeros.
type position [2]float64

func (p *position) UnmarshalJSON(text []byte) error {
	var all []float64
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	if len(all) < 2 {
		return &json.UnmarshalTypeError{Value: "array of fewer than two numbers"}
	}
	p[0], p[1] = all[0], all[1]
	return nil
}

func plain(polygon [][]position) [][][2]float64 {
	rings := make([][][2]float64, len(polygon))
	for i, ring := range polygon {
		rings[i] = make([][2]float64, len(ring))
		for k, p := range ring {
			rings[i][k] = p
		}
	}
	return rings
}
