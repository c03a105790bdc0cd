package format

import "github.com/community-attribute-service/cas-go/internal/geotext"

// ParseGeoJSON reads a Point, Polygon or MultiPolygon; ok is false for anything else, which package preflight refuses. Heights are left
// out. crs is the reference system that a member of the geometry itself names, if that is not WGS 84.
func ParseGeoJSON(text []byte) (g Geometry, crs string, ok bool) {
	var t geotext.Geometry
	t.Numbers, t.Keep = true, true
	i := geotext.SkipSpace(text, 0)
	if i == len(text) || text[i] != '{' {
		return Geometry{}, "", false
	}
	end, err := t.Read(text, i, geotext.ValidText)
	if err != nil || geotext.SkipSpace(text, end) != len(text) {
		return Geometry{}, "", false
	}
	g.Type = t.Type
	if t.Depth == 0 || t.Depth != geotext.Depths[t.Type] || t.Mixed.Depth != 0 || t.Empty != [len(t.Empty)]*geotext.Ring{} ||
		t.Twice != "" || t.NotJSON || t.Fault.Kind != 0 || t.Worst.Severity == geotext.NotFinite {
		return g, t.CRS, false
	}
	if g.Type == "Point" {
		g.Point = t.Rings.Positions[0]
		return g, t.CRS, true
	}
	ring, position := 0, 0
	for _, end := range t.Rings.PolygonEnds {
		var polygon [][][2]float64
		for ; ring < end; ring++ {
			next := t.Rings.RingEnds[ring]
			polygon = append(polygon, t.Rings.Positions[position:next:next])
			position = next
		}
		g.Polygons = append(g.Polygons, polygon)
	}
	return g, t.CRS, true
}
