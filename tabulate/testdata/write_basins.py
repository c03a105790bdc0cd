"""Write the basins of a GeoJSON file in many formats and reference systems, by GDAL (pyogrio), GeoPandas and pyshp.

usage: write_basins.py BASINS.geojson FOLDER
"""
import json
import pathlib
import sys
import warnings
import zipfile

import geopandas
import pyogrio
import shapefile

warnings.filterwarnings("ignore")
source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
basins = geopandas.read_file(source)[["HYBAS_ID", "SUB_AREA", "geometry"]]
SYSTEMS = {
    "nad83": 4269, "albers": 5070, "web_mercator": 3857, "utm16": 32616, "utm16_nad83": 26916, "laea_europe": 3035,
    "tennessee_feet": 2274, "ease_grid": 6933, "sinusoidal": 54008, "laea_here": "+proj=laea +lat_0=36 +lon_0=-84 +datum=WGS84 +type=crs",
    "far_lcc_canada": 3347, "far_polar": 3995,
}

pyogrio.write_dataframe(basins, folder / "plain.shp")
with zipfile.ZipFile(folder / "zipped.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for part in sorted(folder.glob("plain.*")):
        archive.write(part, "some folder/" + part.name)

with shapefile.Writer(str(folder / "pyshp"), shapeType=shapefile.POLYGON) as writer:
    writer.field("HYBAS_ID", "C", 20)
    writer.field("SUB_AREA", "N", 20, 6)
    for row in basins.itertuples():
        writer.record(row.HYBAS_ID, row.SUB_AREA)
        writer.shape(row.geometry.__geo_interface__)
(folder / "pyshp.prj").write_text(basins.crs.to_wkt("WKT1_ESRI"))

for layer in ("basins", "again", "third"):
    pyogrio.write_dataframe(basins if layer == "basins" else basins.head(1), folder / "layers.gpkg", layer=layer, append=layer != "basins")
basins.to_parquet(folder / "basins.parquet")
pyogrio.write_dataframe(basins, folder / "basins.fgb", driver="FlatGeobuf")
pyogrio.write_dataframe(basins.rename(columns={"HYBAS_ID": "Name"}), folder / "basins.kml", driver="KML")
basins.assign(wkt=basins.geometry.to_wkt(rounding_precision=17)).drop(columns="geometry").to_csv(folder / "wkt.csv", index=False)
pyogrio.write_dataframe(basins, folder / "basins.geojsonl", driver="GeoJSONSeq")

for name, code in SYSTEMS.items():
    system = code if isinstance(code, str) else f"ESRI:{code}" if code > 50000 else f"EPSG:{code}"
    pyogrio.write_dataframe(basins.to_crs(system), folder / f"{name}.gpkg")
    pyogrio.write_dataframe(basins.to_crs(system), folder / f"{name}.shp")
json.dump(sorted(SYSTEMS), sys.stdout)
