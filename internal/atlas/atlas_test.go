package atlas

import (
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/geojson"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadColumn(t *testing.T) {
	c, err := ReadColumn(strings.NewReader("\ufeffGAUGE,value,value_units,value_quality\n01,1.5,m,good\n02,,m,missing\n03,-2e3,,\n"), "value")
	require.NoError(t, err)
	assert.Equal(t, "GAUGE", c.IDName)
	assert.Equal(t, "m", c.Units)
	require.Len(t, c.Values, 3)
	assert.Equal(t, 1.5, c.Values["01"])
	assert.True(t, math.IsNaN(c.Values["02"]))
	assert.Equal(t, -2000.0, c.Values["03"])
}

// Units that differ are no legend, and a table of another program may have none.
func TestReadColumnUnits(t *testing.T) {
	c, err := ReadColumn(strings.NewReader("id,v,v_units\n1,1,m\n2,2,km\n"), "v")
	require.NoError(t, err)
	assert.Empty(t, c.Units)
	c, err = ReadColumn(strings.NewReader("id,v\n1,1\n"), "v")
	require.NoError(t, err)
	assert.Empty(t, c.Units)
}

func TestReadColumnRefuses(t *testing.T) {
	for table, message := range map[string]string{
		"":                                "the table is empty",
		"id,w\n1,2\n":                     `there is no column "v"; `,
		"id,vv,vv_units\n1,2,m\n":         "the table has vv",
		"id,v\n":                          "column v holds no value at all",
		"id,v\n1,\n":                      "column v holds no value at all",
		"id,v\n1,2\n3,much\n":             `line 3: column v holds "much", which is no number; the table has v`,
		"id,v\n1,2\n1,3\n":                `line 3: the id "1" occurs twice`,
		"id,v\n1\n":                       "not a CSV table: ",
		"id,v\n\"1,2\n":                   "not a CSV table: ",
		"id,a" + strings.Repeat(",a", 40): "and 11 more",
	} {
		_, err := ReadColumn(strings.NewReader(table), "v")
		assert.ErrorContains(t, err, message, "%.20q", table)
	}
}

const twoFeatures = `{"type":"Feature","id":1,"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}
{"type":"Feature","id":2,"geometry":{"type":"MultiPolygon","coordinates":[[[[0,0,5],[1,0,5],[1,1,5],[0,0,5]]]]}}
{"type":"Feature","id":3,"geometry":{"type":"Point","coordinates":[3,4]}}
{"type":"Feature","id":4,"geometry":null}
{"type":"Feature","id":5,"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}}
{"type":"Feature","id":6,"geometry":{"type":"LineString","coordinates":[[0,0],[1,0]]}}`

func read(text string) iter.Seq2[features.Feature, error] {
	source, err := features.NewReader(strings.NewReader(text), features.Options{})
	if err != nil {
		return func(yield func(features.Feature, error) bool) { yield(features.Feature{}, err) }
	}
	return source.Features()
}

func TestShapes(t *testing.T) {
	c := &Column{IDName: "id", Values: map[string]float64{"1": 10, "2": math.NaN(), "4": 40, "9": 90}}
	j, err := c.Shapes(read(twoFeatures))
	require.NoError(t, err)
	assert.Equal(t, []int{3, 3, 2}, []int{j.Matched, j.Without, j.Undrawn})
	require.Len(t, j.Shapes, 4)
	assert.Equal(t, 10.0, j.Shapes[0].Value)
	assert.Equal(t, [][][][2]float64{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}, j.Shapes[0].Polygons)
	assert.False(t, j.Shapes[1].HasValue())
	assert.Equal(t, j.Shapes[0].Polygons, j.Shapes[1].Polygons, "heights are left out")
	assert.False(t, j.Shapes[2].HasValue())
	assert.Equal(t, [][][][2]float64{{{{3, 4}}}}, j.Shapes[2].Polygons)
	assert.Equal(t, "5", j.Shapes[3].ID, "a ring that is not closed is drawn")
}

func TestShapesThatDoNotMatch(t *testing.T) {
	c := &Column{IDName: "GAUGE", Values: map[string]float64{"b": 1, "a": 2}}
	_, err := c.Shapes(read(twoFeatures))
	assert.ErrorContains(t, err, `the first feature's id is "1", the table's ids are like "a" in column GAUGE`)
	_, err = c.Shapes(read(`{"type":"Feature"`))
	assert.ErrorIs(t, err, geojson.ErrNotGeoJSON)
}

// Whatever a table and its features hold, there is a map or an error, and every feature is counted.
func FuzzMap(f *testing.F) {
	f.Add([]byte("id,v,v_units\n1,10,m\n2,,m\n"), []byte(twoFeatures))
	f.Add([]byte("\ufeffid,v\n\"0\",1e3\n"), []byte(`{"type":"Point","coordinates":[0,0]}`))
	f.Add([]byte("v\n1\n"), []byte(`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,null],[0,0]]]}`))
	f.Fuzz(func(t *testing.T, table, text []byte) {
		c, err := ReadColumn(strings.NewReader(string(table)), "v")
		if err != nil {
			return
		}
		j, err := c.Shapes(read(string(text)))
		if err != nil {
			return
		}
		require.Equal(t, j.Matched+j.Without, len(j.Shapes)+j.Undrawn)
	})
}
