package tabulate

import (
	"fmt"
	"sync"

	"github.com/community-attribute-service/cas-go/features"
	"github.com/community-attribute-service/cas-go/features/preflight"

	"github.com/peterstace/simplefeatures/geom"
)

// InvalidPolygon is the code of a polygon that [ValidPolygons] refuses.
const InvalidPolygon preflight.Code = "invalid_polygon"

// Check checks a feature before it is sent: it calls [preflight.Check], then [ValidPolygons], and reads the text only once if possible.
func Check(f features.Feature) error {
	certain, err := certainlyValid(f)
	if certain || err != nil {
		return err
	}
	return judgeText(f.Geometry)
}

// ValidPolygons checks what [preflight.Check] leaves to computational geometry. It refuses a polygon whose rings cross or touch
// themselves or one another, or whose holes lie outside, because its area is not well defined. It checks each polygon of a MultiPolygon
// separately; they may overlap. Points pass.
//
// The rules are those of OGC Simple Feature Access (06-103r4, 6.1.11.1), as in shapely's is_valid.
func ValidPolygons(f features.Feature) error {
	if certain, _ := certainlyValid(f); certain {
		return nil
	}
	return judgeText(f.Geometry)
}

// A reading is the memory that one feature needs, used again for the next.
type reading struct {
	rings   preflight.Rings
	outline outline
}

var readings = sync.Pool{New: func() any { return new(reading) }}

// certainlyValid is true for a feature that Preflight passes and for whose polygons the library is not needed. The error is Preflight's.
func certainlyValid(f features.Feature) (bool, error) {
	r := readings.Get().(*reading)
	defer readings.Put(r)
	if err := r.rings.Check(f); err != nil {
		return false, err
	}
	return r.certainlyValid(), nil
}

// certainlyValid is false, too, for what the pass over the text left out.
func (r *reading) certainlyValid() bool {
	from, ring := 0, 0
	for _, end := range r.rings.PolygonEnds {
		ends := r.rings.RingEnds[ring:end]
		if !r.outline.certainlyValid(r.rings.Positions, from, ends) {
			return false
		}
		from, ring = ends[len(ends)-1], end
	}
	return r.rings.Type != ""
}

// judgeText lets the library read and judge.
func judgeText(geometry []byte) error {
	g, err := geom.UnmarshalGeoJSON(geometry, geom.NoValidate{})
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
	rings := p.DumpRings()
	err := p.Validate()
	if err == nil {
		o := outline{rings: []int{0}}
		for _, ring := range rings {
			var positions [][2]float64
			for c := ring.Coordinates(); len(positions) < c.Length(); {
				xy := c.GetXY(len(positions))
				positions = append(positions, [2]float64{xy.X, xy.Y})
			}
			if len(positions) > 0 {
				o.addRing(positions)
			}
		}
		if hole := o.misplaced(); hole > 0 {
			return refuse("ring %d of %s is a hole that lies outside of its outer ring, or inside of another hole", hole, name)
		}
		return nil
	}
	for i, ring := range rings {
		if !ring.IsSimple() {
			return refuse("ring %d of %s crosses or touches itself", i, name)
		}
	}
	return refuse("%s is not valid: %v", name, err)
}

func refuse(format string, args ...any) error {
	return &preflight.Error{Code: InvalidPolygon, Message: fmt.Sprintf(format, args...) + "; repair it, as by ogr2ogr -makevalid"}
}
