package main

import (
	"fmt"
	"io"
	"math"
)

// The elevation model of castest and of the real service's test application, in degrees, less a margin for the polygons.
const (
	west, south = -84.40, 36.18
	east, north = -84.09, 36.43
)

// writePolygons writes a collection of n polygons of 12 vertices and 200 to 700 m across, each different, in a grid over the
// model. The same n gives the same bytes.
func writePolygons(w io.Writer, n int) {
	columns := int(math.Ceil(math.Sqrt(float64(n))))
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	for i := range n {
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		lon := west + (east-west)*(float64(i%columns)+0.5)/float64(columns)
		lat := south + (north-south)*(float64(i/columns)+0.5)/float64(columns)
		fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"ID":%d,"NAME":"plot %d"},"geometry":%s}`, 7_120_000_000+int64(i), i, polygon(lon, lat, 0.001+0.0025*float64(i%97)/97))
	}
	fmt.Fprint(w, "\n]}\n")
}

// polygon is a closed ring of 12 vertices around a place, of a radius in degrees of latitude.
func polygon(lon, lat, radius float64) string {
	ring := "["
	for k := range 12 {
		angle := 2 * math.Pi * float64(k%11) / 11
		if k > 0 {
			ring += ","
		}
		ring += fmt.Sprintf("[%.6f,%.6f]", lon+1.2*radius*math.Cos(angle), lat+radius*math.Sin(angle))
	}
	return `{"type":"Polygon","coordinates":[` + ring + `]]}`
}
