package atlas

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/community-attribute-service/cas-go/internal/choropleth"
)

// A Join tells how a column and the features came together.
type Join struct {
	Shapes   []choropleth.Shape // of all features that can be drawn, in their order
	Matched  int                // features with a row
	Without  int                // features without a row, which have no value
	Undrawn  int                // features without a geometry that can be drawn
	firstID  string
	features int
}

// Shapes joins the features with the column by their ids. An error is one of reading.
func (c *Column) Shapes(features iter.Seq2[features.Feature, error]) (*Join, error) {
	var j Join
	for f, err := range features {
		if err != nil {
			return nil, err
		}
		if j.features++; j.features == 1 {
			j.firstID = f.ID
		}
		value, found := c.Values[c.form.TableID(f.ID)]
		if !found {
			j.Without++
			value = math.NaN()
		} else {
			j.Matched++
		}
		polygons := polygonsOf(f)
		if polygons == nil {
			j.Undrawn++
			continue
		}
		j.Shapes = append(j.Shapes, choropleth.Shape{ID: f.ID, Value: value, Polygons: polygons})
	}
	if j.Matched == 0 && j.features > 0 {
		return nil, fmt.Errorf("no feature has a row in the table: the first feature's id is %q, the table's ids are like %q in column %s; "+
			"name the property that holds them by --id-field", j.firstID, c.someID(), c.IDName)
	}
	return &j, nil
}

// someID is one of the ids: always the same.
func (c *Column) someID() string {
	return slices.Min(slices.Collect(maps.Keys(c.Values)))
}

// polygonsOf is what can be drawn of a feature; nil is nothing. A polygon that is refused for its rings or size is drawn all the same.
func polygonsOf(f features.Feature) [][][][2]float64 {
	if problem := preflight.Inspect(f).Problem; problem != nil {
		switch problem.Code {
		case preflight.TooManyVertices, preflight.UnclosedRing, preflight.ShortRing:
		default:
			return nil
		}
	}
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal(f.Geometry, &g) != nil {
		return nil
	}
	var err error
	var polygons [][][][2]float64
	switch g.Type {
	case "Point":
		var p [2]float64
		err = json.Unmarshal(g.Coordinates, &p)
		polygons = [][][][2]float64{{{p}}}
	case "Polygon":
		var rings [][][2]float64
		err = json.Unmarshal(g.Coordinates, &rings)
		polygons = [][][][2]float64{rings}
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	}
	if err != nil {
		return nil
	}
	return polygons
}
