// Package geopackage reads GeoPackage files (OGC 12-128r19, versions 1.0 to 1.4) for package features. Importing it is all:
//
//	import _ "github.com/community-attribute-service/cas-go/features/geopackage"
//
// It brings SQLite along, translated to Go (modernc.org/sqlite), which is why importers of package features do not compile it.
//
// A layer is a table or view of features; tables of attributes and tiles are none. Files are opened read-only and as ones
// that nobody changes, so that read-only folders do. The write-ahead log of a program that has the file open is read too, where its index
// (-shm) is beside it; else a warning says that it is not.
// Coordinates are x, y, whatever the order of the reference system's axes: so the standard has it.
//
// SQLite keeps no checksums. What a pass has read is compared with the number of features that GDAL keeps in
// gpkg_ogr_contents; where that differs or is absent, the table's pages are checked once, and the pass ends in an error if
// they are damaged. A value that was changed without damage to its page is not noticed.
package geopackage
