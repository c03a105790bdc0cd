// Package geopackage writes tables of package table as GeoPackage 1.3 (OGC 12-128r17), for QGIS, GDAL, GeoPandas and R.
//
// The file has one layer, attributes. Its first columns are the number of the row (ogc_fid) and the geometry (geom) in longitude and
// latitude on WGS 84 (EPSG:4326, x before y), with an R-tree. Then come the columns of the table: ids and other text as TEXT; values, class
// shares and coverage fractions as DOUBLE; kept properties as INTEGER, DOUBLE or BOOLEAN if all their values are, and TEXT otherwise. An
// empty cell is NULL. If [table.Row.Geometry] has no geometry, the geometry is NULL too.
//
// SQLite ignores the case of names. If two columns differ only in case, the second ends in _2.
//
// Equal tables are equal files. The standard demands a date of the last change; it is always 1970-01-01.
//
// SQLite needs a file of its own. It is made beside the file of the table, or in the folder for temporary files, and copied when it is
// complete.
package geopackage
