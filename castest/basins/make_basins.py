"""Sub-basins of the Jacksboro DEM -> basins.geojson + truth.csv (deterministic; a few seconds).

    pip install numpy==2.4.6 pyflwdir==0.5.12 rasterio==1.4.4 shapely==2.2.0 pyproj==3.7.2    # Python 3.11
    python make_basins.py path/to/jacksboro_fault_dem.npz [output folder]    # the npz is matplotlib's sample data

Method: depressions filled by priority flood (Wang & Liu 2006, pyflwdir); D8 steepest descent on the filled DEM
(O'Callaghan & Mark 1984; flats and filled pits follow the flood order); upstream area; minimum-area sub-basins
(pyflwdir subbasins_area: a new unit at each tributary above AREA_MIN, and on a main stem at each further AREA_MIN).
Georeferencing is that of ../internal/dem: row 0 is the north edge at 'ymax'. The npz's own 'ymin' is wrong: only with
36.44625 as the north edge does the summit (1076 m) fall on Cross Mountain, Tennessee (36.1983 N, 84.2306 W, 1077 m).
"""
import csv
import json
import sys
from pathlib import Path

import numpy as np
import pyflwdir
import pyproj
import rasterio.features
import shapely
from rasterio.transform import from_origin

AREA_MIN = 13.0  # km2, smallest upstream area that starts a new sub-basin
AREA_KEEP = 6.5  # km2, smaller units are left out: slopes that drain straight off the edge of the DEM
SMOOTH = 8  # rounds of averaging each border vertex with its neighbours (moves it by about half a pixel)
SIMPLIFY = 0.5  # pixels, Visvalingam tolerance (square root of the smallest triangle kept); shared borders stay shared
SIEVE = 15  # pixels; smaller specks (held by a pixel corner only, or on the DEM edge) go to the neighbour around them

npz = Path(sys.argv[1])
out = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent)
z = np.load(npz)
dem = z["elevation"].astype("float64")
dx, dy, west, north = (float(z[k]) for k in ("dx", "dy", "xmin", "ymax"))
transform, (nrow, ncol) = from_origin(west, north, dx, dy), dem.shape
south = north - nrow * dy
my, mx = dy * 111_200, dx * 111_200 * np.cos(np.radians((north + south) / 2))  # metres per pixel

# 1. Fill, then D8: steepest neighbour of the filled DEM; where there is none, the direction of the flood.
filled, d8 = pyflwdir.dem.fill_depressions(dem.astype("float32"))
pad = np.pad(filled, 1, constant_values=np.inf)
best = np.zeros(dem.shape)
steep = np.zeros(dem.shape, "uint8")
for code, r, c in [(1, 0, 1), (2, 1, 1), (4, 1, 0), (8, 1, -1), (16, 0, -1), (32, -1, -1), (64, -1, 0), (128, -1, 1)]:
    drop = (filled - pad[1 + r:1 + r + nrow, 1 + c:1 + c + ncol]) / np.hypot(r * my, c * mx)
    steep[drop > best] = code
    best = np.maximum(best, drop)
flw = pyflwdir.from_array(np.where((steep > 0) & (d8 > 0), steep, d8).astype("uint8"), ftype="d8",
                          check_ftype=False, transform=transform, latlon=True)  # d8 == 0: outlet on the DEM edge
upa = flw.upstream_area("km2")

# 2. Sub-basins of at least AREA_MIN, without the small ones on the edge (nothing kept may drain through those).
units, outlets = flw.subbasins_area(AREA_MIN, uparea=upa)  # label i + 1 has its outlet at cell outlets[i]
area = np.bincount(units.ravel(), weights=flw.area.ravel() / 1e6)
keep = [i + 1 for i in range(len(outlets)) if area[i + 1] >= AREA_KEEP]
down = {i: int(units.flat[flw.idxs_ds[outlets[i - 1]]]) for i in range(1, len(outlets) + 1)}
down = {i: 0 if d == i else d for i, d in down.items()}  # 0: drains off the DEM
assert all(down[i] == 0 or down[i] in keep for i in keep), "a kept basin drains into one left out"
assert all(down[i] == 0 for i in down if i not in keep), "an inner basin was left out"
order = flw.stream_order("strahler", mask=upa > 0.5)  # streams start at 0.5 km2

# 3. Ids: 084, river system 01.. (largest outlet first), sub-basin 01.. (breadth first upstream, larger area first).
ids = {}
for m, main in enumerate(sorted((i for i in keep if not down[i]), key=lambda i: -upa.flat[outlets[i - 1]]), 1):
    queue = [main]
    for n, i in enumerate(queue, 1):  # the queue grows while it is read
        ids[i] = f"084{m:02d}{n:02d}"
        queue += sorted((k for k in keep if down[k] == i), key=lambda k: -upa.flat[outlets[k - 1]])

# 4. Polygons: 4-connected (so rings never touch themselves), traced in pixel units with a vertex at every pixel
#    corner, so that neighbours share all vertices; smoothed and simplified as one coverage; 6 digits; CCW.
label = np.where(np.isin(units, keep), units, 0).astype("int32")
label = rasterio.features.sieve(label, SIEVE, connectivity=4)
parts = {i: [] for i in keep}
for geom, value in rasterio.features.shapes(label, mask=label > 0, connectivity=4):
    parts[int(value)].append(shapely.transform(shapely.segmentize(shapely.geometry.shape(geom), 1), np.round))
geoms = [p[0] if len(p) == 1 else shapely.MultiPolygon(p) for p in parts.values()]
near = {}  # vertex -> the vertices next to it along any border
for c in (r.coords for r in shapely.get_rings(geoms)):
    for p, q in [*zip(c, c[1:]), *zip(c[1:], c)]:
        near.setdefault(p, set()).add(q)
near = {p: sorted(q) for p, q in near.items() if 0 < p[0] < ncol and 0 < p[1] < nrow}  # the DEM edge stays
at = {p: np.array(p) for p in map(tuple, shapely.get_coordinates(geoms))}
for _ in range(SMOOTH):  # without this, borders would run along pixel edges: ties for every all_touched rule
    at = {p: (v + np.mean([at[q] for q in near[p]], axis=0)) / 2 if p in near else v for p, v in at.items()}
geoms = shapely.transform(geoms, lambda xy: np.array([at[tuple(p)] for p in xy]))
assert shapely.coverage_is_valid(geoms)
geoms = shapely.coverage_simplify(geoms, SIMPLIFY)
geoms = shapely.transform(geoms, lambda xy: np.round(xy * (dx, -dy) + (west, north), 6))
geoms = shapely.orient_polygons(shapely.normalize(geoms), exterior_cw=False)
assert shapely.is_valid(geoms).all() and shapely.coverage_is_valid(geoms)
geoms = dict(zip(keep, geoms))
to_m2 = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True).transform  # equal-area (EASE-Grid 2)
km2 = {i: shapely.transform(g, to_m2, interleaved=False).area / 1e6 for i, g in geoms.items()}

upstream = lambda i: km2[i] + sum(upstream(k) for k in keep if down[k] == i)  # noqa: E731
features = []
for i in sorted(keep, key=ids.get):
    props = {"HYBAS_ID": ids[i], "DOWN_ID": ids.get(down[i], ""), "ORDER": int(order.flat[outlets[i - 1]]),
             "SUB_AREA": round(km2[i], 2), "UP_AREA": round(upstream(i), 2)}  # UP_AREA: within the DEM only
    features.append({"type": "Feature", "properties": props, "geometry": shapely.geometry.mapping(geoms[i])})
lines = ",\n".join(json.dumps(f, separators=(",", ":")) for f in features)
(out / "basins.geojson").write_text('{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n")

# 5. truth.csv, from the written file: all_touched masks; slope classes 0..5.
gy, gx = np.gradient(dem, my, mx)
slope_class = np.digitize(np.degrees(np.arctan(np.hypot(gx, gy))), [2, 5, 10, 20, 30])
with open(out / "truth.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["HYBAS_ID", "pixels", "elev_mean", "elev_min", "elev_max",
                *(f"slope{k}_pixels" for k in range(6)), *(f"slope{k}_share" for k in range(6))])
    for ft in json.loads((out / "basins.geojson").read_text())["features"]:
        mask = rasterio.features.rasterize([ft["geometry"]], dem.shape, transform=transform, all_touched=True) == 1
        e, n = dem[mask], np.bincount(slope_class[mask], minlength=6)
        w.writerow([ft["properties"]["HYBAS_ID"], e.size, repr(float(e.mean())), int(e.min()), int(e.max()),
                    *n, *(round(float(k / e.size), 4) for k in n)])
print(len(features), "basins,", (out / "basins.geojson").stat().st_size, "bytes")
