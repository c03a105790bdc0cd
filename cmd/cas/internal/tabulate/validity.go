package tabulate

import (
	"fmt"

	"github.com/peterstace/simplefeatures/geom"

	"github.com/community-attribute-service/cas-go/bulk"
)

// InvalidPolygon is the code of a polygon that [ValidPolygons] refuses.
const InvalidPolygon bulk.GeometryCode = "invalid_polygon"

// Check is what a feature has to pass before it is asked for.
var Check = bulk.Checks(bulk.Preflight, ValidPolygons)

// ValidPolygons is a [bulk.Check] for what [bulk.Preflight] leaves to computational geometry: a polygon whose rings cross or touch
// themselves or one another, or whose holes lie outside, encloses no area that everyone agrees on. Each polygon of a MultiPolygon is
// judged by itself; that they overlap is no reason to refuse them. Points pass.
//
// The rules are those of OGC Simple Feature Access (06-103r4, 6.1.11.1), as shapely's is_valid has them.
func ValidPolygons(f bulk.Feature) error {
	g, err := geom.UnmarshalGeoJSON(f.Geometry, geom.NoValidate{})
	if err != nil {
		return nil // what is no geometry is for Preflight to name
	}
	switch {
	case g.IsPolygon():
		return judge(g.MustAsPolygon(), "the polygon")
	case g.IsMultiPolygon():
		parts := g.MustAsMultiPolygon()
		for i := range parts.NumPolygons() {
			if err := judge(parts.PolygonN(i), fmt.Sprintf("polygon %d", i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func judge(p geom.Polygon, name string) error {
	err := p.Validate()
	if err == nil {
		return nil
	}
	for i, ring := range p.DumpRings() {
		if !ring.IsSimple() {
			return refuse("ring %d of %s crosses or touches itself", i, name)
		}
	}
	return refuse("%s is not valid: %v", name, err)
}

func refuse(format string, args ...any) error {
	return &bulk.GeometryError{Code: InvalidPolygon, Message: fmt.Sprintf(format, args...) + "; repair it, as by ogr2ogr -makevalid"}
}
