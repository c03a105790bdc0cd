// Package ogr reads what GDAL reads, through an installed ogr2ogr: file geodatabases, FlatGeobuf, KML, GML, GPX, MapInfo, and
// databases such as PostGIS, which are named as "PG:dbname=…".
//
// Importing it registers the format. ogrinfo lists the layers and fields. ogr2ogr converts a layer to longitude and latitude on WGS 84
// and writes it into a pipe as lines of GeoJSON, so nothing is written to disk. Each pass is a process of its own, which ends at the end
// of the pass, when the caller stops, or by Close. The command is among the warnings of the description.
//
// A password in a connection string is left out of all texts, but other users of the machine can see the running commands: the
// environment variable PGPASSWORD or a .pgpass file is safer.
package ogr
