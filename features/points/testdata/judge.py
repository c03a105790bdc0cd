"""Writes tables by pandas, GeoPandas and GDAL (pyogrio) into a directory, and prints what pandas and shapely read from them.

    judge.py DIRECTORY BASINS.GEOJSON

A line of JSON for each row: file, line, well-known binary in hexadecimal or null, and all values as text.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

import geopandas
import pandas
import pyogrio
import shapely

HERE = Path(sys.argv[1])
basins = geopandas.read_file(sys.argv[2])
points = basins.copy()
points.geometry = basins.geometry.representative_point()

table = pandas.DataFrame(points.drop(columns="geometry"))
table["note"] = ['a "quoted" word', "two\nlines", "comma, semicolon; tab\t", "", "Zürich", "007", "1e5"] * 7 + ["x"] * (len(table) - 49)
xy = table.assign(Longitude=points.geometry.x, LATITUDE=points.geometry.y)
xy.to_csv(HERE / "comma.csv", index=False)
xy.to_csv(HERE / "semicolon.csv", index=False, sep=";", encoding="utf-8-sig", lineterminator="\r\n")
xy.to_csv(HERE / "tabs.tsv", index=False, sep="\t", quoting=csv.QUOTE_ALL)
xy.to_csv(HERE / "packed.csv.gz", index=False)
pandas.DataFrame(basins).to_csv(HERE / "wkt.csv", index=False)
pandas.DataFrame(basins).assign(geometry=["SRID=4326;" + g.wkt for g in basins.geometry]).to_csv(HERE / "ewkt.csv", index=False)
three = shapely.force_3d(basins.geometry.values, 5)
pandas.DataFrame(basins).assign(geometry=shapely.to_wkt(three, output_dimension=3, rounding_precision=-1)).to_csv(HERE / "z.csv", index=False)
pyogrio.write_dataframe(basins, HERE / "gdal.csv", driver="CSV", layer_options={"GEOMETRY": "AS_WKT"})
pyogrio.write_dataframe(points, HERE / "gdal_xy.csv", driver="CSV", layer_options={"GEOMETRY": "AS_XY"})

for file in sorted(HERE.iterdir()):
    separator = {"semicolon.csv": ";", "tabs.tsv": "\t"}.get(file.name, ",")
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as f:
        reader = csv.DictReader(f, delimiter=separator)
        reader.fieldnames  # read now, for its line
        line = reader.line_num + 1
        for row in reader:
            text = row.pop("geometry", None) or row.pop("WKT", None)
            if text:
                shape = shapely.force_2d(shapely.from_wkt(text.removeprefix("SRID=4326;")))
            else:
                shape = shapely.Point(float(row.get("Longitude") or row.get("X")), float(row.get("LATITUDE") or row.get("Y")))
            print(json.dumps({"file": file.name, "line": line, "wkb": shape.wkb_hex, "values": row}))
            line = reader.line_num + 1
