// Package shapefile reads ESRI shapefiles, plain and in zip archives.
//
// Importing it registers the format. A layer is a .shp file with its sidecars: the .dbf with the properties, the .prj with
// the reference system, the .cpg with the encoding, and the .shx, which is needed only if the file was edited in place. Their
// names may be in any case. In an archive they may lie in folders, and there may be several layers; all are read as streams,
// side by side, and nothing is unpacked to disk.
//
// The format is described by the ESRI Shapefile Technical Description (July 1998) and, for the .dbf, by dBASE III.
//
// A pass holds one record at a time. Rows that are marked as deleted in the .dbf are left out, with their shapes.
package shapefile
