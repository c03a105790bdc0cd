// Package crs turns coordinates of a reference system into longitude and latitude on WGS 84.
//
// Parse reads the ways in which files name their system: WKT 1 in the dialects of OGC, GDAL and Esri (.prj), WKT 2, PROJJSON, and
// codes such as EPSG:5070, ESRI:102003 or urn:ogc:def:crs:OGC:1.3:CRS84. A System converts one position at a time with LonLat:
//
//	albers, err := crs.Parse("EPSG:5070")
//	…
//	lon, lat, err := albers.LonLat(1_005_000, 1_490_000)
//
// Supported are geographic systems and these map projections: transverse Mercator (UTM and Gauss-Krüger too), Albers equal-area conic,
// Lambert conformal conic with one or two standard parallels, Lambert azimuthal equal-area, polar stereographic variants A and B,
// Mercator variants A and B, web Mercator, Lambert cylindrical equal-area and sinusoidal. Any other method is an UnsupportedError that
// names it.
//
// There are no datum shifts. A datum is taken as WGS 84 if it agrees with it within 2 m, which is a fraction of a cell of any raster
// that CAS serves: NAD83, ETRS89, GDA94, GDA2020, NZGD2000, SIRGAS 2000, CSRS, CGCS2000, the realizations of the ITRS and national datums
// tied to them. Note says so. Any other datum, such as NAD27, ED50 or OSGB36, is an UnsupportedError: its shift is tens or hundreds of metres and
// needs grids, which ogr2ogr has. The name of the datum decides, never TOWGS84. Latitudes on a sphere, such as those of EPSG:2163,
// are taken as geodetic latitudes, as PROJ does.
//
// # Order of axes
//
// Coordinates come as files store them: easting or longitude first, northing or latitude second. Shapefile, GeoPackage, GeoParquet
// and GeoJSON all do so, also where the authority's definition says otherwise, as those of EPSG:4326 and EPSG:3035 do. Axes that point west, or south
// outside of a polar projection, are an UnsupportedError.
//
// # Sources
//
// The systems come from the EPSG and Esri registries by way of PROJ's database (internal/take/take.py). Formulas: Snyder, "Map Projections: A Working
// Manual" (USGS 1395), IOGP Guidance Note 7-2, and for transverse Mercator Karney, J. Geodesy 85 (2011). Tests hold results
// to pyproj.
//
// A System is immutable and safe for concurrent use.
package crs
