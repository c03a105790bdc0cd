"""Gives what PROJ makes of reference systems, for crs's tests to compare with.

    python judge.py codes           every projected system of EPSG and Esri on the Earth: a line of JSON with points in its area of use
    python judge.py points N        for each of METHODS, N random points as little-endian float64: lon, lat, x, y, lon and lat of PROJ's inverse
    python judge.py texts           for systems of every kind, of EPSG and Esri: a line of JSON with the definition in six forms

Positions are longitude and latitude in the system's own geographic system, so that no datum shift comes in. Coordinates are in the
order of files (always_xy).
"""

import json
import sys

import numpy as np
from pyproj import CRS, Transformer
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

# A name, a system, and the area of its method: west, south, east, north.
METHODS = [
    ("UTM north", "EPSG:32616", (-95, 0, -79, 84)),
    ("UTM south", "EPSG:32733", (7, -80, 23, 0)),
    ("Gauss-Kruger, wide", "+proj=tmerc +lat_0=-20 +lon_0=30 +k=0.99 +x_0=5 +y_0=7 +datum=WGS84", (-30, -89.9, 90, 89.9)),
    ("Albers", "EPSG:5070", (-140, 5, -50, 75)),
    ("Albers, south", "EPSG:3577", (90, -70, 170, 5)),
    ("Lambert 2SP", "EPSG:2225", (-160, -20, -60, 80)),
    ("Lambert 1SP", "+proj=lcc +lat_1=-35 +lat_0=-35 +lon_0=20 +k_0=0.9998 +ellps=GRS80 +units=us-ft", (-60, -85, 100, 30)),
    ("Lambert azimuthal", "EPSG:3035", (-100, -35, 120, 89.9)),
    ("Lambert azimuthal, polar", "EPSG:6931", (-180, -30, 180, 89.9)),
    ("Lambert azimuthal, south pole", "EPSG:6932", (-180, -89.9, 180, 30)),
    ("Lambert azimuthal, equatorial", "+proj=laea +lat_0=0 +lon_0=20 +datum=WGS84", (-130, -80, 170, 80)),
    ("Lambert azimuthal, sphere", "EPSG:2163", (-180, 0, 0, 89.9)),
    ("polar stereographic A", "EPSG:5041", (-180, 0, 180, 89.9)),
    ("polar stereographic A, south", "EPSG:5042", (-180, -89.9, 180, 0)),
    ("polar stereographic B", "EPSG:3413", (-180, 0, 180, 89.9)),
    ("polar stereographic B, south", "EPSG:3031", (-180, -89.9, 180, 0)),
    ("Mercator A", "EPSG:3395", (-180, -89, 180, 89)),
    ("Mercator B", "+proj=merc +lat_ts=-41 +lon_0=100 +datum=WGS84", (-79, -89, 279, 89)),
    ("web Mercator", "EPSG:3857", (-180, -89, 180, 89)),
    ("cylindrical equal-area", "EPSG:6933", (-180, -89, 180, 89)),
    ("cylindrical equal-area, sphere", "EPSG:3410", (-180, -89, 180, 89)),
    ("sinusoidal", "+proj=sinu +lon_0=0 +datum=WGS84", (-180, -89, 180, 89)),
    ("sinusoidal, sphere", "+proj=sinu +lon_0=0 +R=6371007.181", (-180, -89, 180, 89)),
]


def both_ways(crs: CRS, lon, lat):
    forward = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x, y = forward.transform(lon, lat)
    back = forward.transform(x, y, direction="INVERSE")
    return [lon, lat, x, y, *back]


def codes() -> None:
    for authority in ("EPSG", "ESRI"):
        for info in query_crs_info(auth_name=authority, pj_types=[PJType.PROJECTED_CRS], allow_deprecated=True):
            crs = CRS.from_authority(authority, info.code)
            line = {"code": int(info.code), "authority": authority, "name": info.name, "method": crs.coordinate_operation.method_name, "datum": crs.geodetic_crs.name}
            if area := info.area_of_use:
                east = area.east + 360 * (area.east < area.west)
                # Inside of the area: at its edge a system may touch a pole.
                places = [(0.5, 0.5), (0.03, 0.03), (0.97, 0.03), (0.03, 0.97), (0.97, 0.97), (0.3, 0.8), (0.9, 0.4)]
                lon = [area.west + u * (east - area.west) for u, _ in places]
                lat = [area.south + v * (area.north - area.south) for _, v in places]
                degrees = abs(crs.geodetic_crs.axis_info[0].unit_conversion_factor - 0.017453292519943295) < 1e-12
                if degrees and crs.prime_meridian.longitude == 0:
                    try:
                        line["points"] = [p for p in zip(*both_ways(crs, lon, lat)) if all(map(np.isfinite, p))]
                    except ProjError:
                        pass  # PROJ knows the system but does not have its method
            print(json.dumps(line))


def points(count: int) -> None:
    rng = np.random.default_rng(15)
    for name, definition, area in METHODS:
        west, south, east, north = area
        crs = CRS.from_user_input(definition)
        header = json.dumps({"name": name, "wkt": crs.to_wkt("WKT2_2019")}).encode()
        columns = both_ways(crs, rng.uniform(west, east, count), rng.uniform(south, north, count))
        sys.stdout.buffer.write(header + b"\n" + np.column_stack(columns).astype("<f8").tobytes())


def texts() -> None:
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS, PJType.COMPOUND_CRS, PJType.GEOCENTRIC_CRS]
    for authority in ("EPSG", "ESRI"):
        for info in query_crs_info(auth_name=authority, pj_types=kinds, allow_deprecated=True):
            crs = CRS.from_authority(authority, info.code)
            # Of the thousands of UTM zones and the like, a part will do.
            operation = crs.coordinate_operation
            if operation and operation.method_name in ("Transverse Mercator", "Lambert Conic Conformal (2SP)") and int(info.code) % 10:
                continue
            forms = {"PROJJSON": crs.to_json()}
            for form in ("WKT1_GDAL", "WKT1_ESRI", "WKT2_2015", "WKT2_2019", "WKT2_2019_SIMPLIFIED"):
                try:
                    forms[form] = crs.to_wkt(form)
                except CRSError:
                    pass  # a form that has no word for the system
            print(json.dumps({"code": int(info.code), "forms": {k: v for k, v in forms.items() if v}}))


if __name__ == "__main__":
    if sys.argv[1] == "codes":
        codes()
    elif sys.argv[1] == "points":
        points(int(sys.argv[2]))
    else:
        texts()
