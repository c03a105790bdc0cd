package geojson

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/community-attribute-service/cas-go/features/internal/ids"
	"github.com/community-attribute-service/cas-go/internal/geotext"
)

// Errors that end a reading, for [errors.Is] on the error that [Read] yields or [Scan] returns.
var (
	ErrNotGeoJSON      = errors.New("not GeoJSON")        // malformed, cut, or another format
	ErrMissingID       = ids.ErrMissing                   // the id is missing, or is neither a string nor a number
	ErrDuplicateID     = ids.ErrDuplicate                 // two features with one id, compared as text
	ErrFeatureTooLarge = errors.New("feature too large")  // over Options.MaxFeatureBytes
	ErrLateCRS         = errors.New("crs after features") // features were yielded before their crs was known
)

// A ReadError is an error with its position in the input.
type ReadError struct {
	Feature int   // position of the feature, from 0; -1 for the text around the features
	Line    int   // line of the error, from 1; after decompression
	Offset  int64 // byte of the error, from 0; after decompression
	Err     error
}

// Error returns the position, what is wrong and what to do.
func (e *ReadError) Error() string {
	if e.Feature < 0 {
		return fmt.Sprintf("line %d, byte %d: %v", e.Line, e.Offset, e.Err)
	}
	return fmt.Sprintf("feature %d, line %d, byte %d: %v", e.Feature, e.Line, e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.Err }

// kindError is an error of a kind, such as [ErrNotGeoJSON], whose text does not repeat the kind.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }

func notGeoJSON(format string, args ...any) error {
	return &kindError{ErrNotGeoJSON, fmt.Sprintf(format, args...)}
}

// foreignType refuses the value of a "type" member that is no type of GeoJSON.
func foreignType(v jsontext.Value) error {
	name := geotext.TypeName(v)
	switch {
	case name == "" || name == geotext.KindFeature || name == geotext.KindCollection || geotext.IsGeometryKind(name):
		return nil // the end of the object reports a missing type, or one that is not a string
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

// foreignObject returns the error for a record that is neither a feature nor a geometry.
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

// foreignElement returns the error for an element of a collection that is not a Feature.
func foreignElement(rec *record) error {
	if geotext.IsGeometryKind(rec.kind) {
		return notGeoJSON(`not GeoJSON: an element of features is a bare %s; wrap it: {"type":"Feature","properties":{},"geometry":…}`, rec.kind)
	}
	if rec.kind == geotext.KindCollection {
		return notGeoJSON("not GeoJSON: a FeatureCollection inside a FeatureCollection")
	}
	return foreignObject(rec)
}

// notAnObject returns the error for an input that does not begin with {.
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
