package parquet

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/internal/wkb"
)

// geometries writes a column of WKB and keeps what the file's metadata says about it.
type geometries struct {
	wkb    wkb.Encoder
	types  map[string]bool
	bounds wkb.Bounds
	flat   bool // a geometry without z is among them
}

func newGeometries() *geometries {
	return &geometries{types: map[string]bool{}, bounds: wkb.NoBounds}
}

// append appends the WKB of a row's geometry; ok is false if it has none that readers would take.
func (g *geometries) append(b []byte, r *table.Row) (_ []byte, ok bool) {
	b, s, ok := g.wkb.Append(b, r.Feature)
	if !ok {
		return b, false
	}
	g.types[s.Name()] = true
	g.flat = g.flat || !s.Z
	g.bounds.Join(&s.Bounds)
	return b, true
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
		low, high := g.bounds.Low[:], g.bounds.High[:]
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
