// Package choropleth draws a column of an attribute table as a map: one colour per feature, a legend with units, grey where there is
// no value. The colours are viridis, which tells values apart for colour-blind readers and in grey print too.
package choropleth

import (
	"errors"
	"math"
)

// Map is what is drawn.
type Map struct {
	Title    string // above the map
	Subtitle string // below the title, smaller; "" for none
	Units    string // of the values, at the legend; "" for none
	Dark     bool   // on a dark background; an SVG and a page that are not Dark follow the reader's system
	Shapes   []Shape
	Scale    Scale // how values become colours
}

// Shape is one feature.
type Shape struct {
	ID       string
	Value    float64          // NaN is no value, drawn grey
	Polygons [][][][2]float64 // polygons of rings of longitude and latitude in degrees; a ring of one position is a point
}

// HasValue reports whether there is a value to colour by.
func (s Shape) HasValue() bool { return !math.IsNaN(s.Value) && !math.IsInf(s.Value, 0) }

// ErrEmpty is what a map without a single position ends in.
var ErrEmpty = errors.New("there is nothing to draw: no feature has a geometry")

// The picture's measures, in pixels.
const (
	width       = 900
	margin      = 24
	titleHeight = 58
	legendWidth = 150
	barWidth    = 18
	minHeight   = 320
	maxHeight   = 1200
	pointRadius = 5
)

// layout is where things stand in the picture.
type layout struct {
	height      float64
	west, north float64
	scale       float64 // pixels per degree of latitude
	squeeze     float64 // of a degree of longitude: the cosine of the middle latitude
}

// arrange fits all positions into the picture, as seen from above at their middle latitude (equirectangular projection).
func (m Map) arrange() (layout, error) {
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for p := range m.positions() {
		west, east = math.Min(west, p[0]), math.Max(east, p[0])
		south, north = math.Min(south, p[1]), math.Max(north, p[1])
	}
	if west > east {
		return layout{}, ErrEmpty
	}
	l := layout{west: west, north: north, squeeze: math.Max(math.Cos((south+north)/2*math.Pi/180), 0.05)}
	const least = 1e-3 // degrees, about 100 m: a single point has no extent
	wide, high := math.Max((east-west)*l.squeeze, least), math.Max(north-south, least)
	room := float64(width - 2*margin - legendWidth)
	l.scale = math.Min(room/wide, (maxHeight-titleHeight-2*margin)/high)
	l.height = math.Max(high*l.scale+titleHeight+2*margin, minHeight)
	return l, nil
}

func (l layout) place(p [2]float64) (x, y float64) {
	return margin + (p[0]-l.west)*l.squeeze*l.scale, titleHeight + margin + (l.north-p[1])*l.scale
}

// positions yields every position of every shape.
func (m Map) positions() func(yield func([2]float64) bool) {
	return func(yield func([2]float64) bool) {
		for _, s := range m.Shapes {
			for _, polygon := range s.Polygons {
				for _, ring := range polygon {
					for _, p := range ring {
						if !yield(p) {
							return
						}
					}
				}
			}
		}
	}
}
