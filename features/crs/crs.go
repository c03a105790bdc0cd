package crs

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// A System is a reference system whose coordinates LonLat can convert. It is immutable and safe for concurrent use.
type System struct {
	id, name, note string
	unit           float64    // of the coordinates, in metres, or in degrees for a geographic system
	projection     projection // nil for a geographic system
	east, north    float64    // false origin, metres
	meridian       float64    // central meridian, or prime meridian of a geographic system; degrees east of Greenwich
	exact          bool       // coordinates are longitude and latitude in degrees from Greenwich
}

// An UnsupportedError means that a system is well defined but that this package does not convert it.
type UnsupportedError struct {
	System string // as String of a System returns it
	Reason string // names the datum, the method or the unit
}

// Remedy is the command that converts a file to WGS 84 if this package cannot.
const Remedy = "ogr2ogr -t_srs EPSG:4326 out.gpkg in"

// Error names the system, the reason and the remedy.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("reference system %s: %s; convert the file first: %s", e.System, e.Reason, Remedy)
}

// An OutsideError means that coordinates are not a position in their system.
type OutsideError struct {
	System string  // as String of a System returns it
	X, Y   float64 // as given to LonLat
}

// Error names the position and the system.
func (e *OutsideError) Error() string {
	return fmt.Sprintf("coordinates (%s, %s) are outside of %s", decimal(e.X), decimal(e.Y), e.System)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// Parse reads the definition of a reference system: WKT 1 (OGC, GDAL, Esri .prj), WKT 2, PROJJSON, or a code such as EPSG:5070, ESRI:102003,
// OGC:CRS84, urn:ogc:def:crs:EPSG::5070, 5070, or the URL form of OGC (…/def/crs/EPSG/0/4326). Of a compound system, it takes the
// horizontal part. If a definition has numbers and a code, the numbers count.
//
// A system that is well defined but that this package does not convert is an *UnsupportedError.
func Parse(text string) (*System, error) {
	text = strings.Trim(text, " \t\r\n\x00\ufeff")
	var d *definition
	var err error
	switch {
	case text == "":
		return nil, fmt.Errorf("reference system: the definition is empty")
	case text[0] == '{':
		d, err = fromJSON([]byte(text))
	case strings.ContainsAny(text, "[("):
		d, err = fromWKT(text)
	case strings.HasPrefix(text, "+"):
		return nil, fmt.Errorf("reference system %q: PROJ strings are not read, for they leave the datum open; use a code such as EPSG:5070, or WKT", clip(text))
	default:
		d, err = fromCode(text)
	}
	if err != nil {
		return nil, err
	}
	return d.system()
}

// codes matches the ways to write a code, with the authority in one group and the code in the next.
var codes = regexp.MustCompile(`(?i)^(?:` +
	`urn:(?:x-)?ogc:def:crs:(\w+):(?:[^:]*:)?(\w+)` + // a version is optional in practice
	`|https?://www\.opengis\.net/def/crs/(\w+)/[^/]*/(\w+)` +
	`|https?://www\.opengis\.net/gml/srs/(epsg)\.xml#(\w+)` +
	`|(\w+)::?(\w+)(?:\+\d+)?` + // the code after + is that of heights
	`)$`)

// bare are common names of systems, with their codes.
var bare = map[string]string{"CRS84": "OGC:CRS84", "WGS84": "EPSG:4326", "WGS 84": "EPSG:4326", "NAD83": "EPSG:4269"}

// ofOGC are the systems of OGC, with longitude first, and the EPSG codes of the same systems.
var ofOGC = map[string]int{"CRS84": 4326, "CRS84H": 4979, "CRS83": 4269, "CRS27": 4267}

func fromCode(text string) (*definition, error) {
	if name, ok := bare[strings.ToUpper(text)]; ok {
		text = name
	}
	authority, code := "EPSG", strings.ToUpper(text)
	if match := codes.FindStringSubmatch(text); match != nil {
		for i := 1; i < len(match); i += 2 {
			if match[i] != "" {
				authority, code = strings.ToUpper(match[i]), strings.ToUpper(match[i+1])
			}
		}
	}
	if same, ok := ofOGC[code]; ok && authority == "OGC" {
		d, err := registered().definition(same)
		if err == nil {
			d.id = "OGC:" + code
		}
		return d, err
	}
	number, err := strconv.Atoi(code)
	if err != nil {
		return nil, fmt.Errorf("reference system %q is neither a code, as EPSG:5070, nor WKT nor PROJJSON", clip(text))
	}
	if authority != "EPSG" && authority != "ESRI" {
		return nil, fmt.Errorf("reference system %s:%d: only codes of EPSG, ESRI and OGC are known; use WKT", clip(authority), number)
	}
	return registered().definition(number)
}

// LonLat returns the longitude and latitude of a position, in degrees on WGS 84. Longitudes are from -180 to 180.
//
// x is the easting or longitude and y the northing or latitude, in the units of the system, whatever the order of the axes in its
// definition; see the package comment. Coordinates that are infinite, NaN or outside the domain of the projection are an *OutsideError. A
// longitude up to 1e-7 degrees (1 cm) beyond ±180 becomes ±180, so that polygons cut at the antimeridian stay cut. Longitudes of a
// geographic system are not wrapped into ±180; they may be up to ±360.
func (s *System) LonLat(x, y float64) (lon, lat float64, err error) {
	if s.projection == nil {
		lon, lat = x*s.unit+s.meridian, y*s.unit
		if !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 360) {
			return 0, 0, &OutsideError{s.String(), x, y}
		}
		return lon, lat, nil
	}
	lambda, phi, ok := s.projection.inverse(x*s.unit-s.east, y*s.unit-s.north)
	lon, lat = lambda/degree+s.meridian, phi/degree
	if !ok || math.IsNaN(lon) || math.IsNaN(lat) {
		return 0, 0, &OutsideError{s.String(), x, y}
	}
	return wrap(lon), max(-90, min(90, lat)), nil
}

// wrap wraps a longitude into ±180.
func wrap(lon float64) float64 {
	if math.Abs(lon) <= 180 {
		return lon
	}
	if math.Abs(lon) <= 180+1e-7 {
		return math.Copysign(180, lon)
	}
	return math.Remainder(lon, 360)
}

// Name returns the name of the system in its definition, such as "NAD83 / Conus Albers".
func (s *System) Name() string { return s.name }

// Code returns the code of the system, such as "EPSG:5070", or "" if its definition has none.
func (s *System) Code() string { return s.id }

// String returns the code with the name, "EPSG:5070 (NAD83 / Conus Albers)", or the one of the two that is known.
func (s *System) String() string { return label(s.id, s.name) }

func label(id, name string) string {
	switch {
	case id == "" && name == "":
		return "without a name"
	case id == "":
		return name
	case name == "":
		return id
	}
	return id + " (" + name + ")"
}

// Identity reports whether coordinates are longitude and latitude in degrees already, so that their text can be used unchanged.
func (s *System) Identity() bool { return s.exact }

// Note returns what LonLat assumes, such as "NAD83 is taken as WGS 84: they agree within about 2 m"; "" if it assumes nothing.
func (s *System) Note() string { return s.note }
