#!/usr/bin/env python3
"""Takes the reference systems of EPSG and Esri from PROJ's database.

    python take.py OUTPUT.gz

Run it by `make crs-table`, which uses the pinned pyproj of .venv/judges. The
output is gzip over lines of tab-separated fields; the first says what the line is:

    D  code  name  semi-major axis  inverse flattening (0: sphere)  prime meridian  verdict  aliases, by "|"
    G  code  name  code of the datum  degrees in its unit
    P  code  name  code of the G  method  metres in its unit  lat0  lon0  sp1  sp2  k  fe  fn
    C  code  name  code of the horizontal system of a compound one

Angles of P are in degrees, false origins in metres; a line that crs refuses
anyway, for its method or its datum, has no parameters. Aliases are squeezed to
lower-case letters and digits. Verdicts: "=" WGS 84 itself, "~" within 2 m of it,
"" refused. Codes under 32768 are EPSG's, those above Esri's.
"""

import gzip
import math
import re
import sqlite3
import sys
from pathlib import Path

import pyproj
from pyproj import CRS
from pyproj.crs import PrimeMeridian

METHODS = {
    "Transverse Mercator",
    "Lambert Conic Conformal (1SP)",
    "Lambert Conic Conformal (2SP)",
    "Albers Equal Area",
    "Lambert Azimuthal Equal Area",
    "Lambert Azimuthal Equal Area (Spherical)",
    "Polar Stereographic (variant A)",
    "Polar Stereographic (variant B)",
    "Mercator (variant A)",
    "Mercator (variant B)",
    "Mercator (1SP) (Spherical)",
    "Popular Visualisation Pseudo Mercator",
    "Lambert Cylindrical Equal Area",
    "Lambert Cylindrical Equal Area (Spherical)",
    "Sinusoidal",
}
PARAMETERS = {
    "Latitude of natural origin": 0,
    "Latitude of false origin": 0,
    "Longitude of natural origin": 1,
    "Longitude of false origin": 1,
    "Longitude of origin": 1,
    "Latitude of 1st standard parallel": 2,
    "Latitude of standard parallel": 2,
    "Latitude of 2nd standard parallel": 3,
    "Scale factor at natural origin": 4,
    "False easting": 5,
    "Easting at false origin": 5,
    "False northing": 6,
    "Northing at false origin": 6,
}

# Datums within 2 m of WGS 84 without a transformation that says so: realizations of the ITRS, the ETRS and NAD83, of
# which EPSG relates only some to WGS 84 directly, and national ones that are tied to the ITRF.
REALIZATIONS = re.compile(
    r"World Geodetic System 1984|International Terrestrial Reference Frame|IGS|IGb|European Terrestrial Reference "
    r"|ETRS89|North American Datum (of )?1983|NAD83|SIRGAS|Sistema de Referencia Geocentrico|China 2000$"
    r"|China Geodetic Coordinate System 2000|Australian Terrestrial Reference Frame|Israeli Geodetic Datum 2005"
    r"|Parametry Zemli 1990\.(02|11)|Sistem Referensi Geospasial Indonesia 2013|Costa Rica 2005"
    r"|CR-SIRGAS|Latvian|Reseau de Reference des Antilles Francaises 1991|Red Geodesica Para Mineria"
)
# Esri's datums of their own for the same realizations.
ESRI_NAMES = {
    6269: ["California_SRS_Epoch_2017.50_(NAD83)"],
    1116: ["D_NAD_1983_2011"],
    1118: ["D_NAD_1983_MA11"],
    1117: ["D_NAD_1983_PA11"],
    1133: ["D_NAD_1983_CORS96"],
    1249: ["D_NAD_1983_PACP00"],
    1221: ["D_NAD_1983_MARP00"],
    6258: ["D_ETRF_1989"],
    6171: ["D_RGF_1993"],
    6167: ["D_NZGD_2000"],
    6189: ["D_REGVEN"],
    6612: ["D_JGD_2000"],
    1128: ["D_JGD_2011"],
    1026: ["D_TWD_1997"],
}
WITHIN = 2.0  # metres


def squeeze(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def text(value: float) -> str:
    return repr(value).removesuffix(".0")


def displacement(db: sqlite3.Connection, row: sqlite3.Row) -> float:
    """The largest horizontal displacement of a Helmert transformation in its area of use, in metres."""

    def unit(column: str) -> float:
        found = db.execute(
            "select conv_factor from unit_of_measure where auth_name='EPSG' and code=?", (row[column],)
        ).fetchone()
        return found[0] if found else 0.0

    translation = [(row[k] or 0) * unit("translation_uom_code") for k in ("tx", "ty", "tz")]
    rotation = [(row[k] or 0) * unit("rotation_uom_code") for k in ("rx", "ry", "rz")]
    scale = (row["scale_difference"] or 0) * unit("scale_difference_uom_code")
    if "Coordinate Frame" in row["method_name"]:
        rotation = [-r for r in rotation]
    extent = db.execute(
        "select south_lat, north_lat, west_lon, east_lon from usage u join extent e on e.auth_name=u.extent_auth_name and "
        "e.code=u.extent_code where u.object_table_name='helmert_transformation' and u.object_auth_name='EPSG' and u.object_code=?",
        (row["code"],),
    ).fetchone()
    south, north, west, east = extent
    if east < west:
        east += 360
    worst = 0.0
    for lat in (south, (south + north) / 2, north):
        for lon in (west, (west + east) / 2, east):
            p, l = math.radians(lat), math.radians(lon)
            x, y, z = (6371e3 * c for c in (math.cos(p) * math.cos(l), math.cos(p) * math.sin(l), math.sin(p)))
            dx = translation[0] + scale * x - rotation[2] * y + rotation[1] * z
            dy = translation[1] + scale * y + rotation[2] * x - rotation[0] * z
            dz = translation[2] + scale * z - rotation[1] * x + rotation[0] * y
            e = -math.sin(l) * dx + math.cos(l) * dy
            n = -math.sin(p) * (math.cos(l) * dx + math.sin(l) * dy) + math.cos(p) * dz
            worst = max(worst, math.hypot(e, n))
    return worst


def datums(db: sqlite3.Connection) -> tuple[list[list[str]], set[str]]:
    """The D lines, and the codes of the accepted ones."""
    lines, accepted = [], set()
    query = (
        "select d.code, d.name, e.semi_major_axis as a, e.inv_flattening as rf, e.semi_minor_axis as b, e.code as ellipsoid, e.uom_code as uom,"
        " d.prime_meridian_code as meridian from geodetic_datum d join ellipsoid e on e.auth_name=d.ellipsoid_auth_name and e.code=d.ellipsoid_code"
        " where d.auth_name='EPSG' order by cast(d.code as integer)"
    )
    for d in db.execute(query).fetchall():
        metre = db.execute("select conv_factor from unit_of_measure where auth_name='EPSG' and code=?", (d["uom"],)).fetchone()[0]
        a = d["a"] * metre
        rf = d["rf"] or (0.0 if d["b"] == d["a"] else a / (a - d["b"] * metre))
        shifts = [
            displacement(db, row)
            for row in db.execute(
                "select h.*, m.name as method_name from helmert_transformation_table h"
                " join geodetic_crs g on g.auth_name=h.source_crs_auth_name and g.code=h.source_crs_code"
                " join coordinate_operation_method m on m.auth_name=h.method_auth_name and m.code=h.method_code"
                " where g.datum_auth_name='EPSG' and g.datum_code=? and h.target_crs_code in ('4326','4978','4979')"
                " and h.auth_name='EPSG' and h.deprecated=0",
                (d["code"],),
            ).fetchall()
        ]
        verdict = ""
        if abs(a - 6378137) <= 1 and rf and abs(rf - 298.257) < 0.001:
            if REALIZATIONS.match(d["name"]) or (shifts and min(shifts) <= WITHIN):
                verdict = "~"
        if verdict and d["name"].startswith("World Geodetic System 1984"):
            verdict = "="
        if verdict:
            accepted.add(d["code"])
        names = {squeeze(d["name"]): None}
        for (alias,) in db.execute(
            "select alt_name from alias_name where table_name='geodetic_datum' and auth_name='EPSG' and code=?", (d["code"],)
        ).fetchall() + [(n,) for n in ESRI_NAMES.get(int(d["code"]), [])]:
            names[squeeze(alias)] = None
        aliases = [n for n in names if n != squeeze(d["name"])]
        pm = PrimeMeridian.from_epsg(d["meridian"])
        meridian = round(math.degrees(pm.longitude * pm.unit_conversion_factor), 12)
        lines.append(["D", d["code"], d["name"], text(a), text(rf), text(meridian), verdict, "|".join(aliases)])
    return lines, accepted


def spherical(lines: list[list[str]]) -> set[str]:
    return {line[1] for line in lines if line[4] == "0"}


def geographic(db: sqlite3.Connection) -> list[list[str]]:
    lines = []
    for g in db.execute(
        "select g.code, g.name, g.datum_code, u.conv_factor from geodetic_crs g join axis a on a.coordinate_system_auth_name=g.coordinate_system_auth_name"
        " and a.coordinate_system_code=g.coordinate_system_code and a.coordinate_system_order=1 join unit_of_measure u on u.auth_name=a.uom_auth_name and u.code=a.uom_code"
        " where g.auth_name='EPSG' and g.type in ('geographic 2D','geographic 3D') and g.datum_auth_name='EPSG' order by cast(g.code as integer)"
    ).fetchall():
        # EPSG calls the unit of some old systems sexagesimal. As in PROJ it is the degree.
        degrees = math.degrees(g["conv_factor"] or math.radians(1))
        lines.append(["G", g["code"], g["name"], g["datum_code"], text(round(degrees, 12))])
    return lines


def projected(db: sqlite3.Connection, usable: set[str]) -> list[list[str]]:
    lines = []
    datum_of = {
        (row["auth_name"], row["code"]): row["datum_code"] for row in db.execute("select auth_name, code, datum_code from geodetic_crs").fetchall()
    }
    for authority, code, base_authority, base in db.execute(
        "select auth_name, code, geodetic_crs_auth_name, geodetic_crs_code from projected_crs"
        " where auth_name in ('EPSG','ESRI') order by cast(code as integer)"
    ).fetchall():
        if base_authority != "EPSG":
            continue
        crs = CRS.from_authority(authority, code)
        method = crs.coordinate_operation.method_name
        line = ["P", code, crs.name, base, method]
        good = method in METHODS and datum_of["EPSG", base] in usable
        if good:
            values = [""] * 7
            for p in crs.coordinate_operation.params:
                value = p.value * (p.unit_conversion_factor if p.unit_name not in ("degree", "unity") else 1)
                if p.unit_name not in ("degree", "unity") and PARAMETERS[p.name] < 4:
                    value = math.degrees(value)
                values[PARAMETERS[p.name]] = text(value)
            line += [text(crs.axis_info[0].unit_conversion_factor), *values]
            while line[-1] == "":
                line.pop()
        lines.append(line)
    return lines


def compound(db: sqlite3.Connection) -> list[list[str]]:
    return [
        ["C", c["code"], c["name"], c["horiz_crs_code"]]
        for c in db.execute(
            "select code, name, horiz_crs_code from compound_crs where auth_name='EPSG' and horiz_crs_auth_name='EPSG' order by cast(code as integer)"
        ).fetchall()
    ]


def main() -> int:
    db = sqlite3.connect(Path(pyproj.datadir.get_data_dir()) / "proj.db")
    db.row_factory = sqlite3.Row
    d, accepted = datums(db)
    g = geographic(db)
    p = projected(db, accepted | spherical(d))
    c = compound(db)
    lines = [["#", f"EPSG {db.execute('select value from metadata where key=?', ('EPSG.VERSION',)).fetchone()[0]}, PROJ {pyproj.proj_version_str}"], *d, *g, *p, *c]
    data = "".join("\t".join(map(str, line)) + "\n" for line in lines).encode()
    with open(sys.argv[1], "wb") as out, gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as packed:
        packed.write(data)
    print(f"{len(d)} datums, {len(accepted)} accepted; {len(g)} geographic, {len(p)} projected, {len(c)} compound systems; {len(data)} bytes of text")
    return 0


if __name__ == "__main__":
    sys.exit(main())
