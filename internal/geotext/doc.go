// Package geotext is the one scanner of GeoJSON text: nothing else in this module looks at coordinates as text.
//
// [Geometry] is one pass over a geometry object: its type, how deep its coordinates are nested, its positions, bounds and rings, and
// what is wrong with them. It judges nothing; cas and preflight do, each by its own rules. [Coordinates] is the part of it that reads
// coordinates. [Members] walks any JSON object and [Skip] any JSON value, as strictly as a [Rule] says: numbers, plain strings and
// arrays of numbers by themselves, everything else with jsontext. A [Framer] finds the end of a value in text that arrives in pieces.
//
// What a pass returns refers to the text and is good as long as that.
package geotext
