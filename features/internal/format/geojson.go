package format

import "encoding/json"

// ParseGeoJSON reads a Point, Polygon or MultiPolygon; ok is false for anything else. Heights are left out.
func ParseGeoJSON(text []byte) (g Geometry, ok bool) {
	var object struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal(text, &object) != nil {
		return Geometry{}, false
	}
	g.Type = object.Type
	switch g.Type {
	case "Point":
		var p position
		ok = json.Unmarshal(object.Coordinates, &p) == nil
		g.Point = p
	case "Polygon":
		var polygon [][]position
		ok = json.Unmarshal(object.Coordinates, &polygon) == nil
		g.Polygons = [][][][2]float64{plain(polygon)}
	case "MultiPolygon":
		var polygons [][][]position
		ok = json.Unmarshal(object.Coordinates, &polygons) == nil
		for _, polygon := range polygons {
			g.Polygons = append(g.Polygons, plain(polygon))
		}
	}
	return g, ok
}

// A position takes the first two of its numbers; JSON arrays of Go would pad one that is short with zeros.
type position [2]float64

func (p *position) UnmarshalJSON(text []byte) error {
	var all []float64
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	if len(all) < 2 {
		return &json.UnmarshalTypeError{Value: "array of fewer than two numbers"}
	}
	p[0], p[1] = all[0], all[1]
	return nil
}

func plain(polygon [][]position) [][][2]float64 {
	rings := make([][][2]float64, len(polygon))
	for i, ring := range polygon {
		rings[i] = make([][2]float64, len(ring))
		for k, p := range ring {
			rings[i][k] = p
		}
	}
	return rings
}
