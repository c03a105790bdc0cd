package castest

import (
	"math"
	"slices"
	"strconv"

	"github.com/community-attribute-service/cas-go/cas"
	"github.com/community-attribute-service/cas-go/castest/internal/pyjson"
)

// extraction is a request as the service understands it.
type extraction struct {
	geometries  []pyjson.Value
	datasetIDs  []string
	start, end  cas.Timestamp
	aggregation string
}

const (
	maxGeometries = 1000
	maxDatasets   = 50
	maxVertices   = 10_000
)

var (
	aggregations = []string{"mean", "median", "min", "max", "std", "sum", "majority", "minority", "unique", "distribution"}
	outputs      = []string{"stats", "raster"}
	resamplings  = []string{"nearest", "bilinear", "cubic", "average"}
)

// The texts of the service's own validators.
const (
	noRaster = "Value error, output='raster' is not available over the CAS HTTP API: the service is stats-only by design — it stores no " +
		"rasters and does not redistribute provider data. Raster mode is in-process only: embed CAS and call " +
		"cas.extract_raster_sync(...) (or 'await cas.extract_raster(...)')."
	needsGeometry = "Value error, output='stats' requires 'geometry'"
	noBox         = "Value error, bbox-mode requests are raster-only; pass 'geometry' for output='stats', or set output='raster' (in-process only)"
	noResolution  = "Value error, 'target_resolution' applies to output='raster' only"
	emptyError    = `{"error":{}}`
)

// validator reads a body, field by field in the order of the service's models, and collects what is wrong with it.
type validator struct {
	extraction
	problems
}

// single reads the body of an extraction.
func (v *validator) single(body pyjson.Value) {
	if !v.object(body, inBody) {
		return
	}
	geometry, hasGeometry := present(body, "geometry")
	if hasGeometry {
		v.geometry(geometry, inBody.member("geometry"))
		v.geometries = append(v.geometries, geometry)
	}
	box, hasBox := present(body, "bbox")
	if hasBox {
		v.box(box, inBody.member("bbox"))
	}
	v.common(body)
	if output, ok := v.enum(body, "output", outputs); ok && output == "raster" {
		member, _ := body.Get("output")
		v.add("value_error", inBody.member("output"), noRaster, member, emptyError)
	}
	resolution, hasResolution := present(body, "target_resolution")
	if hasResolution {
		if f, ok := v.float(resolution, inBody.member("target_resolution")); ok && !(f > 0) {
			v.add("greater_than", inBody.member("target_resolution"), "Input should be greater than 0", resolution, `{"gt":0.0}`)
		}
	}
	v.enum(body, "resampling", resamplings)
	switch { // the model as a whole, once its fields are right
	case v.found():
	case !hasGeometry:
		v.add("value_error", inBody, needsGeometry, body, emptyError)
	case hasBox:
		v.add("value_error", inBody, noBox, body, emptyError)
	case hasResolution:
		v.add("value_error", inBody, noResolution, body, emptyError)
	}
}

// batch reads the body of a batch.
func (v *validator) batch(body pyjson.Value) {
	if !v.object(body, inBody) {
		return
	}
	at := inBody.member("geometries")
	if list, ok := v.list(body, "geometries", maxGeometries); ok {
		i := 0
		for geometry := range list.Items() {
			v.geometry(geometry, at.item(i))
			v.geometries = append(v.geometries, geometry)
			i++
		}
	}
	v.common(body)
}

// common reads the fields that both bodies have.
func (v *validator) common(body pyjson.Value) {
	if list, ok := v.list(body, "dataset_ids", -1); ok {
		i := 0
		for id := range list.Items() {
			if v.text(id, inBody.member("dataset_ids").item(i)) {
				v.datasetIDs = append(v.datasetIDs, id.Text())
			}
			i++
		}
	}
	if period, given := present(body, "time_range"); given && v.object(period, inBody.member("time_range")) {
		v.start = v.moment(period, "start")
		v.end = v.moment(period, "end")
	}
	v.aggregation = "mean"
	if aggregation, ok := v.enum(body, "aggregation", aggregations); ok {
		v.aggregation = aggregation
	}
	if crs, given := body.Get("target_crs"); given {
		v.text(crs, inBody.member("target_crs"))
	}
}

// present is a member that is neither absent nor null.
func present(object pyjson.Value, name string) (pyjson.Value, bool) {
	member, given := object.Get(name)
	return member, given && member.Kind() != pyjson.Null
}

func (v *validator) object(value pyjson.Value, at location) bool {
	if value.Kind() != pyjson.Object {
		v.add("model_attributes_type", at, wantObject, value, "")
		return false
	}
	return true
}

func (v *validator) text(value pyjson.Value, at location) bool {
	if value.Kind() != pyjson.String {
		v.add("string_type", at, wantString, value, "")
		return false
	}
	return true
}

// required is a member that must be there.
func (v *validator) required(object pyjson.Value, at location, name string) (pyjson.Value, bool) {
	member, given := object.Get(name)
	if !given {
		v.add("missing", at.member(name), fieldRequired, object, "")
	}
	return member, given
}

// list is a member of the body with at least one item and, unless that is negative, at most so many.
func (v *validator) list(body pyjson.Value, name string, most int) (list pyjson.Value, ok bool) {
	at := inBody.member(name)
	list, given := v.required(body, inBody, name)
	if !given {
		return list, false
	}
	if list.Kind() != pyjson.Array {
		v.add("list_type", at, wantList, list, "")
		return list, false
	}
	switch n := list.Len(); {
	case n == 0:
		v.add("too_short", at, "List should have at least 1 item after validation, not 0", list,
			`{"field_type":"List","min_length":1,"actual_length":0}`)
		return list, false
	case most >= 0 && n > most:
		limit, actual := strconv.Itoa(most), strconv.Itoa(n)
		v.add("too_long", at, "List should have at most "+limit+" items after validation, not "+actual, list,
			`{"field_type":"List","max_length":`+limit+`,"actual_length":`+actual+`}`)
		return list, false
	}
	return list, true
}

// enum is a member of the body that is one of some texts; ok is false where it is absent or wrong.
func (v *validator) enum(body pyjson.Value, name string, allowed []string) (value string, ok bool) {
	member, given := body.Get(name)
	if !given {
		return "", false
	}
	if member.Kind() == pyjson.String {
		if value = member.Text(); slices.Contains(allowed, value) {
			return value, true
		}
	}
	message, context := oneOf(allowed...)
	v.add("enum", inBody.member(name), message, member, context)
	return "", false
}

func (v *validator) geometry(geometry pyjson.Value, at location) {
	if !v.object(geometry, at) {
		return
	}
	if kind, given := v.required(geometry, at, "type"); given && v.text(kind, at.member("type")) {
		if !kind.Is("Point") && !kind.Is("Polygon") && !kind.Is("MultiPolygon") {
			const pattern = "^(Point|Polygon|MultiPolygon)$"
			v.add("string_pattern_mismatch", at.member("type"), "String should match pattern '"+pattern+"'", kind,
				textContext("pattern", pattern))
		}
	}
	if coordinates, given := v.required(geometry, at, "coordinates"); given && coordinates.Kind() != pyjson.Array {
		v.add("list_type", at.member("coordinates"), wantList, coordinates, "")
	}
}

// float reads a number, which pydantic also takes from a text, and from true and false.
func (v *validator) float(value pyjson.Value, at location) (f float64, ok bool) {
	switch value.Kind() {
	case pyjson.Int, pyjson.Float:
		return value.Float(), true
	case pyjson.True:
		return 1, true
	case pyjson.False:
		return 0, true
	case pyjson.String:
		if f, ok = pythonFloat(value.Text()); !ok {
			v.add("float_parsing", at, noNumber, value, "")
		}
		return f, ok
	}
	v.add("float_type", at, wantNumber, value, "")
	return 0, false
}

func (v *validator) box(box pyjson.Value, at location) {
	if !v.object(box, at) {
		return
	}
	for _, edge := range []struct {
		name  string
		limit float64
	}{{"min_lon", 180}, {"min_lat", 90}, {"max_lon", 180}, {"max_lat", 90}} {
		member, given := v.required(box, at, edge.name)
		if !given {
			continue
		}
		f, ok := v.float(member, at.member(edge.name))
		limit := strconv.Itoa(int(edge.limit))
		switch {
		case !ok:
		case f > edge.limit || math.IsNaN(f):
			v.add("less_than_equal", at.member(edge.name), "Input should be less than or equal to "+limit, member, `{"le":`+limit+`.0}`)
		case f < -edge.limit:
			v.add("greater_than_equal", at.member(edge.name), "Input should be greater than or equal to -"+limit, member, `{"ge":-`+limit+`.0}`)
		}
	}
}

// moment reads one end of a time range.
func (v *validator) moment(period pyjson.Value, name string) cas.Timestamp {
	at := inBody.member("time_range")
	member, given := v.required(period, at, name)
	if !given {
		return cas.Timestamp{}
	}
	m, err := readMoment(member)
	if bad, ok := err.(*badMoment); ok {
		context := ""
		if bad.reason != "" {
			context = textContext("error", bad.reason)
		}
		v.add(bad.kind, at.member(name), bad.message, member, context)
		return cas.Timestamp{}
	}
	return *stamp(m.String())
}
