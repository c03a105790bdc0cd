// Package crs converts coordinates of a reference system to longitude and latitude on WGS 84.
//
// [Parse] reads the ways in which files name their system: WKT 1 in the dialects of OGC, GDAL and Esri (.prj), WKT 2, PROJJSON, and
// codes such as EPSG:5070, ESRI:102003 or urn:ogc:def:crs:OGC:1.3:CRS84. A [System] converts one position at a time with LonLat:
//
//	albers, err := crs.Parse("EPSG:5070")
//	…
//	lon, lat, err := albers.LonLat(1_005_000, 1_490_000)
//
// The package converts geographic systems and these map projections: transverse Mercator (with UTM and Gauss-Krüger), Albers equal-area
// conic, Lambert conformal conic with one or two standard parallels, Lambert azimuthal equal-area, polar stereographic variants A and B,
// Mercator variants A and B, web Mercator, Lambert cylindrical equal-area and sinusoidal. Any other method is an [UnsupportedError] that
// names it.
//
// There are no datum shifts. A datum that agrees with WGS 84 within 2 m, a fraction of a cell of any raster that CAS serves, is taken as
// WGS 84, and Note says so: NAD83, ETRS89, GDA94, GDA2020, NZGD2000, SIRGAS 2000, CSRS, CGCS2000, the realizations of the ITRS and national
// datums tied to them. Any other datum, such as NAD27, ED50 or OSGB36, is an UnsupportedError: its shift is tens or hundreds of metres and
// needs grids, which ogr2ogr has. The name of the datum decides, never TOWGS84. Latitudes on a sphere, such as those of EPSG:2163, are
// taken as geodetic latitudes, as PROJ does.
//
// # Order of axes
//
// Coordinates are in the order of files: easting or longitude first, northing or latitude second. Shapefile, GeoPackage, GeoParquet and
// GeoJSON have this order even if the definition of the authority has the other one, as those of EPSG:4326 and EPSG:3035 do. An axis that
// points west, or south outside of a polar projection, is an UnsupportedError.
//
// # Sources
//
// The systems come from the EPSG and Esri registries through PROJ's database (internal/take/take.py). The formulas are those of Snyder,
// "Map Projections: A Working Manual" (USGS 1395), of IOGP Guidance Note 7-2 and, for transverse Mercator, of Karney, J. Geodesy 85
// (2011). Tests compare results with pyproj.
package crs
