// Package geojson reads GeoJSON of any size.
//
// [Read] streams the features of a FeatureCollection, a Feature, a bare geometry, a GeoJSON text sequence (RFC 8142) or
// newline-delimited GeoJSON, plain or gzip. Memory is bounded by the largest single feature. The text of a geometry reaches the caller
// byte for byte: spelling of numbers, z values and white space are those of the input. [Scan] is the same pass without the copies; it
// finds what is wrong with a file before the first request is sent.
//
// Features are counted from 0, in messages as in Feature.Index.
package geojson
