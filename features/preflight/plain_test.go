package preflight

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRings(t *testing.T) {
	const square, hole = "[[0,0],[9,0],[9,9.5],[0,0]]", "[[2,1],[3,1,70],[3, 2],[2.0,10e-1]]"
	outer, inner := [][2]float64{{0, 0}, {9, 0}, {9, 9.5}, {0, 0}}, [][2]float64{{2, 1}, {3, 1}, {3, 2}, {2, 1}}
	var rings Rings // one for all, as users have it
	for _, test := range []struct {
		what, geometry string
		want           Rings
	}{
		{"polygon", `{"type":"Polygon","coordinates":[` + square + `]}`, Rings{"Polygon", outer, []int{4}, []int{1}}},
		{"hole", `{"coordinates":[` + square + `,` + hole + `],"type":"Polygon"}`, Rings{"Polygon", append(outer[:4:4], inner...), []int{4, 8}, []int{2}}},
		{"unusual", `{"type":"Polygon","bbox":[],"coordinates":[` + square + `]}`, Rings{}},
		{
			"multipolygon", `{"type" : "MultiPolygon" , "coordinates" : [[` + square + `,` + hole + `],[` + square + `]]} `,
			Rings{"MultiPolygon", append(append(outer[:4:4], inner...), outer...), []int{4, 8, 12}, []int{2, 3}},
		},
		{"refused", `{"type":"Polygon","coordinates":[` + square + `,[]]}`, Rings{}},
		{"point", `{"type":"Point","coordinates":[-84.1,36,1200]}`, Rings{Type: "Point", Positions: [][2]float64{{-84.1, 36}}}},
	} {
		err := rings.Check(features.Feature{Geometry: json.RawMessage(test.geometry)})
		assert.Equal(t, test.what == "refused", err != nil, test.what)
		assert.Equal(t, fmt.Sprint(test.want), fmt.Sprint(rings), test.what) // as text, where empty is nil
	}
	good := json.RawMessage(`{"type":"Polygon","coordinates":[` + square + `]}`)
	assert.EqualError(t, rings.Check(features.Feature{Geometry: good, CRS: "EPSG:32617"}), "crs is EPSG:32617; reproject to EPSG:4326 (WGS 84 longitude, latitude)")
	assert.Empty(t, rings.Type)
}

// agree holds the quick reading against the close one.
func agree(t require.TestingT, text []byte) {
	f := features.Feature{Geometry: text}
	closely := inspectClosely(f)
	require.Equal(t, closely, Inspect(f))
	var rings Rings
	err := rings.Check(f)
	require.Equal(t, closely.Problem != nil, err != nil)
	if rings.Type == "" {
		require.Empty(t, rings.Positions)
		return
	}
	require.NoError(t, err)
	require.Len(t, rings.Positions, closely.Vertices)
	require.Equal(t, positionsByLibrary(t, text), rings.Positions)
}

func positionsByLibrary(t require.TestingT, text []byte) (all [][2]float64) {
	var g struct{ Coordinates any }
	require.NoError(t, json.Unmarshal(text, &g), "%s", text)
	var walk func(any)
	walk = func(v any) {
		list := v.([]any)
		if x, ok := list[0].(float64); ok {
			all = append(all, [2]float64{x, list[1].(float64)})
			return
		}
		for _, e := range list {
			walk(e)
		}
	}
	walk(g.Coordinates)
	return all
}

// numberText draws a number as files have it, or nearly.
func numberText(t *rapid.T) string {
	switch rapid.SampledFrom([]string{"fixed", "fixed", "fixed", "shortest", "digits", "exponent", "odd"}).Draw(t, "number") {
	case "fixed":
		return strconv.FormatFloat(rapid.Float64Range(-180, 180).Draw(t, "value"), 'f', rapid.IntRange(0, 20).Draw(t, "decimals"), 64)
	case "shortest":
		return strconv.FormatFloat(rapid.Float64Range(-90, 90).Draw(t, "value"), 'f', -1, 64)
	case "digits":
		return rapid.StringMatching(`-?(0|[1-9]\d{0,2})(\.\d{1,25})?`).Draw(t, "text")
	case "exponent":
		return rapid.StringMatching(`-?\d(\.\d{1,5})?[eE][+-]?\d{1,3}`).Draw(t, "text")
	}
	return rapid.SampledFrom([]string{
		"180", "-180.0", "90", "-90.000000", "180.00000000000001", "180.00000000000002", "180.0000000000000142", "90.00000000000001", "-0", "0.0",
		"01", "-", "1.", ".5", "+1", "NaN", "1e999", "360", "500000.5", "-00.5", "1.5e", "null", `"1"`, "[]",
	}).Draw(t, "odd")
}

// geometryTexts draws texts around those that the quick reading takes.
func geometryTexts(t *rapid.T) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", "", "", " ", "\n\t"}).Draw(t, "space") }
	list := func(n int, element func(i int) string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteString("," + space())
			}
			b.WriteString(element(i))
		}
		return "[" + space() + b.String() + space() + "]"
	}
	plain := rapid.Bool().Draw(t, "plain numbers")
	position := func(int) string {
		return list(rapid.SampledFrom([]int{2, 2, 2, 2, 2, 2, 2, 2, 3, 4, 1}).Draw(t, "numbers"), func(int) string {
			if plain {
				return fmt.Sprintf("%.6f", rapid.Float64Range(-90, 90).Draw(t, "value"))
			}
			return numberText(t)
		})
	}
	ring := func(int) string {
		n, first := rapid.SampledFrom([]int{4, 4, 5, 9, 3, 1}).Draw(t, "positions"), ""
		return list(n, func(i int) string {
			switch {
			case i == 0:
				first = position(i)
			case i == n-1 && rapid.IntRange(0, 9).Draw(t, "closed") > 0:
				return first
			}
			return position(i)
		})
	}
	polygon := func(int) string { return list(rapid.SampledFrom([]int{1, 1, 2, 0}).Draw(t, "rings"), ring) }
	kind := rapid.SampledFrom([]string{"Polygon", "Polygon", "MultiPolygon", "Point", "LineString"}).Draw(t, "type")
	coordinates := map[string]func(int) string{
		"Polygon": polygon, "Point": position, "LineString": ring,
		"MultiPolygon": func(int) string { return list(rapid.SampledFrom([]int{1, 2, 3, 0}).Draw(t, "polygons"), polygon) },
	}[kind](0)
	members := []string{`"type"` + space() + `:"` + kind + `"`, `"coordinates":` + space() + coordinates}
	if rapid.IntRange(0, 3).Draw(t, "order") == 0 {
		members[0], members[1] = members[1], members[0]
	}
	if rapid.IntRange(0, 5).Draw(t, "more") == 0 {
		members = append(members, rapid.SampledFrom([]string{
			`"bbox":[1,2]`, `"Coordinates":[]`, `"type":"Point"`, `"coordinates":[1,2]`, `"crs":null`, `"crs":"EPSG:3857"`,
		}).Draw(t, "member"))
	}
	text := space() + "{" + space() + strings.Join(members, space()+","+space()) + space() + "}" + space()
	if rapid.IntRange(0, 5).Draw(t, "broken") == 0 {
		i := rapid.IntRange(0, len(text)-1).Draw(t, "where")
		text = text[:i] + rapid.SampledFrom([]string{"", ",", "]", "[", "}", "0", "x", " "}).Draw(t, "instead") + text[i+rapid.IntRange(0, 1).Draw(t, "cut"):]
	}
	return text
}

func readingsAgree(t *rapid.T) { agree(t, []byte(geometryTexts(t))) }

func TestReadingsAgree(t *testing.T) { rapid.Check(t, readingsAgree) }
func FuzzReadingsAgree(f *testing.F) { f.Fuzz(rapid.MakeFuzz(readingsAgree)) }

// Numbers are those of strconv, bit for bit, by both ways to read them.
func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := numberText(t)
		want, err := strconv.ParseFloat(text, 64)
		if !json.Valid([]byte(text)) || text == "null" || text[0] == '"' || text[0] == '[' || err != nil {
			return
		}
		behind := rapid.SampledFrom([]string{",-84.123456]", "]", " ,1"}).Draw(t, "behind")
		got, n := geotext.ParseNumber([]byte(text + behind))
		require.Equal(t, len(text), n, text)
		require.Equal(t, strconv.FormatFloat(want, 'x', -1, 64), strconv.FormatFloat(got, 'x', -1, 64), text)
		if short, end := geotext.ShortNumber([]byte("["+text+behind), 1); end > 0 {
			require.Equal(t, 1+len(text), end, text)
			require.Equal(t, strconv.FormatFloat(want, 'x', -1, 64), strconv.FormatFloat(short, 'x', -1, 64), text)
		}
	})
}
