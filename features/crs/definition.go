package crs

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Indexes of the parameters of a projection: angles in degrees, false origin in metres.
const (
	lat0 = iota
	lon0
	parallel1
	parallel2
	scale
	falseEast
	falseNorth
	parameters
)

// parameterNames are the squeezed names of the parameters in EPSG, OGC, GDAL and Esri.
var parameterNames = map[string]int{
	"latitudeoforigin": lat0, "latitudeofnaturalorigin": lat0, "latitudeoffalseorigin": lat0, "latitudeofcenter": lat0, "latitudeofcentre": lat0,
	"centralmeridian": lon0, "longitudeoforigin": lon0, "longitudeofnaturalorigin": lon0, "longitudeoffalseorigin": lon0,
	"longitudeofcenter": lon0, "longitudeofcentre": lon0, "straightverticallongitudefrompole": lon0,
	"standardparallel1": parallel1, "latitudeof1ststandardparallel": parallel1, "latitudeofstandardparallel": parallel1,
	"standardparallel2": parallel2, "latitudeof2ndstandardparallel": parallel2,
	"scalefactor": scale, "scalefactoratnaturalorigin": scale,
	"falseeasting": falseEast, "eastingatfalseorigin": falseEast,
	"falsenorthing": falseNorth, "northingatfalseorigin": falseNorth,
}

// squeeze returns the letters of a name, in lower case, and its digits: the spellings of one name differ in the rest.
func squeeze(name string) string {
	var b strings.Builder
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b.WriteByte(c)
		case c >= 'A' && c <= 'Z':
			b.WriteByte(c + 'a' - 'A')
		}
	}
	return b.String()
}

// A definition is a system as read from WKT, PROJJSON or the registry.
type definition struct {
	id, name  string
	datum     string  // name of the datum
	datumID   string  // code of the datum, such as "EPSG:6269", or ""
	a, rf     float64 // ellipsoid: semi-major axis in metres, inverse flattening (0: sphere)
	meridian  float64 // prime meridian, degrees east of Greenwich
	angle     float64 // degrees in a unit of a geographic system
	method    string  // name of the projection, "" for a geographic system
	values    [parameters]float64
	given     [parameters]bool
	others    map[string]float64 // parameters with other names, by name, as written
	unit      float64            // metres in a unit of a projected system
	axes      []string           // directions of the two axes, lower case; nil if they are not known
	shifted   bool               // it has a shift to WGS 84 other than zeros
	webSphere bool               // GDAL marks its Mercator projection as spherical
}

// unsupported returns an UnsupportedError about d.
func (d *definition) unsupported(format string, args ...any) error {
	return &UnsupportedError{System: label(d.id, d.name), Reason: fmt.Sprintf(format, args...)}
}

// malformed returns the error for a definition that makes no sense.
func (d *definition) malformed(format string, args ...any) error {
	return fmt.Errorf("reference system %s: %s", label(d.id, d.name), fmt.Sprintf(format, args...))
}

// set sets a parameter by name; angles are in degrees, lengths in metres.
func (d *definition) set(name string, value float64) {
	if i, ok := parameterNames[squeeze(name)]; ok {
		d.values[i], d.given[i] = value, true
		return
	}
	if d.others == nil {
		d.others = map[string]float64{}
	}
	d.others[name] = value
}

// or returns a parameter, or absent if it is not given.
func (d *definition) or(index int, absent float64) float64 {
	if d.given[index] {
		return d.values[index]
	}
	return absent
}

// system checks the definition and prepares its projection.
func (d *definition) system() (*System, error) {
	note, err := d.judgeDatum()
	if err != nil {
		return nil, err
	}
	s := &System{id: d.id, name: d.name, note: note, unit: d.unit, meridian: d.meridian}
	if d.method == "" { // a geographic system
		if err := d.checkAxes(false); err != nil {
			return nil, err
		}
		s.unit, s.exact = d.angle, d.angle == 1 && d.meridian == 0
		return s, nil
	}
	for i, v := range d.values {
		if math.IsNaN(v) || math.IsInf(v, 0) || (i < scale && math.Abs(v) > 720) {
			return nil, d.malformed("a parameter of the projection is %v", v)
		}
	}
	if s.projection, err = d.projection(); err != nil {
		return nil, err
	}
	s.east, s.north = d.or(falseEast, 0), d.or(falseNorth, 0)
	s.meridian += d.or(lon0, 0)
	return s, nil
}

// checkAxes refuses axes that do not point north and east.
func (d *definition) checkAxes(polar bool) error {
	for _, direction := range d.axes {
		if direction != "north" && direction != "east" && (!polar || direction != "south") {
			return d.unsupported("an axis points %s", direction)
		}
	}
	return nil
}

// projection makes the projection by the name of its method.
func (d *definition) projection() (projection, error) {
	l := newEllipsoid(d.a, d.rf)
	build, ok := methods[squeeze(d.method)]
	if !ok {
		return nil, d.unsupported("the projection method %q is not supported", d.method)
	}
	if !(d.unit > 0) || math.IsInf(d.unit, 0) {
		return nil, d.malformed("there is no unit of length")
	}
	aside := map[string]bool{"auxiliaryspheretype": squeeze(d.method) == "mercatorauxiliarysphere"}
	for name, value := range d.others {
		if value != 0 || !aside[squeeze(name)] {
			return nil, d.unsupported("the parameter %q = %v is not supported for the method %q", name, value, d.method)
		}
	}
	p, polar, err := build(d, l)
	if err != nil {
		return nil, err
	}
	if k := d.or(scale, 1); !(k > 0) || k > 100 {
		return nil, d.malformed("the scale factor is %v", k)
	}
	if err := d.checkAxes(polar); err != nil {
		return nil, err
	}
	return p, nil
}

// A builder makes a projection. polar means that its axes may point south.
type builder func(d *definition, l ellipsoid) (p projection, polar bool, err error)

// methods are the projection methods by their squeezed names in EPSG, OGC WKT 1 and Esri's WKT.
var methods = map[string]builder{
	"transversemercator": buildTransverse, "gausskruger": buildTransverse, "transversemercatorcomplex": buildTransverse,
	"albersequalarea": buildAlbers, "albersconicequalarea": buildAlbers, "albers": buildAlbers,
	"lambertconicconformal1sp": buildLambert1, "lambertconformalconic1sp": buildLambert1,
	"lambertconicconformal2sp": buildLambert2, "lambertconformalconic2sp": buildLambert2, "lambertconformalconic": buildLambertEsri,
	"lambertazimuthalequalarea": buildAzimuthal, "lambertazimuthalequalareaspherical": onSphere(buildAzimuthal),
	"polarstereographicvarianta": buildPolarA, "polarstereographicvariantb": buildPolarB, "polarstereographic": buildPolar, "stereographic": buildPolarA,
	"stereographicnorthpole": buildPolarB, "stereographicsouthpole": buildPolarB,
	"mercatorvarianta": buildMercatorA, "mercator1sp": buildMercatorA, "mercator1spspherical": onSphere(buildMercatorA),
	"mercatorvariantb": buildMercatorB, "mercator2sp": buildMercatorB, "mercator": buildMercatorB,
	"popularvisualisationpseudomercator": buildWebMercator, "mercatorauxiliarysphere": buildWebMercator,
	"lambertcylindricalequalarea": buildCylindrical, "cylindricalequalarea": buildCylindrical, "behrmann": buildBehrmann,
	"lambertcylindricalequalareaspherical": onSphere(buildCylindrical),
	"sinusoidal":                           buildSinusoidal,
}

// takes checks that all needed parameters are given and no others than those needed or allowed.
func (d *definition) takes(needed, allowed []int) error {
	for i, given := range d.given {
		neutral := d.values[i] == 0 || (i == scale && d.values[i] == 1)
		if given && !neutral && i < falseEast && i != lon0 && !slices.Contains(needed, i) && !slices.Contains(allowed, i) {
			return d.unsupported("the method %q does not have a parameter %s", d.method, parameterTitles[i])
		}
	}
	for _, i := range needed {
		if !d.given[i] {
			return d.malformed("the method %q needs the %s", d.method, parameterTitles[i])
		}
	}
	for _, i := range [...]int{lat0, parallel1, parallel2} {
		if math.Abs(d.values[i]) > 90+1e-9 {
			return d.malformed("the %s is %v", parameterTitles[i], d.values[i])
		}
	}
	return nil
}

var parameterTitles = [parameters]string{
	"latitude of origin", "longitude of origin", "first standard parallel", "second standard parallel",
	"scale factor", "false easting", "false northing",
}

// radians returns a parameter that is an angle.
func (d *definition) radians(index int) float64 { return d.values[index] * degree }

// onSphere limits a method to spheres.
func onSphere(build builder) builder {
	return func(d *definition, l ellipsoid) (projection, bool, error) {
		if l.e2 != 0 {
			return nil, false, d.unsupported("the spherical method %q is used with an ellipsoid", d.method)
		}
		return build(d, l)
	}
}

func buildTransverse(d *definition, l ellipsoid) (projection, bool, error) {
	return newTransverse(l, d.radians(lat0), d.or(scale, 1)), false, d.takes(nil, []int{lat0, scale})
}

// checkCone refuses standard parallels that make the cone a cylinder or a plane.
func (d *definition) checkCone(sp1, sp2 int) error {
	if math.Abs(d.values[sp1]+d.values[sp2]) < 1e-8 {
		return d.malformed("the standard parallels are opposite to each other")
	}
	if math.Abs(d.values[sp1]) > 90-1e-8 || math.Abs(d.values[sp2]) > 90-1e-8 {
		return d.unsupported("a standard parallel is a pole")
	}
	return nil
}

func buildAlbers(d *definition, l ellipsoid) (projection, bool, error) {
	if err := d.takes([]int{parallel1, parallel2}, []int{lat0}); err != nil {
		return nil, false, err
	}
	if err := d.checkCone(parallel1, parallel2); err != nil {
		return nil, false, err
	}
	return newAlbers(l, d.radians(lat0), d.radians(parallel1), d.radians(parallel2)), false, nil
}

func buildLambert1(d *definition, l ellipsoid) (projection, bool, error) {
	if err := d.takes([]int{lat0}, []int{scale, parallel1}); err != nil {
		return nil, false, err
	}
	if d.given[parallel1] && d.values[parallel1] != d.values[lat0] {
		return nil, false, d.unsupported("the standard parallel is not the latitude of origin")
	}
	if err := d.checkCone(lat0, lat0); err != nil {
		return nil, false, err
	}
	phi := d.radians(lat0)
	return newLambert(l, phi, phi, phi, d.or(scale, 1)), false, nil
}

func buildLambert2(d *definition, l ellipsoid) (projection, bool, error) {
	if err := d.takes([]int{parallel1, parallel2}, []int{lat0, scale}); err != nil {
		return nil, false, err
	}
	if err := d.checkCone(parallel1, parallel2); err != nil {
		return nil, false, err
	}
	return newLambert(l, d.radians(lat0), d.radians(parallel1), d.radians(parallel2), d.or(scale, 1)), false, nil
}

// buildLambertEsri is for Esri's one name for the projection with one or two standard parallels.
func buildLambertEsri(d *definition, l ellipsoid) (projection, bool, error) {
	if !d.given[parallel2] {
		d.values[parallel2], d.given[parallel2] = d.values[parallel1], d.given[parallel1]
	}
	return buildLambert2(d, l)
}

func buildAzimuthal(d *definition, l ellipsoid) (projection, bool, error) {
	return newAzimuthal(l, d.radians(lat0)), math.Abs(d.values[lat0]) > 90-1e-8, d.takes(nil, []int{lat0})
}

func buildPolarA(d *definition, l ellipsoid) (projection, bool, error) {
	if err := d.takes([]int{lat0}, []int{scale}); err != nil {
		return nil, false, err
	}
	if math.Abs(d.values[lat0]) < 90-1e-8 {
		return nil, false, d.unsupported("the origin of the polar projection is no pole but %v", d.values[lat0])
	}
	return newStereographic(l, math.Copysign(1, d.values[lat0]), quarter, d.or(scale, 1)), true, nil
}

func buildPolarB(d *definition, l ellipsoid) (projection, bool, error) {
	if err := d.takes([]int{parallel1}, []int{lat0}); err != nil {
		return nil, false, err
	}
	pole := math.Copysign(1, d.values[parallel1])
	switch {
	case d.values[parallel1] == 0,
		d.given[lat0] && d.values[lat0] != 90*pole,
		squeeze(d.method) == "stereographicnorthpole" && pole < 0, squeeze(d.method) == "stereographicsouthpole" && pole > 0:
		return nil, false, d.unsupported("the standard parallel %v does not tell which pole is in the middle", d.values[parallel1])
	}
	return newStereographic(l, pole, d.radians(parallel1), 1), true, nil
}

// buildPolar is for OGC's one name for both variants. The latitude of origin is either a pole or the standard parallel.
func buildPolar(d *definition, l ellipsoid) (projection, bool, error) {
	if math.Abs(d.values[lat0]) > 90-1e-8 {
		return buildPolarA(d, l)
	}
	d.values[parallel1], d.given[parallel1] = d.values[lat0], d.given[lat0]
	d.values[lat0], d.given[lat0] = 0, false
	return buildPolarB(d, l)
}

// isWeb reports whether a Mercator projection is web Mercator although it has an ellipsoid: GDAL marks it; old .prj files only have the
// name.
func (d *definition) isWeb() bool {
	name := squeeze(d.name)
	return d.webSphere || strings.Contains(name, "pseudomercator") || strings.Contains(name, "webmercator")
}

func buildMercatorA(d *definition, l ellipsoid) (projection, bool, error) {
	if d.isWeb() {
		return buildWebMercator(d, l)
	}
	return newMercator(l, d.or(scale, 1)), false, d.takes(nil, []int{scale})
}

func buildMercatorB(d *definition, l ellipsoid) (projection, bool, error) {
	if d.isWeb() {
		return buildWebMercator(d, l)
	}
	return newMercator(l, l.parallel(d.radians(parallel1))), false, d.takes(nil, []int{parallel1})
}

func buildWebMercator(d *definition, l ellipsoid) (projection, bool, error) {
	return newMercator(ellipsoid{a: l.a}, 1), false, d.takes(nil, nil)
}

func buildCylindrical(d *definition, l ellipsoid) (projection, bool, error) {
	if math.Abs(d.values[parallel1]) > 90-1e-8 {
		return nil, false, d.unsupported("a standard parallel is a pole")
	}
	return newCylindrical(l, d.radians(parallel1)), false, d.takes(nil, []int{parallel1})
}

// buildBehrmann is for Behrmann, the name of standard parallels of 30 degrees in Esri's WKT as PROJ writes it.
func buildBehrmann(d *definition, l ellipsoid) (projection, bool, error) {
	if d.given[parallel1] && d.values[parallel1] != 30 {
		return nil, false, d.malformed("the standard parallel is %v; that of the method %q is 30", d.values[parallel1], d.method)
	}
	return newCylindrical(l, 30*degree), false, d.takes(nil, []int{parallel1})
}

func buildSinusoidal(d *definition, l ellipsoid) (projection, bool, error) {
	return newSinusoidal(l), false, d.takes(nil, nil)
}
