// Package geotext looks at GeoJSON as text: where a value ends, what its numbers are, which reference system it names.
package geotext
