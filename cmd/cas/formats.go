package main

import (
	"path/filepath"
	"strings"

	"github.com/community-attribute-service/cas-go/table"
	"github.com/community-attribute-service/cas-go/table/geopackage"
	"github.com/community-attribute-service/cas-go/table/netcdf"
	"github.com/community-attribute-service/cas-go/table/parquet"
)

// formatOf is what the ending of a table's name asks for; nil is unknown.
func formatOf(path string, geo bool) table.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".parquet":
		return parquet.Format{Geo: geo}
	case ".gpkg":
		return geopackage.Format{}
	case ".nc":
		return netcdf.Format{}
	default:
		return table.FormatOf(path)
	}
}

// readers are the formats whose tables can be read again.
var readers = []table.Reader{
	table.CSV{}, table.NDJSON{}, table.JSON{}, table.GeoJSON{}, parquet.Format{}, parquet.Format{Geo: true}, geopackage.Format{}, netcdf.Format{},
}
