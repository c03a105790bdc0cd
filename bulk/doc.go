// Package bulk turns many features into many rows: it reads GeoJSON of any
// size, refuses what the service cannot answer before it is asked, and keeps
// every feature accounted for.
//
// # Reading
//
// [ReadGeoJSON] streams features out of a FeatureCollection, a Feature, a bare
// geometry, a GeoJSON text sequence (RFC 8142) or newline-delimited GeoJSON,
// plain or gzip. Memory is bounded by the largest single feature. The text of a
// geometry reaches the caller byte for byte: number spelling, z values and white
// space are those of the input. [ScanIDs] is the same pass without the copies;
// it finds what is wrong with a file before the first request is sent.
//
// Features are counted from 0, in messages as in [Feature.Index].
//
// # Preflight
//
// [Preflight] judges one feature offline and in one pass over its text. Nothing
// is repaired: a feature is sent as it was written, or refused with the reason.
package bulk
