"""Random geometries, and what the service makes of them -> golden.jsonl (deterministic; a few seconds).

    pip install 'community-attribute-service[api]==0.4.0'    # with rasterio 1.4.4 (GDAL 3.10.3), shapely 2.2.0, numpy 2.4.6
    python make_golden.py path/to/jacksboro_fault_dem.npz

A line holds the kind, the geometry, and either the error text or: pixels, crc32 (of the row-major pixel positions as
little-endian uint32), mean elevation and slope classes (null without pixels). 1e999 stands for infinity.
"""
import json
import math
import random
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np
from cas.core.models import AggregationMethod, DataType
from cas.extract.zonal import compute_zonal_stats, rasterize_geometry
from rasterio.transform import from_origin

warnings.simplefilter("ignore")
npz = np.load(sys.argv[1])
dem = npz["elevation"].astype("float64")
cell, west, north = (float(npz[k]) for k in ("dx", "xmin", "ymax"))
(rows, cols), south = dem.shape, north - dem.shape[0] * cell
gy, gx = np.gradient(dem, cell * 111_200, cell * 111_200 * np.cos(np.radians((north + south) / 2)))
slope = np.digitize(np.degrees(np.arctan(np.hypot(gx, gy))), [2, 5, 10, 20, 30]).astype("float64")
rnd = random.Random(20240611)
pick, uniform = rnd.choice, rnd.uniform


def degrees(x, y):  # from pixels
    return [west + x * cell, north - y * cell]


def centre(row):  # a latitude whose pixel coordinate is exactly row + 0.5 as GDAL computes it, if there is one
    lat = north - (row + 0.5) * cell
    near = (lat + k * math.ulp(lat) for k in range(-40, 41))
    return next((p for p in near if p * (1 / -cell) + north / cell == row + 0.5), lat)


def star(n, radius, x=None, y=None):
    x, y = uniform(-30, cols + 30) if x is None else x, uniform(-30, rows + 30) if y is None else y
    turn = [2 * math.pi * i / n for i in range(n)]
    return [(x + radius * uniform(0.2, 1) * math.cos(t), y + radius * uniform(0.2, 1) * math.sin(t)) for t in turn]


def snap(points, parts):  # to the lines of the grid, or to parts of a pixel
    return [(round(x * parts) / parts, round(y * parts) / parts) for x, y in points]


def box():
    (x, y), w, h = star(1, 1)[0], 10 ** uniform(-1, 2), 10 ** uniform(-1, 2)
    return snap([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], pick([1, 2, 4, 1000]))


def sliver():
    (x, y), length, width = star(1, 1)[0], 10 ** uniform(0, 2.5), 10 ** uniform(-5, 0)
    c, s = pick([(1, 0), (0, 1), (math.cos(x), math.sin(x))])
    return [(x, y), (x + length * c, y + length * s), (x + length * c - width * s, y + length * s + width * c)]


def stairs():
    (x, y), points = snap(star(1, 1), 1)[0], []
    for _ in range(rnd.randint(1, 6)):
        points += [(x, y), (x := x + rnd.randint(0, 4) / pick([1, 2]), y)]
        y += rnd.randint(0, 4) / pick([1, 2])
    return points + [(x, y), (points[0][0] - rnd.randint(0, 3), y)]


def on_centre_lines():  # horizontal edges where GDAL treats them apart; about one pixel long
    x, row = rnd.randint(0, cols - 1), rnd.randint(0, rows - 8)
    left, right = x + pick([0, 1e-5, -1e-11, 0.3]), x + pick([1, 2, 3]) + pick([0, -1e-5, 1e-11, 0.4])
    a, b = centre(row), centre(row + rnd.randint(0, 7))
    lon = [degrees(v, 0)[0] for v in (left, right)]
    return [[lon[0], a], [lon[1], a], [lon[1], b], [lon[0], b]]


KINDS = {
    "triangle": lambda: star(3, 10 ** uniform(-1, 2.2)),
    "star": lambda: star(rnd.randint(4, 25), 10 ** uniform(0, 2.2)),
    "tiny": lambda: star(rnd.randint(3, 6), 10 ** uniform(-6, -0.3)),
    "crossed": lambda: rnd.sample(p := star(rnd.randint(4, 8), 10 ** uniform(0, 2)), len(p)),
    "grid": lambda: snap(star(rnd.randint(3, 9), 10 ** uniform(0.5, 2)), pick([1, 2])),
    "near grid": lambda: [(x + pick([0, 1, -1]) * 10 ** uniform(-9, -1), y + pick([0, 1, -1]) * 10 ** uniform(-9, -1))
                          for x, y in snap(star(rnd.randint(3, 9), 10 ** uniform(0.5, 2)), 1)],
    "box": box, "sliver": sliver, "stairs": stairs, "centre lines": on_centre_lines,
    "line": lambda: pick([lambda p: [p[0], p[1], p[0]], lambda p: [p[0], p[1], p[1], p[0]], lambda p: [p[0]] * 3])(star(2, 5)),
    "far": lambda: [(x + pick([-1, 1]) * 10 ** uniform(0, 6), y + pick([-1, 1]) * 10 ** uniform(0, 5)) for x, y in star(rnd.randint(3, 5), 9)],
    "outside": lambda: star(5, 20, cols + 100, rows / 2),
}


def ring(kind):
    points = KINDS[kind]()
    points = points if kind == "centre lines" else [degrees(*p) for p in points]
    if rnd.random() < 0.5:
        points.reverse()
    if rnd.random() < 0.2 and kind not in ("centre lines", "near grid"):
        points = [[round(v, 5) for v in p] for p in points]
    return points + [points[0]] if rnd.random() < 0.7 else points


def polygon(kind):
    rings = [ring(kind)]
    if rnd.random() < 0.2:  # a hole of the same shape, or anything
        x, y = (sum(p[i] for p in rings[0]) / len(rings[0]) for i in (0, 1))
        s = uniform(0.1, 0.8)
        rings.append([[x + (p[0] - x) * s, y + (p[1] - y) * s] for p in rings[0]] if rnd.random() < 0.7 else ring(kind))
    return rings


def geometries():
    for i in range(400):
        kind = list(KINDS)[i % len(KINDS)]
        if rnd.random() < 0.85:
            yield kind, {"type": "Polygon", "coordinates": polygon(kind)}
        else:
            yield kind, {"type": "MultiPolygon", "coordinates": [polygon(pick(list(KINDS))) for _ in range(rnd.randint(1, 4))]}
    for i in range(80):  # inside a pixel, on lines of the grid, beyond it
        x, y = uniform(-2, cols + 2), uniform(-2, rows + 2)
        p = degrees(*pick([(x, y), (round(x), round(y)), (x, round(y))]))
        yield "point", {"type": "Point", "coordinates": [round(v, 5) for v in p] if i % 3 == 0 else p}
    yield "summit", {"type": "Point", "coordinates": [-84.2308, 36.1983]}
    lines = Path(__file__).with_name("odd.txt").read_text().splitlines()
    for line in lines:  # wrong nesting, wrong types, empty, infinite
        kind, _, coordinates = line.partition(" ")
        yield "odd", {"type": kind, "coordinates": json.loads(coordinates)}


def answer(geometry):
    try:
        mask = rasterize_geometry(geometry, dem.shape, from_origin(west, north, cell, cell), "EPSG:4326")
    except Exception as e:  # noqa: BLE001 -- whatever the service would report
        return {"error": str(e)}
    at = np.flatnonzero(mask).astype("<u4")
    mean, _, pixels = compute_zonal_stats(dem, mask, -32768.0, AggregationMethod.MEAN)
    shares, _, _ = compute_zonal_stats(slope, mask, -32768.0, AggregationMethod.DISTRIBUTION, DataType.CATEGORICAL)
    return {"pixels": pixels, "crc32": zlib.crc32(at.tobytes()), "mean": mean, "slope": shares}


with open(Path(__file__).with_name("golden.jsonl"), "w") as f:
    for kind, geometry in geometries():
        line = json.dumps({"kind": kind, "geometry": geometry, **answer(geometry)}, separators=(",", ":"))
        f.write(line.replace("Infinity", "1e999") + "\n")
