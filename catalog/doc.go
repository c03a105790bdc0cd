// Package catalog knows the datasets of the Community Attribute Service without asking it: a constant for every dataset id and
// provider slug, and their metadata for offline search, completion and "did you mean".
//
//	client.Extract(ctx, cas.ExtractRequest{Geometry: point, DatasetIDs: []string{catalog.CopernicusDEMElevation}})
//
// A mistyped id is answered with status 200, no result and a warning; a mistyped constant does not compile.
//
// # Source
//
// Everything here is a snapshot of what one published version of the service, the Python package community-attribute-service, lists on
// its routes /api/v1/providers and /api/v1/datasets: [Taken] tells which and when. A deployed service may be of another version or have
// providers of its own; what it says of itself, through the Datasets method of a cas.Client, goes before what is said here.
// Names, descriptions, units, extents, licences and citations are the service's own words, neither checked nor completed here; the
// licence of this module does not extend to the data. Read the data owner's terms before you use a dataset.
//
// The constants cost nothing but their own bytes: the metadata, 0.4 MB, is linked only into programs that call a function of this
// package, and is decoded at the first call.
//
// # Renewal
//
// `make catalog` takes the snapshot anew and generates the constants from it. snapshot.json has one field per line, so that its diff
// reads as the list of what changed in the service's catalog. An id that the service drops takes its constant along.
package catalog

//go:generate go run ./internal/generate
