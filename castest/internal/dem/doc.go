// Package dem answers over a real elevation model what the service answers for
// one: which pixels a geometry covers, their mean elevation, and the shares of
// their slope classes, bit for bit.
//
// # The data
//
// elevation.png is the digital elevation model of the Jacksboro fault in
// Tennessee that matplotlib ships among its sample data
// (jacksboro_fault_dem.npz): 344 rows of 403 pixels, whole metres, derived by
// the U.S. Geological Survey from the Shuttle Radar Topography Mission. As a
// work of the United States government it is in the public domain. A pixel is 3
// arc-seconds (1/1200 degree) wide and high; row 0 is the northern edge, at
// 36.44625 N, column 0 the western edge, at 84.41375 W, in EPSG:4326. There are
// no voids. make_dem.py wrote the file. The archive's own southern edge
// ("ymin", 36.73 N) is wrong: only with its "ymax" as the north edge does the
// summit (1076 m) fall on Cross Mountain, 36.1983 N, 84.2308 W.
//
// # The rules
//
// The service (cas.extract.zonal, 0.4.0) burns polygons with rasterio 1.4,
// all_touched on, that is with the scanline filler and edge walker of GDAL 3.10
// (MIT licence), to which the rules are owed. They are kept here operation by
// operation, since a rounding at the border of a pixel decides whether the pixel
// counts. Products are written float64(a*b): the Go specification lets a compiler
// fuse a product and a sum unless the product is converted explicitly, and a fused
// result rounds once where the original, on x86-64, rounds twice.
//
// testdata/golden.jsonl holds what the service's own functions made of a few
// hundred geometries; make_golden.py beside it wrote it.
//
// The package needs the standard library only, and everything in it is safe for
// concurrent use.
package dem
