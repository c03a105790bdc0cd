// Package points reads tables of points as text: separated by commas, semicolons, tabs or bars, plain or gzip.
//
// Importing it registers the format, for files and streams. The first line names the columns. The positions are in two columns
// (lon, longitude, … and lat, latitude, …, or x and y), or in one that is called wkt or geometry, or geom where there is nothing else. It
// holds well-known text, well-known binary in hexadecimal digits, or GeoJSON, and may have polygons. All other columns are properties, as
// are lon and lat.
//
// A row whose position cannot be read, or with a column too few or too many, is a record with an error. What makes rows
// unclear, such as a quote that does not end, is an error of the file.
package points
