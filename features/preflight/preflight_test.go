package preflight

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ringText is a closed ring of n positions.
func ringText(n int) string {
	positions := make([]string, n)
	for i := range n - 1 {
		angle := 2 * math.Pi * float64(i) / float64(n-1)
		positions[i] = fmt.Sprintf("[%.6f,%.6f]", -84+math.Cos(angle), 36+math.Sin(angle))
	}
	positions[n-1] = positions[0]
	return "[" + strings.Join(positions, ",") + "]"
}

func TestPreflightPasses(t *testing.T) {
	square := "[[0,0],[1,0],[1,1],[0,0]]"
	for name, geometry := range map[string]string{
		"point":                 `{"type":"Point","coordinates":[-84.1,36]}`,
		"point with height":     `{"type":"Point","coordinates":[-84.1,36,1200]}`,
		"members the other way": `{"coordinates":[[[0,0],[1,0],[1,1],[0,0]]],"type":"Polygon"}`,
		"polygon with a hole":   `{"type":"Polygon","coordinates":[` + square + `,` + square + `]}`,
		"multipolygon":          `{"type":"MultiPolygon","coordinates":[[` + square + `],[` + square + `,` + square + `]]}`,
		"closed as numbers":     `{"type":"Polygon","coordinates":[[[0,1.50],[1,0],[1,1],[0.0,15e-1]]]}`,
		"closed but for height": `{"type":"Polygon","coordinates":[[[0,0,1],[1,0,1],[1,1,1],[0,0,2]]]}`,
		"edge of the world":     `{"type":"Polygon","coordinates":[[[-180,-90],[180,-90.000],[180.0,90],[-180,9e1],[-180,-90]]]}`,
		"white space":           " { \"type\" : \"Point\" ,\n\"coordinates\" : [ 1 ,\t2 ] } ",
		"other members":         `{"type":"Point","bbox":[1,2],"coordinates":[1,2],"x":{"coordinates":"]}"}}`,
		"crs null":              `{"type":"Point","crs":null,"coordinates":[1,2]}`,
		"many digits":           `{"type":"Point","coordinates":[-84.12345678901234567890123456789,36]}`,
		"as many as allowed":    `{"type":"Polygon","coordinates":[` + ringText(MaxVertices) + `]}`,
	} {
		t.Run(name, func(t *testing.T) {
			assert.NoError(t, Check(features.Feature{Geometry: json.RawMessage(geometry)}))
		})
	}
}

func TestPreflightRefuses(t *testing.T) {
	polygon := func(rings string) string { return `{"type":"Polygon","coordinates":[` + rings + `]}` }
	point := func(coordinates string) string { return `{"type":"Point","coordinates":` + coordinates + `}` }
	const square = "[[0,0],[1,0],[1,1],[0,0]]"
	tests := []struct {
		name, geometry string
		code           Code
		message        string
	}{
		{"absent", ``, NoGeometry, "no geometry"},
		{"null", `null`, NoGeometry, "geometry is null"},
		{"string", `"POINT(1 2)"`, NotGeometry, "geometry is a string, not an object"},
		{"array", `[1,2]`, NotGeometry, "geometry is an array, not an object"},
		{"not whole", `{"type":"Point"`, NotGeometry, "geometry is not a whole JSON object"},
		{"followed by text", `{"type":"Point","coordinates":[1,2]} x`, NotGeometry, "geometry is not a whole JSON object"},
		{"empty object", `{}`, NotGeometry, `geometry has no "type"`},
		{"type null", `{"type":null,"coordinates":[1,2]}`, NotGeometry, `geometry has no "type"`},
		{"line", `{"type":"LineString","coordinates":[[0,0],[1,1]]}`, WrongType, "geometry is a LineString; the service takes Point, Polygon and MultiPolygon: buffer it into a Polygon or take points of it"},
		{"collection", `{"type":"GeometryCollection","geometries":[]}`, WrongType, "geometry is a GeometryCollection; the service takes Point, Polygon and MultiPolygon: make each of its members a feature, or its polygons one MultiPolygon"},
		{"lower case", `{"type":"point","coordinates":[1,2]}`, WrongType, `geometry is of type "point"; the service takes Point, Polygon and MultiPolygon`},
		{"crs", `{"type":"Point","coordinates":[500000,4000000],"crs":{"type":"name","properties":{"name":"EPSG:32617"}}}`, ForeignCRS, "crs is EPSG:32617; reproject to EPSG:4326 (WGS 84 longitude, latitude)"},
		{"no coordinates", `{"type":"Point"}`, EmptyGeometry, "Point has no coordinates"},
		{"coordinates null", point(`null`), EmptyGeometry, "Point has no coordinates"},
		{"empty point", point(`[]`), EmptyGeometry, "Point is empty"},
		{"empty polygon", `{"type":"Polygon","coordinates":[]}`, EmptyGeometry, "Polygon is empty"},
		{"empty part", `{"type":"MultiPolygon","coordinates":[[` + square + `],[]]}`, EmptyGeometry, "MultiPolygon is empty"},
		{"coordinates are an object", point(`{}`), BadCoordinates, "coordinates are an object, not an array"},
		{"string for a number", point(`[1,"2"]`), BadCoordinates, "position 0 holds a string where a number belongs"},
		{"null for a number", point(`[null,2]`), BadCoordinates, "position 0 holds null where a number belongs"},
		{"number among arrays", polygon(`[[0,0],[1,0],3]`), BadCoordinates, "coordinates hold a number among arrays"},
		{"one number", point(`[1]`), BadCoordinates, "position 0 has one number; it needs longitude and latitude"},
		{"leading zero", point(`[01,2]`), BadCoordinates, "position 0 holds a malformed number"},
		{"position for polygon", polygon(`1,2`), BadCoordinates, "coordinates are not nested as those of a Polygon"},
		{"ring for polygon", `{"type":"Polygon","coordinates":` + square + `}`, BadCoordinates, "coordinates are not nested as those of a Polygon"},
		{"polygon for multipolygon", `{"type":"MultiPolygon","coordinates":[` + square + `]}`, BadCoordinates, "coordinates are not nested as those of a MultiPolygon"},
		{"mixed", polygon(square + `,[[` + square + `]]`), BadCoordinates, "coordinates are nested deeper than those of any geometry"},
		{"mixed, less", polygon(square + `,[1,2]`), BadCoordinates, "coordinates are not nested as those of a Polygon"},
		{"empty position", polygon(`[[0,0],[],[1,1],[0,0]]`), BadCoordinates, "coordinates are not nested as those of a Polygon"},
		{"very deep", point(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)), BadCoordinates, "coordinates are nested deeper than those of any geometry"},
		{"NaN", point(`[NaN,36]`), NotFinite, "coordinates of position 0 are not finite: NaN"},
		{"-Infinity", point(`[1,-Infinity]`), NotFinite, "coordinates of position 0 are not finite: -Infinity"},
		{"1e999", polygon(`[[0,0],[1,0],[1,1e999],[0,0]]`), NotFinite, "coordinates of position 2 are not finite: 1e999"},
		{"height NaN", point(`[1,2,nan]`), NotFinite, "coordinates of position 0 are not finite: nan"},
		{"metres", point(`[500000.5,4000000]`), Projected, "longitude 500000.5 of position 0 looks like metres; reproject to EPSG:4326"},
		{"metres after out of range", polygon(`[[100,300],[200,400],[1,1],[100,300]]`), Projected, "latitude 400 of position 1 looks like metres; reproject to EPSG:4326"},
		{"large exponent", point(`[1e6,0]`), Projected, "longitude 1e6 of position 0 looks like metres; reproject to EPSG:4326"},
		{"0 to 360", point(`[275.9,36]`), OutOfRange, "longitude 275.9 of position 0 is out of range; subtract 360"},
		{"just over", point(`[180.000001,36]`), OutOfRange, "longitude 180.000001 of position 0 is out of range; subtract 360"},
		{"rounded over", point(`[-180.00000000000003,36]`), OutOfRange, "longitude -180.00000000000003 of position 0 is out of range; round it to -180"},
		{"beyond the pole", point(`[36,90.00000000001]`), OutOfRange, "latitude 90.00000000001 of position 0 is out of range; round it to 90"},
		{"360", point(`[360,36]`), OutOfRange, "longitude 360 of position 0 is out of range; subtract 360"},
		{"west", point(`[-190,36]`), OutOfRange, "longitude -190 of position 0 is out of range; add 360"},
		{"swapped", point(`[36,-120]`), OutOfRange, "latitude -120 of position 0 is out of range; are longitude and latitude swapped?"},
		{"latitude", point(`[36,200]`), OutOfRange, "latitude 200 of position 0 is out of range"},
		{"no positions", polygon(`[]`), ShortRing, "ring 0 has 0 positions; it needs at least four, the last equal to the first"},
		{"three positions", polygon(square + `,[[0,0],[1,1],[0,0]]`), ShortRing, "ring 1 has 3 positions; it needs at least four, the last equal to the first"},
		{"not closed", polygon("[[0,0],[1,0],\n[1,1],[ 0 ,\n 1]]"), UnclosedRing, "ring 0 is not closed: it begins at [0,0] and ends at [0,1]"},
		{"not closed, part 1", `{"type":"MultiPolygon","coordinates":[[` + square + `],[` + square + `,[[0,0],[1,0],[1,1],[0,1e-9]]]]}`, UnclosedRing, "ring 1 of polygon 1 is not closed: it begins at [0,0] and ends at [0,1e-9]"},
		{"too many", polygon(ringText(MaxVertices + 1)), TooManyVertices, "10001 vertices, over the limit of 10000; simplify or split it"},
		{"too many in parts", `{"type":"MultiPolygon","coordinates":[[` + ringText(6000) + `],[` + ringText(6000) + `]]}`, TooManyVertices, "12000 vertices, over the limit of 10000; simplify or split it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(features.Feature{Geometry: json.RawMessage(tt.geometry)})
			var refused *Error
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, tt.code, refused.Code)
			assert.Equal(t, tt.message, refused.Message)
		})
	}
}

func TestInspect(t *testing.T) {
	in := Inspect(features.Feature{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[[[-80.5,-10],[70,-10],[70,20.25],[-80.5,-10]]]}`)})
	assert.Equal(t, Inspection{Type: "Polygon", Vertices: 4, West: -80.5, South: -10, East: 70, North: 20.25}, in)
	assert.Equal(t, Inspection{Problem: &Error{NoGeometry, "no geometry"}}, Inspect(features.Feature{}))
}

// The service would read a ring across the antimeridian as a band around the globe. A ring that is cut there is accepted, and so is such a band.
func TestAntimeridian(t *testing.T) {
	judge := func(geometry string) error { return Check(features.Feature{Geometry: json.RawMessage(geometry)}) }
	const cut = `[[[179,36],[180,36],[180,37],[179,37],[179,36]]],[[[-180,36],[-179,36],[-179,37],[-180,37],[-180,36]]]`
	for name, geometry := range map[string]string{
		"cut":         `{"type":"MultiPolygon","coordinates":[` + cut + `]}`,
		"the world":   `{"type":"Polygon","coordinates":[[[-180,-90],[180,-90],[180,90],[-180,90],[-180,-90]]]}`,
		"small steps": `{"type":"Polygon","coordinates":[[[-170,0],[-60,0],[60,0],[170,0],[170,9],[60,9],[-60,9],[-170,9],[-170,0]]]}`,
	} {
		assert.NoError(t, judge(geometry), name)
	}
	err := judge(`{"type":"Polygon","coordinates":[[[179,36],[-179,36],[-179,37],[179,37],[179,36]]]}`)
	var refused *Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, Antimeridian, refused.Code)
	assert.Equal(t, "ring 0 goes from longitude 179 to -179: cut it at the antimeridian, 180 degrees (RFC 7946, section 3.1.9), as by ogr2ogr -wrapdateline", refused.Message)
	err = judge(`{"type":"MultiPolygon","coordinates":[` + cut + `,[[[0,0],[1,0],[1,1],[0,0]],[[170,1],[-170,1],[-170,2],[170,1]]]]}`)
	require.ErrorContains(t, err, "ring 1 of polygon 2 goes from longitude 170 to -170")
}

func TestFourNumbers(t *testing.T) {
	err := Check(features.Feature{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[[[0,0,1],[1,0,1,9],[1,1,1],[0,0,1]]]}`)})
	require.EqualError(t, err, "position 1 has more than three numbers; it takes longitude, latitude and a height")
	require.Error(t, Check(features.Feature{Geometry: json.RawMessage(`{"type":"Point","coordinates":[1,2,3,4]}`)}))
}

func TestChecks(t *testing.T) {
	own := errors.New("own")
	check := All(Check, func(f features.Feature) error {
		if f.ID == "bad" {
			return own
		}
		return nil
	})
	good := json.RawMessage(`{"type":"Point","coordinates":[-84.1,36]}`)
	assert.NoError(t, check(features.Feature{ID: "good", Geometry: good}))
	assert.Equal(t, own, check(features.Feature{ID: "bad", Geometry: good}))
	assert.EqualError(t, check(features.Feature{ID: "bad"}), "no geometry")
}

func TestPreflightAllocatesNothing(t *testing.T) {
	f := features.Feature{Geometry: json.RawMessage(`{"type":"Polygon","coordinates":[` + ringText(100) + `]}`)}
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = Check(f) }))
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = Inspect(f) }))
	var rings Rings
	assert.Zero(t, testing.AllocsPerRun(100, func() { _ = rings.Check(f) }))
}

func FuzzPreflight(f *testing.F) {
	for _, seed := range []string{
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`,
		`{"coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]],"type":"MultiPolygon"}`,
		`{"type":"Point","coordinates":[NaN,1e999],"crs":{}}`, `{"type":"Point","coordinates":[[],{}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		in := Inspect(features.Feature{Geometry: text})
		if in.Problem != nil {
			require.NotContains(t, in.Problem.Message, "\n")
			return
		}
		require.True(t, json.Valid(text), "%s", text)
		var rings Rings
		require.NoError(t, rings.Check(features.Feature{Geometry: text}))
		require.Len(t, rings.Positions, in.Vertices)
		var g struct {
			Type        string
			Coordinates any
		}
		if json.Unmarshal(text, &g) != nil || g.Type != in.Type {
			return // encoding/json takes the last of two members of a name, in any case
		}
		require.Contains(t, geotext.Depths, g.Type)
		if g.Type != "Point" {
			require.Equal(t, countAsService(g.Coordinates), in.Vertices)
		}
	})
}

// countAsService is the service's own way to count vertices (_count_vertices).
func countAsService(v any) int {
	list, ok := v.([]any)
	if !ok {
		return 0
	}
	numbers, sum := 0, 0
	for _, e := range list {
		if _, ok := e.(float64); ok {
			numbers++
		}
		sum += countAsService(e)
	}
	if len(list) > 0 && numbers == len(list) {
		return 1
	}
	return sum
}
