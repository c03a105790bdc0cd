package castest

import (
	"crypto/sha256"
	"encoding/json"
	"math"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/dem"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// place is one geometry of a request.
type place struct {
	kind        string // Point, Polygon or MultiPolygon
	coordinates pyjson.Value
	hash        geometryHash

	covered bool // the next two are set
	mask    dem.Mask
	err     error
}

// geometryHash identifies a geometry: the first 8 bytes of the SHA-256 of its JSON as Python spells it, which the service sends in
// hexadecimal digits.
type geometryHash [8]byte

// locate reads a geometry that validation let pass; scratch is memory to work in.
func locate(geometry pyjson.Value, scratch []byte) (*place, []byte) {
	kind, _ := geometry.Get("type")
	coordinates, _ := geometry.Get("coordinates")
	p := &place{kind: kind.Text(), coordinates: coordinates}
	scratch = append(scratch[:0], `{"coordinates": `...)
	scratch = coordinates.AppendSorted(scratch)
	scratch = append(scratch, `, "type": "`+p.kind+`"}`...)
	sum := sha256.Sum256(scratch)
	copy(p.hash[:], sum[:])
	return p, scratch
}

// vertices counts positions as the service does: arrays of nothing but numbers, which true and false are too; none in a point.
func (p *place) vertices() int {
	if p.kind == dem.Point || p.coordinates.Nodes() <= maxVertices {
		return 0 // fewer values than vertices allowed: no need to count
	}
	return vertices(p.coordinates)
}

func vertices(v pyjson.Value) int {
	n, numbers, items := 0, true, false
	for item := range v.Items() {
		items = true
		switch item.Kind() {
		case pyjson.Int, pyjson.Float, pyjson.True, pyjson.False:
		default:
			numbers = false
		}
	}
	if numbers && items {
		return 1
	}
	for item := range v.Items() {
		n += vertices(item)
	}
	return n
}

// maxNesting is how deep coordinates nest before the service, which walks over them in Python, fails with a 500: measured.
const maxNesting = 450

// tooDeep reports whether coordinates nest deeper than that.
func (p *place) tooDeep() bool {
	return p.coordinates.Nodes() > maxNesting && deeper(p.coordinates, maxNesting)
}

func deeper(v pyjson.Value, than int) bool {
	if v.Kind() != pyjson.Array {
		return false
	}
	if than == 0 {
		return true
	}
	for item := range v.Items() {
		if deeper(item, than-1) {
			return true
		}
	}
	return false
}

// geometry is the place for a Dataset's Answer, with a copy of the coordinates.
func (p *place) geometry() cas.Geometry {
	return cas.Geometry{Type: cas.GeometryType(p.kind), Coordinates: json.RawMessage(append([]byte(nil), p.coordinates.Raw()...))}
}

// cover gives the pixels of the elevation model that the place covers. The error is what the service's libraries say.
func (p *place) cover(model *dem.Model) (dem.Mask, error) {
	if !p.covered {
		p.covered = true
		var g dem.Geometry
		if g, p.err = shape(p.kind, p.coordinates); p.err == nil {
			p.mask = model.Cover(g)
		}
	}
	return p.mask, p.err
}

// shape reads coordinates. Those that GeoJSON allows take the short way, others that of [dem.NewGeometry], which knows what the
// service makes of them.
func shape(kind string, coordinates pyjson.Value) (dem.Geometry, error) {
	g := dem.Geometry{Type: kind}
	regular := false
	switch kind {
	case dem.Point:
		g.Point, _, regular = position(coordinates)
	case dem.Polygon:
		var polygon [][]dem.Position
		polygon, regular = rings(coordinates)
		g.Polygons = [][][]dem.Position{polygon}
	case dem.MultiPolygon:
		for item := range coordinates.Items() {
			var polygon [][]dem.Position
			if polygon, regular = rings(item); !regular {
				break
			}
			g.Polygons = append(g.Polygons, polygon)
		}
	}
	if regular {
		return g, nil
	}
	return dem.NewGeometry(kind, decoded(coordinates))
}

func rings(v pyjson.Value) (polygon [][]dem.Position, ok bool) {
	all := make([]dem.Position, 0, v.Nodes()/3+1) // a position is a node, and its numbers are
	for ring := range v.Items() {
		from, dimensions := len(all), 0
		for item := range ring.Items() {
			p, n, ok := position(item)
			if !ok || dimensions != 0 && n != dimensions {
				return nil, false
			}
			dimensions = n
			all = append(all, p)
		}
		if len(all)-from < 4 {
			return nil, false
		}
		polygon = append(polygon, all[from:len(all):len(all)])
	}
	return polygon, len(polygon) > 0
}

// position reads two or three finite numbers.
func position(v pyjson.Value) (p dem.Position, n int, ok bool) {
	for item := range v.Items() {
		if kind := item.Kind(); kind != pyjson.Int && kind != pyjson.Float || n == 3 {
			return p, 0, false
		}
		if n < 2 {
			if p[n] = item.Float(); math.IsNaN(p[n]) || math.IsInf(p[n], 0) {
				return p, 0, false
			}
		}
		n++
	}
	return p, n, n >= 2
}

// decoded is a value as encoding/json would decode it, but for floats beyond JSON.
func decoded(v pyjson.Value) any {
	switch v.Kind() {
	case pyjson.Null:
		return nil
	case pyjson.True, pyjson.False:
		return v.Kind() == pyjson.True
	case pyjson.Int:
		return json.Number(v.Raw())
	case pyjson.Float:
		return v.Float()
	case pyjson.String:
		return v.Text()
	case pyjson.Array:
		items := []any{}
		for item := range v.Items() {
			items = append(items, decoded(item))
		}
		return items
	default:
		members := map[string]any{}
		for name, value := range v.Members() {
			members[name] = decoded(value)
		}
		return members
	}
}
