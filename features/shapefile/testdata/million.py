"""Writes a shapefile of polygons by GDAL, reads it whole, and prints the seconds that reading took.

    million.py FILE.shp RECORDS
"""

import sys
import time

import numpy
import pyogrio
import shapely

file, n = sys.argv[1], int(sys.argv[2])
numbers = numpy.arange(n)
centers = shapely.points(-120 + numbers % 1000 * 0.06, 30 + numbers // 1000 * 0.02)
shapes = shapely.buffer(centers, 0.009, quad_segs=4)
pyogrio.raw.write(
    file, shapely.to_wkb(shapes), [numbers + 7120000000, numbers / 7, numpy.array([f"basin {i}" for i in numbers], dtype=object)],
    ["HYBAS_ID", "SUB_AREA", "NAME"], geometry_type="Polygon", crs="EPSG:4326",
)
start = time.perf_counter()
pyogrio.raw.read(file)
print(time.perf_counter() - start)
