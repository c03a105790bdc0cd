// Package ogr reads what GDAL reads, through an installed ogr2ogr: file geodatabases, FlatGeobuf, KML, GML, GPX, MapInfo, and
// databases such as PostGIS, which are named as "PG:dbname=…".
//
// Importing it registers the format. ogrinfo tells the layers and fields. ogr2ogr turns a layer into longitude and latitude on
// WGS 84 and writes it as lines of GeoJSON into a pipe, so nothing lies on disk. Each pass is a process of its own, which ends
// with the pass: at its end, when the caller stops, or by Close. The command is among the warnings of the description.
//
// A password in a connection string is left out of texts, but other users of the machine can see the commands that run: the
// environment variable PGPASSWORD or a .pgpass file is safer.
package ogr
