package crs_test

import (
	"fmt"

	"github.com/community-attribute-service/cas-go/features/crs"
)

func ExampleEPSG() {
	_, err := crs.EPSG(27700)
	fmt.Println(err)
	// Output: reference system EPSG:27700 (OSGB36 / British National Grid): the datum Ordnance Survey of Great Britain 1936 is not within 2 m of WGS 84, and its shift needs grids or parameters that are not here; convert the file first: ogr2ogr -t_srs EPSG:4326 out.gpkg in
}
