package preflight

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/community-attribute-service/cas-go/features"

	"github.com/stretchr/testify/assert"
)

func TestRings(t *testing.T) {
	const square, hole = "[[0,0],[9,0],[9,9.5],[0,0]]", "[[2,1],[3,1,70],[3, 2],[2.0,10e-1]]"
	outer, inner := [][2]float64{{0, 0}, {9, 0}, {9, 9.5}, {0, 0}}, [][2]float64{{2, 1}, {3, 1}, {3, 2}, {2, 1}}
	var rings Rings // one for all, as users have it
	for _, test := range []struct {
		what, geometry string
		want           Rings
	}{
		{"polygon", `{"type":"Polygon","coordinates":[` + square + `]}`, Rings{"Polygon", outer, nil, []int{4}, []int{1}}},
		{"hole", `{"coordinates":[` + square + `,` + hole + `],"type":"Polygon"}`, Rings{"Polygon", append(outer[:4:4], inner...), nil, []int{4, 8}, []int{2}}},
		{"other members", `{"type":"Polygon","bbox":[],"coordinates":[` + square + `]}`, Rings{"Polygon", outer, nil, []int{4}, []int{1}}},
		{
			"multipolygon", `{"type" : "MultiPolygon" , "coordinates" : [[` + square + `,` + hole + `],[` + square + `]]} `,
			Rings{"MultiPolygon", append(append(outer[:4:4], inner...), outer...), nil, []int{4, 8, 12}, []int{2, 3}},
		},
		{"refused", `{"type":"Polygon","coordinates":[` + square + `,[]]}`, Rings{}},
		{"point", `{"type":"Point","coordinates":[-84.1,36,1200]}`, Rings{Type: "Point", Positions: [][2]float64{{-84.1, 36}}, Heights: []float64{1200}}},
		{
			"heights", `{"type":"Polygon","coordinates":[[[0,0,1],[9,0,-2.5],[9,9.5,1e3],[0,0,1]]]}`,
			Rings{"Polygon", outer, []float64{1, -2.5, 1000, 1}, []int{4}, []int{1}},
		},
	} {
		err := rings.Check(features.Feature{Geometry: json.RawMessage(test.geometry)})
		assert.Equal(t, test.what == "refused", err != nil, test.what)
		assert.Equal(t, fmt.Sprint(test.want), fmt.Sprint(rings), test.what) // as text, where empty is nil
	}
	large := json.RawMessage(`{"type":"Polygon","coordinates":[` + ringText(MaxVertices+1) + `]}`)
	assert.ErrorContains(t, rings.Check(features.Feature{Geometry: large}), "over the limit")
	assert.Equal(t, "Polygon", rings.Type)
	assert.Len(t, rings.Positions, MaxVertices+1)
	good := json.RawMessage(`{"type":"Polygon","coordinates":[` + square + `]}`)
	assert.EqualError(t, rings.Check(features.Feature{Geometry: good, CRS: "EPSG:32617"}), "crs is EPSG:32617; reproject to EPSG:4326 (WGS 84 longitude, latitude)")
	assert.Empty(t, rings.Type)
}
