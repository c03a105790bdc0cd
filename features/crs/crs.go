package crs

import (
	"fmt"
	"math"
	"strconv"
)

// System is a reference system whose coordinates LonLat can convert. It is immutable and safe for concurrent use.
type System struct {
	id, name, note string
	unit           float64    // metres in a unit of the coordinates, or degrees of a geographic system
	projection     projection // nil for a geographic system
	east, north    float64    // false origin, metres
	meridian       float64    // of the projection, or the prime one of a geographic system; degrees east of Greenwich
	exact          bool       // longitude and latitude in degrees from Greenwich
}

// UnsupportedError is the refusal of a system that is well defined but that this package does not convert.
type UnsupportedError struct {
	System string // as String of a System gives it
	Reason string // names the datum, the method or the unit
}

// Remedy is the command that brings a file to WGS 84 where this package cannot.
const Remedy = "ogr2ogr -t_srs EPSG:4326 out.gpkg in"

// Error names the system, the reason and the remedy.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("reference system %s: %s; convert the file first: %s", e.System, e.Reason, Remedy)
}

// OutsideError reports coordinates that are no position of their system.
type OutsideError struct {
	System string  // as String of a System gives it
	X, Y   float64 // as given to LonLat
}

// Error names the position and the system.
func (e *OutsideError) Error() string {
	return fmt.Sprintf("coordinates (%s, %s) are outside of %s", decimal(e.X), decimal(e.Y), e.System)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// LonLat gives the longitude and latitude of a position, in degrees on WGS 84, longitudes from -180 to 180.
//
// x is the easting or longitude and y the northing or latitude, in the units of the system, whatever order its definition gives the
// axes; see the package comment. Coordinates outside the domain of the projection, infinite or NaN are an *OutsideError. A longitude up to
// 1e-7 degrees (1 cm) beyond ±180 becomes ±180, so that polygons cut at the antimeridian stay cut. Longitudes of a geographic system
// are not brought into ±180; they may be up to ±360.
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

// wrap brings a longitude into ±180.
func wrap(lon float64) float64 {
	if math.Abs(lon) <= 180 {
		return lon
	}
	if math.Abs(lon) <= 180+1e-7 {
		return math.Copysign(180, lon)
	}
	return math.Remainder(lon, 360)
}

// Name is the name of the system as its definition gives it, such as "NAD83 / Conus Albers".
func (s *System) Name() string { return s.name }

// Code is the code of the system, such as "EPSG:5070", or "" if its definition has none.
func (s *System) Code() string { return s.id }

// String is the code with the name, "EPSG:5070 (NAD83 / Conus Albers)", or the one of them that is known.
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

// Identity tells that coordinates are longitude and latitude in degrees already, so that their text can be used unchanged.
func (s *System) Identity() bool { return s.exact }

// Note says what LonLat takes for granted, such as "NAD83 is taken as WGS 84: they agree within about 2 m", or is empty.
func (s *System) Note() string { return s.note }
