"""Writes shapefiles by GDAL (pyogrio), GeoPandas and pyshp into a directory, reads them by GDAL, and prints what it read.

    judge.py DIRECTORY BASINS.GEOJSON

A line of JSON for each feature: file, layer, row, well-known binary in hexadecimal or null, properties.
"""

import datetime
import json
import random
import shutil
import struct
import sys
import zipfile
from pathlib import Path

import geopandas
import numpy
import pyogrio
import shapefile
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, Polygon

HERE = Path(sys.argv[1])
random.seed(15)


def blob(x, y, size, n=12):
    """A polygon like a star around x, y."""
    angles = sorted(random.uniform(0, 6.283) for _ in range(n))
    return Polygon([(x + size * random.uniform(0.5, 1) * numpy.cos(a), y + size * random.uniform(0.5, 1) * numpy.sin(a)) for a in angles]).buffer(0)


def islands():
    """Multipolygons with lakes, islands in lakes and lakes on these."""
    shapes = []
    while len(shapes) < 60:
        land = shapely.union_all([blob(random.uniform(-5, 5), random.uniform(-5, 5), random.uniform(1, 4)) for _ in range(6)])
        for size in (2, 1.2, 0.5):
            for _ in range(6):
                hole = blob(random.uniform(-5, 5), random.uniform(-5, 5), size)
                land = land.difference(hole).union(affinity.scale(hole, 0.6, 0.6))
                if random.random() < 0.5:
                    land = land.difference(affinity.scale(hole, 0.3, 0.3))
        land = land.buffer(0)
        if land.geom_type in ("Polygon", "MultiPolygon") and land.is_valid and not land.is_empty:
            shapes.append(affinity.translate(land, random.uniform(-100, 100), random.uniform(-60, 60)))
    return shapes


def write_geopandas():
    basins = geopandas.read_file(sys.argv[2])
    basins.to_file(HERE / "basins.shp")
    basins.to_crs(5070).to_file(HERE / "albers.shp")
    shapes = islands()
    frame = geopandas.GeoDataFrame(
        {
            "id": [f"{i:05d}" for i in range(len(shapes))],
            "big": [2**53 + 1 + i for i in range(len(shapes))],
            "area": [s.area for s in shapes],
            "tiny": [s.area * 1e-12 for s in shapes],
            "name": [random.choice(["Ähre", "Łódź", "", None, ' "quoted" ', "日本"]) for _ in shapes],
            "day": [datetime.date(2000, 1, 1) + datetime.timedelta(days=i) if i % 5 else None for i in range(len(shapes))],
            "count": numpy.arange(len(shapes), dtype="int32"),
            "flag": [i % 3 == 0 for i in range(len(shapes))],
        },
        geometry=shapes,
        crs=4326,
    )
    frame.to_file(HERE / "islands.shp")
    frame.loc[::7, "geometry"] = None
    frame.to_file(HERE / "holes_in_rows.shp")
    for encoding in ("ISO-8859-1", "CP1251", "CP936", "CP437", "UTF-8", "CP932"):
        text = {"ISO-8859-1": "Zürich é", "CP1251": "Волга", "CP936": "长江", "CP437": "Zürich é", "UTF-8": "Zürich Волга 长江", "CP932": "利根川"}
        small = geopandas.GeoDataFrame({"name": [text[encoding], "plain"]}, geometry=[Point(1, 2), Point(3, 4)], crs=4326)
        pyogrio.write_dataframe(small, HERE / f"enc_{encoding}.shp", encoding=encoding)
        if encoding in ("ISO-8859-1", "CP1251", "CP936"):  # GDAL writes their language byte
            copy(f"enc_{encoding}", f"ldid_{encoding}", without=".cpg")
    three = geopandas.GeoDataFrame({"id": [1, 2]}, geometry=[Point(1, 2, 3), Point(4, 5, 6)], crs=4326)
    pyogrio.write_dataframe(three, HERE / "pointz.shp")
    pyogrio.write_dataframe(frame.set_geometry(shapely.force_3d(frame.geometry, 7)), HERE / "islandsz.shp")


def write_pyshp():
    outer, hole = [[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]], [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
    island, far = [[2.5, 2.5], [2.5, 3.5], [3.5, 3.5], [3.5, 2.5], [2.5, 2.5]], [[20, 0], [20, 10], [30, 10], [30, 0], [20, 0]]
    far_hole = [[22, 2], [24, 2], [24, 4], [22, 4], [22, 2]]
    touching = [[0, 0], [5, 1], [1, 5], [0, 0]]
    for kind, name in ((shapefile.POLYGON, "poly"), (shapefile.POLYGONZ, "polyz"), (shapefile.POLYGONM, "polym")):
        w = shapefile.Writer(str(HERE / f"pyshp_{name}.shp"), shapeType=kind)
        w.field("ID", "C", 12)
        w.field("WIDE", "N", 30, 0)
        w.field("NUM", "N", 18, 6)
        w.field("FLT", "F", 20, 8)
        w.field("DAY", "D")
        w.field("OK", "L")
        rows = [
            [hole, far_hole, island, outer, far],
            [far_hole, far, hole, outer],
            [outer],
            [outer, hole],
            [outer, touching],
            None,
        ]
        for i, parts in enumerate(rows):
            if parts is None:
                w.null()
            elif kind == shapefile.POLYGON:
                w.poly(parts)
            elif kind == shapefile.POLYGONZ:
                w.polyz([[[*p, 5, 6] for p in part] for part in parts])
            else:
                w.polym([[[*p, 5] for p in part] for part in parts])
            w.record(f"00{i}", 123456789012345 + i, i + 0.5, i / 3, datetime.date(2020, 1, i + 1) if i else None, [True, False, None][i % 3])
        w.close()
    w = shapefile.Writer(str(HERE / "pyshp_pointm.shp"), shapeType=shapefile.POINTM)
    w.field("ID", "C", 12)
    for i in range(5):
        w.pointm(i + 0.1, -i / 3, 9)
        w.record(f"p{i}")
    w.close()
    w = shapefile.Writer(str(HERE / "pyshp_line.shp"), shapeType=shapefile.POLYLINE)
    w.field("ID", "C", 12)
    w.line([[[0, 0], [1, 1]]])
    w.record("a")
    w.close()


def copy(old, new, without=()):
    for ending in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        file = HERE / (old + ending)
        if file.exists() and ending not in without:
            shutil.copy(file, HERE / (new + ending))


def write_changed():
    """Files that other programs made different."""
    copy("islands", "deleted")
    data = bytearray((HERE / "deleted.dbf").read_bytes())
    start, width = struct.unpack("<HH", data[8:12])
    for row in (0, 3, 4, 59):
        data[start + row * width] = ord("*")
    (HERE / "deleted.dbf").write_bytes(data)
    # Edited in place by GDAL: records that grew stand at the end, and the old ones are left behind.
    frame = pyogrio.read_dataframe(HERE / "islands.shp")
    frame.iloc[:20].to_file(HERE / "edited.shp")
    from subprocess import run

    for i in (3, 7, 3):
        run(["ogrinfo", "-q", "-oo", "AUTO_REPACK=NO", str(HERE / "edited.shp"), "-dialect", "SQLite", "-sql",
             f"UPDATE edited SET geometry = (SELECT ST_Union(geometry, ST_Buffer(geometry, 0.3)) FROM edited WHERE rowid = {i}) WHERE rowid = {i}"],
            check=True, capture_output=True)
    with zipfile.ZipFile(HERE / "stored.zip", "w", zipfile.ZIP_STORED) as z:
        add(z, "islands", "a/folder/")
    with zipfile.ZipFile(HERE / "deflated.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for name in ("basins", "islands", "pyshp_poly"):
            add(z, name, "hybas_na_lev06_v1c/")
        z.writestr("__MACOSX/hybas/._basins.shp", b"junk")
        z.writestr("readme.txt", "read me")
    with zipfile.ZipFile(HERE / "zip64.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for ending in (".shp", ".DBF", ".Prj", ".cpg"):
            with z.open("Islands" + ending, "w", force_zip64=True) as out:
                out.write((HERE / ("islands" + ending.lower())).read_bytes())


def add(z, name, folder):
    for file in sorted(HERE.glob(name + ".*")):
        z.write(file, folder + file.name)


def plain(value):
    if value is None or isinstance(value, float) and numpy.isnan(value):
        return None
    if isinstance(value, numpy.datetime64):
        return None if numpy.isnat(value) else str(value)[:10]
    if isinstance(value, numpy.generic):
        return plain(value.item())
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()[:10]
    return value if value != "" else None


def tell(file, path, layer):
    meta, fids, geometries, fields = pyogrio.raw.read(path, layer=layer, return_fids=True)
    if "OK" in meta["fields"]:  # which GDAL gives to numpy without nulls
        with shapefile.Reader(str(HERE / layer)) as r:
            fields[list(meta["fields"]).index("OK")] = [rec["OK"] for rec in r.records()]
    for i, fid in enumerate(fids):
        print(json.dumps({
            "file": file, "layer": layer, "row": int(fid) + 1,
            "wkb": geometries[i].hex() if geometries[i] is not None else None,
            "properties": {name: plain(fields[k][i]) for k, name in enumerate(meta["fields"])},
        }))


write_geopandas()
write_pyshp()
write_changed()
for file in sorted(HERE.glob("*.shp")):
    tell(file.name, file, file.stem)
tell("stored.zip", f"/vsizip/{HERE}/stored.zip/a/folder/islands.shp", "islands")
for layer in ("basins", "islands", "pyshp_poly"):
    tell("deflated.zip", f"/vsizip/{HERE}/deflated.zip/hybas_na_lev06_v1c/{layer}.shp", layer)
copy("islands", "noshx", without=".shx")
tell("noshx.shp", HERE / "islands.shp", "islands")
tell("zip64.zip", HERE / "islands.shp", "islands")
