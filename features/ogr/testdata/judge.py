"""Writes files by GDAL (pyogrio) into a directory, and prints what GDAL reads from them, in longitude and latitude.

    judge.py DIRECTORY BASINS.GEOJSON

A line of JSON for each feature: file, layer, well-known binary in hexadecimal or null, properties. The file "ogrinfo" is what the
newest GDAL says where the installed programs may be older.
"""

import ctypes
import json
import sys
from pathlib import Path

import geopandas
import pandas
import pyogrio
import shapely

HERE = Path(sys.argv[1])
basins = geopandas.read_file(sys.argv[2])
basins["YES"] = [i % 2 == 0 for i in range(len(basins))]
basins["SINCE"] = pandas.Timestamp("2001-02-03")
basins.loc[5, "geometry"] = None


def write(frame, file, driver, layer=None, **options):
    pyogrio.write_dataframe(frame, HERE / file, driver=driver, layer=layer or "basins", **options)


write(basins, "basins.fgb", "FlatGeobuf", SPATIAL_INDEX="NO")
write(basins.dropna().to_crs(5070), "albers.fgb", "FlatGeobuf", "albers")
write(basins.dropna().set_crs(None, allow_override=True), "nowhere.fgb", "FlatGeobuf", "nowhere")
write(basins.dropna(), "basins.kml", "KML")
write(basins.dropna(), "basins.gml", "GML")
write(basins, "many.gdb", "OpenFileGDB")
write(basins.dropna().to_crs(5070), "many.gdb", "OpenFileGDB", "albers", append=True)
write(pandas.DataFrame({"k": ["a"]}), "many.gdb", "OpenFileGDB", "table", append=True)


def plain(value):
    value = value.item() if hasattr(value, "item") else value
    return None if value is None or value != value else value


for file, layer in (("basins.fgb", "basins"), ("albers.fgb", "albers"), ("nowhere.fgb", "nowhere"), ("basins.kml", "basins"), ("basins.gml", "basins"),
                    ("many.gdb", "basins"), ("many.gdb", "albers")):
    frame = pyogrio.read_dataframe(HERE / file, layer=layer, fid_as_index=True)
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        frame = frame.to_crs(4326)
    for fid, row in frame.iterrows():
        shape = row.geometry and shapely.force_2d(row.geometry)
        print(json.dumps({
            "file": file, "layer": layer, "fid": fid, "wkb": shape and shape.wkb_hex,
            "properties": {name: plain(row[name]) for name in ("HYBAS_ID", "ORDER_" if "ORDER_" in frame else "ORDER", "UP_AREA") if name in frame},
        }))

gdal = ctypes.CDLL(next(str(f) for f in (Path(pyogrio.__file__).parents[1] / "pyogrio.libs").glob("libgdal*")))
gdal.GDALAllRegister()
gdal.GDALOpenEx.restype = gdal.GDALVectorInfoOptionsNew.restype = ctypes.c_void_p
gdal.GDALVectorInfo.restype = ctypes.c_char_p
opened = ctypes.c_void_p(gdal.GDALOpenEx(str(HERE / "many.gdb").encode(), 4, None, None, None))
arguments = (ctypes.c_char_p * 3)(b"-so", b"-al", None)
(HERE / "ogrinfo").write_bytes(gdal.GDALVectorInfo(opened, ctypes.c_void_p(gdal.GDALVectorInfoOptionsNew(arguments, None))))
