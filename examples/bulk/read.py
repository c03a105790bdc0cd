"""Reads the table that the example writes: python read.py attributes.parquet"""

import sys

import geopandas

basins = geopandas.read_parquet(sys.argv[1])
print(len(basins), "rows,", basins.crs.to_string())
for row in basins.head(3).itertuples():
    print(row.HYBAS_ID, row.copernicus_dem_elevation, row.copernicus_dem_elevation_units, row.geometry.geom_type)
