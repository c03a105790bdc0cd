package geojson

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/community-attribute-service/cas-go/internal/geotext"

	"github.com/go-json-experiment/json/jsontext"
)

// foreignType refuses the value of a "type" member that no GeoJSON object has.
func foreignType(v jsontext.Value) error {
	name := geotext.TypeName(v)
	switch {
	case name == "" || name == geotext.KindFeature || name == geotext.KindCollection || geotext.IsGeometryKind(name):
		return nil // what is missing or no string is for the end of the object
	case name == "Topology":
		return notGeoJSON("not GeoJSON but TopoJSON; convert it: ogr2ogr -f GeoJSONSeq out.geojsonl INPUT, or topo2geo")
	}
	for _, k := range append([]string{geotext.KindFeature, geotext.KindCollection}, geotext.GeometryKinds...) {
		if strings.EqualFold(k, name) {
			return notGeoJSON("not GeoJSON: type %q is spelled %q", name, k)
		}
	}
	return notGeoJSON("not GeoJSON: unknown type %q; wanted are FeatureCollection, Feature or a geometry, else %s", name, convertHint)
}

// foreignObject says what a record is that is neither feature nor geometry.
func foreignObject(rec *record) error {
	switch {
	case rec.esri:
		return notGeoJSON("not GeoJSON but Esri JSON; ask the server for f=geojson, or %s", convertHint)
	case rec.kind == "":
		return notGeoJSON(`not GeoJSON: the object has no "type" with a string`)
	case rec.kind == geotext.KindFeature || geotext.IsGeometryKind(rec.kind):
		return notGeoJSON(`not GeoJSON: a %s with an array "features"`, rec.kind)
	}
	return foreignType(fmt.Appendf(nil, "%q", rec.kind))
}

// foreignElement says what stands in a collection in place of a Feature.
func foreignElement(rec *record) error {
	if geotext.IsGeometryKind(rec.kind) {
		return notGeoJSON(`not GeoJSON: an element of features is a bare %s; wrap it: {"type":"Feature","properties":{},"geometry":…}`, rec.kind)
	}
	if rec.kind == geotext.KindCollection {
		return notGeoJSON("not GeoJSON: a FeatureCollection inside a FeatureCollection")
	}
	return foreignObject(rec)
}

// notAnObject says what an input is that does not begin with {.
func notAnObject(text []byte) error {
	switch c := text[0]; {
	case c == '[':
		return notGeoJSON(`not GeoJSON: a bare array; wrap features as {"type":"FeatureCollection","features":[…]}`)
	case c == '<':
		return notGeoJSON("not GeoJSON but XML or HTML; if it is KML or GML, %s", convertHint)
	case 'A' <= c && c <= 'Z':
		word := text[:min(len(text), 12)]
		if i := bytes.IndexAny(word, "( "); i > 0 {
			return notGeoJSON("not GeoJSON; if this %q is well-known text (WKT), %s", word[:i], convertHint)
		}
	}
	return notGeoJSON("not GeoJSON: it begins with %q, not with an object; %s", text[0], convertHint)
}
