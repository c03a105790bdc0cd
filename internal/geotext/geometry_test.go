package geotext

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/peterstace/simplefeatures/geom"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/community-attribute-service/cas-go/internal/words"
)

// seeds are texts to begin from: coordinates of every type, and what is nearly such.
var seeds = []string{
	`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
	`{"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]],"type":"MultiPolygon"}`,
	`{"type":"Point","coordinates":[NaN,1e999],"crs":{}}`, `{"type":"Point","coordinates":[[],{}`, `{}`,
	`{"coordinates":[[[0,1],[1.5,-2],[-0.25,1e3],[01,2],[1.,2],[1,2,3],[1]]]}`, `{"coordinates":[1,2]}`,
	`{"coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`, `{"coordinates":[[1234567890.5,2],[1,2],[3,4]]}`,
	`{"coordinates":[[-84.1,36.12],[-84,36.123457],[-84.323,0.223457], [-4.123456, 36.123456],[100,2e1,12.5],[-0.5,8,4.25],[1,1,1],[-84.1,36.12]]}`,
	`{"coordinates":[[[1,2],[[]]]],"type":"Polygon"}`, `{"c\u0072s":"\ud800","x":{"a":1,"a":[{}]},"type":"\u0050oint","coordinates":[ -0 , 1E-5 ]} `,
}

// agree holds the two readings of a geometry, with and without numbers, against encoding/json and simplefeatures.
func agree(t require.TestingT, text []byte) {
	if len(text) == 0 || text[0] != '{' {
		return
	}
	g, plain := Geometry{}, Geometry{}
	g.Numbers, g.Keep = true, true
	end, err := g.Read(text, 0, AnyText)
	plainEnd, plainErr := plain.Read(text, 0, AnyText)
	require.Equal(t, err, plainErr, "%s", text)
	require.Equal(t, end, plainEnd)
	require.Equal(t, g.Fault, plain.Fault)
	require.Equal(t, [...]any{g.Depth, g.Vertices, g.Mixed, g.Empty, g.Short}, [...]any{plain.Depth, plain.Vertices, plain.Mixed, plain.Empty, plain.Short})
	require.Equal(t, g.Worst.Severity == NotFinite, plain.Worst.Severity == NotFinite)
	if g.Worst.Severity == NotFinite {
		require.Equal(t, g.Worst.Position, plain.Worst.Position)
	}
	valid := err == nil && !g.NotJSON
	require.Equal(t, json.Valid(text[:end]) && end > 0, valid, "%s", text)
	whole := words.NewFramer('{')
	if n, done := whole.Scan(text); valid {
		require.True(t, done)
		require.Equal(t, end, n)
	}
	if !valid || g.Twice != "" || g.Fault.Kind != 0 || bytes.ContainsAny(text, `\`) || bytes.Contains(text, []byte("e999")) {
		return
	}
	// One position after the other, by a library.
	if g.Text != nil && g.Depth > 0 && g.Worst.Severity != NotFinite {
		require.Equal(t, positionsByLibrary(t, g.Text), g.Rings.Positions, "%s", text)
	}
	if g.Type != "Polygon" && g.Type != "MultiPolygon" || g.Depth != Depths[g.Type] || g.Mixed.Depth != 0 || g.Short != nil || g.Unclosed != nil || g.Empty != [deepest + 1]*Ring{} || g.Worst.Severity != 0 {
		return
	}
	shape, err := geom.UnmarshalGeoJSON(text[:end], geom.NoValidate{})
	if err != nil {
		return // it wants all positions to have as many numbers
	}
	require.Equal(t, ringsByLibrary(shape), g.Rings, "%s", text)
	box, ok := shape.Envelope().Min().XY()
	require.True(t, ok)
	require.Equal(t, [2]float64{box.X, box.Y}, [2]float64{g.West, g.South})
}

func ringsByLibrary(g geom.Geometry) (all Rings) {
	polygons := []geom.Polygon{}
	if g.IsPolygon() {
		polygons = append(polygons, g.MustAsPolygon())
	} else {
		polygons = g.MustAsMultiPolygon().Dump()
	}
	for _, p := range polygons {
		for _, ring := range p.DumpRings() {
			s := ring.Coordinates()
			for i := range s.Length() {
				all.Positions = append(all.Positions, [2]float64{s.GetXY(i).X, s.GetXY(i).Y})
			}
			all.RingEnds = append(all.RingEnds, len(all.Positions))
		}
		all.PolygonEnds = append(all.PolygonEnds, len(all.RingEnds))
	}
	return all
}

func positionsByLibrary(t require.TestingT, text []byte) (all [][2]float64) {
	var coordinates any
	require.NoError(t, json.Unmarshal(text, &coordinates), "%s", text)
	var walk func(any)
	walk = func(v any) {
		list := v.([]any)
		if len(list) == 0 {
			return
		}
		if x, ok := list[0].(float64); ok {
			all = append(all, [2]float64{x, list[1].(float64)})
			return
		}
		for _, e := range list {
			walk(e)
		}
	}
	walk(coordinates)
	return all
}

// geometryTexts draws texts of geometries, and nearly so.
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

func TestGeometryAgreesWithLibraries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, []byte(strings.TrimLeft(geometryTexts(t), " \n\t"))) })
}

func FuzzGeometry(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { agree(t, text) })
}

// Every place in the midst of what is read fast is broken in many ways, or left out.
func TestFastWayMissesNothing(t *testing.T) {
	for _, position := range []string{"[-84.2308,36.1983]", "[1.5,2.25]", "[-12, 7]", "[-120.123456789012345,-30.1234567890123]", "[8.5,47.25,410.5]"} {
		text := `{"type":"Polygon","coordinates":[[` + strings.Repeat(position+",", 12) + position + `]]}`
		agree(t, []byte(text))
		from := strings.Index(text, position) + 6*(len(position)+1)
		for at := from; at < from+len(position)+1; at++ {
			for _, b := range []byte("059-+.eE,[] :/\\^mz\x00\x10\x7f\x80\xb0\xdd\xff") {
				agree(t, []byte(text[:at]+string([]byte{b})+text[at+1:]))
				agree(t, []byte(text[:at]+string([]byte{b})+text[at:]))
			}
			for n := range 3 {
				agree(t, []byte(text[:at]+text[at+n:]))
			}
			agree(t, []byte(text[:at]))
		}
	}
}

// A value of JSON is skipped as strictly as its rule says, and as far as jsontext reads.
func FuzzSkip(f *testing.F) {
	for _, seed := range append(seeds, `"a\"b"`, "\"\xff\"", `"\ud800"`, `{"a":1,"a":2}`, `[1,[2],"x"]`, `-0.5e3`, `01`, `nullx`, `NaN`, `-Infinity`, `[NaN,1]`, `truefalse`, `[1}]`) {
		f.Add([]byte(seed), byte(Strict))
	}
	f.Fuzz(func(t *testing.T, text []byte, rule byte) {
		r := Rule(rule % 3)
		end, err := Skip(text, 0, r)
		d := jsontext.NewDecoder(bytes.NewBuffer(text), options[r]...)
		if len(text) == 0 || IsSpace(text[0]) {
			return
		}
		value, want := d.ReadValue()
		if want != nil {
			require.Error(t, err, "%q", text)
			return
		}
		if err == nil {
			require.Len(t, value, end, "%q", text)
		} else { // what follows a number or literal is taken for a part of it
			require.NotContains(t, `{["`, string(text[0]))
		}
	})
}
