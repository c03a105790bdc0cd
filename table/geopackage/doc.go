// Package geopackage writes tables of package table as GeoPackage 1.3 (OGC 12-128r17), for QGIS, GDAL, GeoPandas and R.
//
// The file has one layer, attributes: the columns of the table, ids, properties and other text as TEXT, values, class shares
// and coverage fractions as DOUBLE, in front of them the number of the row (ogc_fid) and the geometry (geom) in longitude and
// latitude on WGS 84 (EPSG:4326, x before y), with an R-tree over them. An empty cell is NULL. So is a geometry that
// [table.Row.Geometry] has none for; its row is there.
//
// SQLite does not tell capital letters in names: of two columns that differ in nothing else the second ends in _2.
//
// Equal tables are equal files. The date of the last change that the standard wants is therefore 1970-01-01.
//
// SQLite writes to a file alone. It is made beside the one that the table goes to, or in the folder for temporary files, and
// copied when it is whole.
package geopackage
