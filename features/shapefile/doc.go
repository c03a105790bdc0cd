// Package shapefile reads ESRI shapefiles, plain and in zip archives.
//
// Importing it registers the format. A layer is a .shp file with its sidecars: the .dbf with the properties, the .prj with the
// reference system, the .cpg with the encoding, and the .shx, which is needed only if the file was edited in place. Their names may be
// in any case. An archive may have folders and several layers. All files are read as streams, side by side; nothing is unpacked to
// disk.
//
// The format is described in the ESRI Shapefile Technical Description (July 1998); the .dbf is that of dBASE III.
//
// A pass holds one record at a time. Rows that the .dbf marks as deleted are left out, with their shapes.
package shapefile
