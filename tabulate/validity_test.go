package tabulate

import (
	"bytes"
	"encoding/json"
	"iter"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/castest/basins"
)

func TestValidPolygons(t *testing.T) {
	for _, test := range []struct{ what, geometry, message string }{
		{"a triangle", `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`, ""},
		{"positions that repeat", `{"type":"Polygon","coordinates":[[[0,0],[0,0],[1,0],[1,1],[1,1],[0,0]]]}`, ""},
		{"a hole that touches the shell", `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[0,0],[2,1],[1,2],[0,0]]]}`, ""},
		{"heights", `{"type":"Polygon","coordinates":[[[0,0,9],[1,0,8],[1,1,7],[0,0,6]]]}`, ""},
		{"clockwise", `{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,0]]]}`, ""},
		{"parts that overlap", `{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}`, ""},
		{"a point", `{"type":"Point","coordinates":[0,0]}`, ""},
		{"no geometry", `null`, ""},
		{"no JSON", `{"type":"Polygon","coordinates":[[[NaN,0]]]}`, ""},
		{"a bow-tie", `{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`, "ring 0 of the polygon crosses or touches itself"},
		{
			"a bow-tie hole", `{"type":"Polygon","coordinates":[[[-9,-9],[9,-9],[9,9],[-9,9],[-9,-9]],[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`,
			"ring 1 of the polygon crosses or touches itself",
		},
		{
			"a bow-tie part", `{"type":"MultiPolygon","coordinates":[[[[5,5],[6,5],[6,6],[5,5]]],[[[0,0],[1,1],[1,0],[0,1],[0,0]]]]}`,
			"ring 0 of polygon 1 crosses or touches itself",
		},
		{"a spike", `{"type":"Polygon","coordinates":[[[0,0],[2,0],[2,1],[2,0],[2,2],[0,2],[0,0]]]}`, "ring 0 of the polygon crosses or touches itself"},
		{
			"a hole across the shell", `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[5,1],[5,2],[1,2],[1,1]]]}`,
			"the polygon is not valid: polygon rings intersect at multiple points",
		},
		{
			"a hole outside", `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[5,5],[6,5],[6,6],[5,5]]]}`,
			"the polygon is not valid: polygon interior ring outside of exterior ring",
		},
		{
			"a hole outside that touches", `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[4,4],[6,5],[6,6],[4,4]]]}`,
			"ring 1 of the polygon is a hole that lies outside of its outer ring",
		},
		{
			"a hole in a hole that touches", `{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[2,2],[3,5],[5,3],[2,2]],[[2,2],[1,8],[8,8],[8,1],[2,2]]]}`,
			"ring 1 of the polygon is a hole that lies outside of its outer ring, or inside of another hole",
		},
	} {
		err := ValidPolygons(features.Feature{Geometry: json.RawMessage(test.geometry)})
		if test.message == "" {
			assert.NoError(t, err, test.what)
			continue
		}
		var refused *preflight.Error
		require.ErrorAs(t, err, &refused, test.what)
		assert.Equal(t, InvalidPolygon, refused.Code)
		assert.Contains(t, refused.Message, test.message, test.what)
		assert.Contains(t, refused.Message, "; repair it, as by ogr2ogr -makevalid")
	}
}

// No real basin is refused.
func TestCheckPassesBasins(t *testing.T) {
	n := 0
	for f, err := range basinFeatures(t) {
		require.NoError(t, err)
		require.NoError(t, Check(f))
		n++
	}
	assert.Equal(t, 53, n)
}

// One reading of the text gives the verdict of two.
func TestCheckIsPreflightAndLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Custom(polygons), 1, 3).Draw(t, "parts")
		coordinates, err := json.Marshal(parts)
		if err != nil {
			return // an infinity
		}
		text := `{"type":"MultiPolygon","coordinates":` + string(coordinates) + `}`
		if len(parts) == 1 {
			text = `{"coordinates":` + string(coordinates[1:len(coordinates)-1]) + `,"type":"Polygon"}`
		}
		f := features.Feature{Geometry: json.RawMessage(text)}
		want := preflight.Check(f)
		if want == nil {
			want = judgeText(f.Geometry)
		}
		require.Equal(t, want, Check(f), text)
		require.Equal(t, judgeText(f.Geometry), ValidPolygons(f), text)
	})
}

func FuzzValidPolygons(f *testing.F) {
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":[[[[0,0],[2,0],[2,2],[0,0]]],[[[0,0],[1,0],[1,1],[0,0]]]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[],[[0]]]}`))
	f.Fuzz(func(t *testing.T, geometry []byte) {
		feature := features.Feature{Geometry: geometry}
		if err := Check(feature); err != nil {
			var refused *preflight.Error
			require.ErrorAs(t, err, &refused)
			require.NotEmpty(t, refused.Message)
		}
		_ = ValidPolygons(feature) // it may meet what Preflight would have refused
	})
}

// basinFeatures are the 53 basins of the demo.
func basinFeatures(t testing.TB) iter.Seq2[features.Feature, error] {
	t.Helper()
	source, err := features.NewReader(bytes.NewReader(basins.GeoJSON()), features.Options{})
	require.NoError(t, err)
	return source.Features()
}
