// Package catalog has the datasets of the Community Attribute Service for use without the service: a constant for every dataset id and
// provider slug, and their metadata for offline search, completion and "did you mean".
//
//	client.Extract(ctx, cas.ExtractRequest{Geometry: point, DatasetIDs: []string{catalog.CopernicusDEMElevation}})
//
// If you mistype an id, the service answers with status 200, no result and a warning. If you mistype a constant, your program does not
// compile.
//
// # Source
//
// The package is a snapshot of what one published version of the service (the Python package community-attribute-service) lists at
// /api/v1/providers and /api/v1/datasets. [Taken] tells which version and when. A deployed service may have another version or its own
// providers; use the Datasets method of a cas.Client to ask it. Names, descriptions, units, extents, licences and citations are the
// service's own words; we neither check nor complete them. The licence of this module does not cover the data. Read the data owner's
// terms before you use a dataset.
//
// A program that uses only the constants does not contain the metadata. A program that calls a function of this package contains 0.4 MB
// of metadata, which are decoded at the first call.
//
// # Renewal
//
// `make catalog` renews the snapshot and generates the constants from it. snapshot.json has one field on each line, so its diff lists
// what changed in the service's catalog. If the service drops an id, its constant goes too.
package catalog

//go:generate go run ./internal/generate
