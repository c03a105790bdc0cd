package parquet

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"
)

// geometries writes a column of WKB and keeps what the file's metadata says about it.
type geometries struct {
	types  map[string]bool
	bounds bounds
	flat   bool // a geometry without z is among them
}

func newGeometries() *geometries {
	return &geometries{types: map[string]bool{}, bounds: noBounds}
}

// append appends the WKB of a feature's geometry; ok is false if it has none that readers would take.
func (g *geometries) append(b []byte, f features.Feature) (_ []byte, ok bool) {
	if p := preflight.Inspect(f).Problem; p != nil && p.Code != preflight.TooManyVertices {
		return b, false
	}
	whole, s, err := appendWKB(b, f.Geometry)
	if err != nil {
		return b, false
	}
	g.types[s.name()] = true
	g.flat = g.flat || !s.z
	g.bounds.join(&s.bounds)
	return whole, true
}

// metadata is the text of the file's geo key, as of GeoParquet 1.1.0: https://geoparquet.org/releases/v1.1.0/.
// Without a crs member the geometries are in OGC:CRS84.
func (g *geometries) metadata() string {
	type column struct {
		Encoding      string    `json:"encoding"`
		GeometryTypes []string  `json:"geometry_types"`
		BBox          []float64 `json:"bbox,omitempty"`
	}
	c := column{Encoding: "WKB", GeometryTypes: slices.AppendSeq([]string{}, maps.Keys(g.types))}
	slices.Sort(c.GeometryTypes)
	if len(g.types) > 0 {
		low, high := g.bounds.low[:], g.bounds.high[:]
		if g.flat {
			low, high = low[:2], high[:2]
		}
		c.BBox = slices.Concat(low, high)
	}
	text, err := json.Marshal(struct {
		Version string            `json:"version"`
		Primary string            `json:"primary_column"`
		Columns map[string]column `json:"columns"`
	}{"1.1.0", GeometryColumn, map[string]column{GeometryColumn: c}})
	if err != nil {
		panic(err) // numbers are finite, the rest is text
	}
	return string(text)
}
