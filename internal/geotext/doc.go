// Package geotext is the only scanner of GeoJSON text: no other package of this module reads coordinates as text.
//
// [Geometry] reads a geometry object in one pass: its type, the depth of its coordinates, positions, bounds and rings, and what is wrong
// with them. It judges nothing; cas and preflight do, each by its own rules. [Coordinates] is the part that reads coordinates. [Members]
// walks any JSON object and [Skip] skips any JSON value, as strictly as a [Rule] says. They read numbers, plain strings and arrays of
// numbers themselves, and everything else with jsontext.
//
// Results refer to the text and are valid as long as it is.
package geotext
