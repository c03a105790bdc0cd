// Package points reads tables of points as text, plain or gzip: separated by commas, semicolons, tabs or bars, and the RDB of the USGS.
//
// Importing it registers the format, for files and streams. The first line names the columns. The positions are in two columns
// (lon, longitude, … and lat, latitude, …, or x and y), or in one column called wkt or geometry, or else geom. That one holds well-known
// text, well-known binary in hexadecimal digits, or GeoJSON, which may also be polygons. All other columns are properties, and so are the
// two with positions.
//
// A row with a position that cannot be read, or with too few or too many columns, is a record with an error. If it is unclear where rows
// end, as after a quote without an end, the file has an error.
package points
