// Package geopackage reads GeoPackage files (OGC 12-128r19, versions 1.0 to 1.4) for package features. A program only has to import it:
//
//	import _ "github.com/community-attribute-service/cas-go/features/geopackage"
//
// It compiles SQLite, translated to Go (modernc.org/sqlite); this is why package features does not import it.
//
// A layer is a table or view of features; tables of attributes and of tiles are not layers. Files are opened as read-only and
// immutable, so that read-only folders work. If a program has the file open, its write-ahead log is also read, as long as the index of the
// log (-shm) is beside it; otherwise a warning says that the log is not read. Coordinates are x, y, whatever the order of the reference
// system's axes, as the standard requires.
//
// SQLite keeps no checksums. A pass compares the number of features with the one that GDAL keeps in gpkg_ogr_contents. If they differ
// or that number is missing, the pass checks the table's pages, once, and ends in an error if they are damaged. A value that was changed
// without damage to its page is not noticed.
package geopackage
