"""Records exchanges with the real service, for castest to be held against.

Usage: python make_exchanges.py

It runs community-attribute-service 0.4.0 (with its [api] extra) over the
project's local connector, ../../internal/contract/service/app.py, once for
every session below, and writes one line of JSON per exchange. Request ids and
elapsed times are replaced by zeros, so that a second run gives the same file.
"""

import base64
import contextlib
import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SERVICE = HERE.parents[1] / "internal" / "contract" / "service"
HEADERS = (
    "content-type", "allow", "location", "retry-after", "vary",
    "access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods",
    "access-control-allow-headers", "access-control-max-age",
)  # fmt: skip

POINT = {"type": "Point", "coordinates": [-84.2, 36.3]}
RING = [[-84.25, 36.25], [-84.2, 36.25], [-84.2, 36.3], [-84.25, 36.3], [-84.25, 36.25]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}
ELEVATION = ["local_dem:elevation"]
EXTRACT, BATCH = "/api/v1/extract", "/api/v1/extract/batch"
INF, NAN = float("inf"), float("nan")


def get(path, method="GET", **headers):
    return {"method": method, "path": path, "headers": headers}


def post(body, path=EXTRACT, content_type="application/json", **headers):
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body, separators=(",", ":"))
    if isinstance(body, str):
        body = body.encode()
    if content_type is not None:
        headers["Content-Type"] = content_type
    return {"method": "POST", "path": path, "headers": headers, "body": body}


def extract(geometry=POINT, ids=ELEVATION, **more):
    return post({"geometry": geometry, "dataset_ids": ids, **more})


def batch(geometries, ids=ELEVATION, **more):
    return post({"geometries": geometries, "dataset_ids": ids, **more}, BATCH)


def ring(vertices):
    return [[-84.3 + i * 1e-5, 36.2 + (i % 2) * 1e-4] for i in range(vertices - 1)] + [[-84.3, 36.2]]


# ── Sessions: settings of the service, and what is asked of it in turn ────────

GEOMETRIES = [
    POINT, SQUARE, {"type": "MultiPolygon", "coordinates": [[RING], [[[x + 0.1, y] for x, y in RING]]]},
    {"type": "Point", "coordinates": [-84.2308, 36.1983]}, {"type": "Point", "coordinates": [-84.2, 36.3, 5]},
    {"type": "Point", "coordinates": [36.3, -84.2]}, {"type": "Point", "coordinates": [-84, 36]},
    {"type": "Point", "coordinates": []}, {"type": "Point", "coordinates": [1]}, {"type": "Point", "coordinates": RING},
    {"type": "Point", "coordinates": [None, None]}, {"type": "Point", "coordinates": ["-84.2", "36.3"]},
    {"type": "Point", "coordinates": [[-84.2], 36.3]}, {"type": "Point", "coordinates": [True, 2]},
    {"type": "Point", "coordinates": [10**400, 1]}, {"type": "Point", "coordinates": [INF, NAN]},
    {"type": "Point", "coordinates": [-84.2, 36.3], "bbox": [1, 2], "crs": {"a": [None]}},
    {"type": "Polygon", "coordinates": []}, {"type": "Polygon", "coordinates": [[]]},
    {"type": "Polygon", "coordinates": [RING[:4]]}, {"type": "Polygon", "coordinates": [RING[:3]]},
    {"type": "Polygon", "coordinates": [RING[:2]]}, {"type": "Polygon", "coordinates": [RING[::-1]]},
    {"type": "Polygon", "coordinates": [[[x, y, 7] for x, y in RING]]},
    {"type": "Polygon", "coordinates": [[[x, y, 7, 8] for x, y in RING]]},
    {"type": "Polygon", "coordinates": [[[str(x), str(y)] for x, y in RING]]},
    {"type": "Polygon", "coordinates": [[[x] for x, _ in RING]]},
    {"type": "Polygon", "coordinates": [[RING[0], RING[1], [*RING[2], 1], RING[0]]]},
    {"type": "Polygon", "coordinates": [[[None, 1], *RING]]},
    {"type": "Polygon", "coordinates": RING}, {"type": "Polygon", "coordinates": [-84.2, 36.3]},
    {"type": "Polygon", "coordinates": [[RING]]}, {"type": "Polygon", "coordinates": ["abc"]},
    {"type": "Polygon", "coordinates": [1]}, {"type": "Polygon", "coordinates": [None]},
    {"type": "Polygon", "coordinates": [[], RING]}, {"type": "Polygon", "coordinates": [RING, []]},
    {"type": "Polygon", "coordinates": [RING, [[-84.24, 36.26], [-84.21, 36.26], [-84.21, 36.29], [-84.24, 36.26]]]},
    {"type": "Polygon", "coordinates": [[RING[0], RING[2], RING[1], RING[3], RING[0]]]},
    {"type": "Polygon", "coordinates": [[[-85, 36], [-84.2, 36], [-84.2, 36.3], [-85, 36.3], [-85, 36]]]},
    {"type": "Polygon", "coordinates": [[[INF, 36.3], [-84.1, 36.3], [-84.1, 36.4], [-84.2, 36.3]]]},
    {"type": "MultiPolygon", "coordinates": []}, {"type": "MultiPolygon", "coordinates": [RING]},
    {"type": "MultiPolygon", "coordinates": [[RING], []]}, {"type": "MultiPolygon", "coordinates": [[[RING]]]},
    {"type": "MultiPolygon", "coordinates": [-84.2, 36.3]}, {"type": "MultiPolygon", "coordinates": [None]},
    {"type": "Polygon", "coordinates": [ring(10000)]}, {"type": "Polygon", "coordinates": [ring(10001)]},
    {"type": "Point", "coordinates": [-84.2, 36.3] + [0] * 10001},
    {"type": "Polygon", "coordinates": [[[True, False]] * 10001]},
]  # fmt: skip

TIMES = [
    "2020-01-02", "2020-01-02T03:04", "2020-01-02 03:04:05", "2020-01-02_03:04:05", "2020-01-02t03:04:05z", "2020-01-02T03:04:05Z",
    "2020-01-02T03:04:05-00:00", "2020-01-02T03:04:05+02:00", "2020-01-02T03:04:05+0200", "2020-01-02T03:04:05-23:59",
    "2020-01-02T03:04:05.5Z", "2020-01-02T03:04:05.123456789012Z", "2020-01-02T03:04:05,5", "2020-01-02T03:04+01:00",
    "0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-05:00", "2020", "20200102",
    "1577934245", "1577934245.5", "1577934245.1234567", "-5", "+5", "-1.5", "1.", ".5", "99999999999", "12345678901", "1577934245999.9",
    1577934245, 1577934245.25, 1577934245000, 0, -1, -1.5, 2e10, 20000000001, -20000000001, 1577934245999.9, 253402300799999,
    -62135596800000, "yesterday", "", "2020-", "2020-02-30", "2023-02-29", "2020-1-2", "2020-13-01", "2020-00-10", "2020-01-00",
    "0000-01-01", "10000-01-01", "2020/01/02", "2020-01/02", "x020-01-02", "2020-x1-02", "2020-01-x2", "2020-01-02x", "2020-01-02T",
    "2020-01-02T03", "2020-01-02T03:60", "2020-01-02T24:00:00Z", "2020-01-02T03:04:60Z", "2020-01-02T03:04:05.", "2020-01-02T03:04.5",
    "2020-01-02T03:04:05 Z", "2020-01-02T03:04:05Z ", " 2020-01-02", "2020-01-02T03:04:05+24:00", "2020-01-02T03:04:05+2",
    "2020-01-02T03:04:05+02", "2020-01-02T03:04:05+0260", "2020-01-02T03:04:05+02:00:30", "2020-01-02T3:04:05", "1e3", "nan", "+-5",
    "99999999999999999", "-99999999999999999", "99999999999999999999", "\u0662020-01-02", True, None, [], {}, 1e20, -1e20, 10**30,
    253402300800000, -62167219200000, -62167219200001, NAN, INF,
]  # fmt: skip

WRONG = [
    {"aggregation": 1}, {"aggregation": None}, {"aggregation": "MEAN"}, {"aggregation": []}, {"aggregation": "mode"}, {"aggregation": NAN},
    {"target_crs": None}, {"target_crs": 1}, {"output": None}, {"output": "tiff"}, {"output": "raster"}, {"output": "raster", "aggregation": "z"},
    {"target_resolution": 0}, {"target_resolution": -1}, {"target_resolution": 5}, {"target_resolution": "5"}, {"target_resolution": "x"},
    {"target_resolution": []}, {"target_resolution": True}, {"target_resolution": NAN}, {"target_resolution": INF}, {"resampling": "x"},
    {"resampling": None}, {"bbox": {}}, {"bbox": []}, {"bbox": {"min_lon": "-84", "min_lat": "x", "max_lon": 200, "max_lat": -100}},
    {"bbox": {"min_lon": True, "min_lat": None, "max_lon": 1, "max_lat": 1}}, {"bbox": {"min_lon": 1, "min_lat": 1, "max_lon": 2, "max_lat": 2}},
    {"bbox": {"min_lon": 1, "min_lat": 1, "max_lon": 2, "max_lat": 2}, "target_resolution": 3},
    {"geometry": None}, {"geometry": []}, {"geometry": "POINT(1 2)"}, {"geometry": {}}, {"geometry": {"type": 1, "coordinates": None}},
    {"geometry": {"type": "Point\n", "coordinates": [1, 2]}}, {"geometry": {"type": "point", "coordinates": [1, 2]}},
    {"geometry": {"type": "LineString", "coordinates": [[NAN, 1], [2, 3]]}}, {"geometry": {"type": "Feature", "geometry": POINT}},
    {"geometry": {"type": "GeometryCollection", "geometries": [POINT]}}, {"geometry": {"type": "Point", "coordinates": {"x": 1}}},
    {"dataset_ids": []}, {"dataset_ids": None}, {"dataset_ids": "local_dem:elevation"}, {"dataset_ids": {}}, {"dataset_ids": ["a", 1, None]},
    {"dataset_ids": [f"local_dem:d{i}" for i in range(51)]}, {"dataset_ids": ELEVATION * 51}, {"dataset_ids": ELEVATION * 51, "aggregation": "z"},
    {"dataset_ids": ["\ud800:x"], "aggregation": "\ud800"}, {"dataset_ids": ["for\u00eat:x"]}, {"time_range": "x"}, {"time_range": []}, {"time_range": {}},
    {"time_range": {"start": "2020-01-01"}}, {"time_range": {}, "aggregation": "x", "dataset_ids": []},
    {"geometry": {"type": "x"}, "bbox": {}, "output": "raster", "target_resolution": "q"},
]  # fmt: skip
FINE = [{"resampling": "cubic"}, {"bbox": None}, {"target_resolution": None}, {"time_range": None}, {"target_crs": "\ud800"}, {"unknown": 1}]

SYNTAX = [
    "", "   ", "{}", "[]", "null", "1", '"x"', "true", "NaN", "-Infinity", "{", "[", "[1", "[1,", "[1 2", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a" 1',
    '{"a":1 "b"', "{a:1}", '"abc', '"a\x01"', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\', "tru", "nul", "Na", "Infinit", "-Infinit", "-", "01", "1.", "1e",
    "1e+", ".5", "+1", "[1,]", '{"a":1,}', "{,}", "'a'", "1 2", "\u00e9", '{"\u00e9\u00e9":x}', '"\\ud800\\u12"', '"\\ud800\\u12g4"', "\x00",
    '{"a":1}\x00', "\x0b{}", '{"a":1,"b":2,"a":3}', '{"dataset_ids":["\\ud83d\\ude00"]}', '{"dataset_ids":["\\ud800"]}', '{"a":NaN}', '{"a":1e999}',
    '{"a":-0,"b":-0.0,"c":1E5,"d":1e16,"e":123456789012345678901,"f":0.00001,"g":1e22,"h":"\\u007f\\u2028\\u0001\\b/\\/\\"\\\\","i":0.1e1,"j":10.50}',
    b"\xef\xbb\xbf{}", b"\xff\xfe{\x00}\x00", b"\xfe\xff\x00{\x00}", b"\x00{\x00}", b"{\x00}\x00", b"\x00\x00\x00{\x00\x00\x00}", b"{\x00\x00\x00}\x00\x00\x00",
    b"\xff\xfe{", b'{"a":"\xff"}', b'{"dataset_ids":["\xed\xa0\x80"]}', b"\x1f\x8b\x08\x00", "1" * 4301, '{"a":' + "1" * 4300 + "}", "[" * 2000 + "]" * 2000,
    '{"geometry":{"type":"Polygon","coordinates":' + "[" * 300 + "]" * 300 + '},"dataset_ids":["local_dem:elevation"]}',
    '{"geometry":{"type":"Polygon","coordinates":' + "[" * 600 + "]" * 600 + '},"dataset_ids":["local_dem:elevation"]}',
]  # fmt: skip

TYPES = [None, "", "application/json", "Application/JSON; charset=utf-8", "application/geo+json", "application/json;", "text/plain", "text/json",
         "application/json, x", "application/jsonx", "garbage", "application/x-www-form-urlencoded", "application/octet-stream"]  # fmt: skip

QUERIES = {
    "/api/v1/providers": [
        "limit=0", "limit=1001", "limit=abc", "limit=2.5", "limit=", "limit=5.", "limit=.5", "limit=1e1", "limit=0x5", "limit=-0", "limit=-1", "limit=1001.0",
        "offset=-1", "offset=1.5", "limit=%D9%A1", "limit=5;offset=1", "limit=9223372036854775808", "limit=-9223372036854775809", "limit=__1", "limit=1__0",
        "limit=1_", "offset=1e3", "limit=inf", "limit=3&limit=", "limit=5%00", "limit=0&offset=-1", "limit=%zz", "limit=a+b%2Bc",
    ],
    "/api/v1/datasets": [
        *(f"provider=local_dem&{q}" for q in (
            "", "limit=2", "limit=2.0", "limit=%205%20", "limit=%2B5", "limit=1_0", "limit=05&offset=30", "limit=1&offset=1", "offset=-0.0&limit=1",
            "offset=99999999999999999999999", "offset=9223372036854775807", "offset=00000000000000000000000001&limit=1", "variable=ELEVATION&limit=1",
            "variable=zzz", "variable=&limit=1", "temporal_type=daily", "temporal_type=hourly", "min_resolution=92.66&limit=1", "min_resolution=92.67",
            "max_resolution=92.66&limit=1", "max_resolution=92.65", "min_resolution=nAn", "min_resolution=-inf&limit=1", "min_resolution=%20inf",
            "max_resolution=Infinity&limit=1", "min_resolution=1e1&limit=1", "min_resolution=.5&limit=1", "min_resolution=5.&limit=1",
            "min_resolution=1_0&limit=1", "min_resolution=1e999", "min_resolution=1%0A&limit=1", "bbox=-85,36,-84,37&limit=1", "bbox=-84.413751,36,-84.41375,37&limit=1",
            "bbox=-90,36,-84.42,37", "bbox=170,-10,-170,10", "bbox=-999,-999,999,999&limit=1", "bbox=%D9%A1,2,3,4", "bbox=-%D9%A8%D9%A5,36,-84,37&limit=1", "unknown=1&limit=1",
            "provider=nope",
        )),
        "provider=nope", "min_resolution=", "min_resolution=abc", "min_resolution=0x1", "min_resolution=_1", "max_resolution=1e", "min_resolution=%D9%A1", "bbox=", "bbox=1,2,3",
        "bbox=a,b,c,d", "bbox=-8.5e1,36,-84,37", "bbox=%2B1,2,3,4", "bbox=1.,2,3,4", "bbox=1,2,3,4%0A", "temporal_type=weekly", "temporal_type=", "temporal_type=STATIC",
        "temporal_type=&limit=0&bbox=x&min_resolution=q&max_resolution=",
        "provider=local_broken",
    ],
}  # fmt: skip

ROUTES = [
    get("/"), get("/nope"), get("/api/v1/health"), get("//health"), get("/health/"), get("/health//"), get("/metrics/"), get("/docs/"),
    get("/api/v1/providers/"), get("/api/v1/providers//"), get("/api/v1/providers/?limit=2&offset=1"), get("/api/v1/providers/local_dem/"),
    get("/api/v1/providers/a%20b/"), get("/api/v1/providers/a%3Fb/?x=1"), get("/api/v1/providers/%C3%A9/"), get("/api/v1/providers/a/b/"),
    get("/api/v1/extract/"), get("/api/v1/extract/batch/"), post({}, "/api/v1/extract/"), get("//api/v1/providers/"), get("/API/v1/providers"),
    get("/api/v1/providers/", Host="evil.example:9999"), get("/api/v1/providers/", Host="cas.example.org", **{"X-Forwarded-Proto": "https"}),
    get("/api/v1/providers/", **{"X-Forwarded-Host": "fwd.example", "X-Forwarded-Prefix": "/cas"}),
    get("/api/v1/extract"), get("/api/v1/extract/batch"), post({}, "/api/v1/providers"), post({}, "/health"), get("/health", "DELETE"), get("/health", "HEAD"),
    get("/api/v1/providers", "HEAD"), get("/nope", "HEAD"), get("/health", "OPTIONS"), get("/nope", "OPTIONS"), get("/api/v1/extract", "PUT"),
    *(get("/api/v1/providers/" + slug) for slug in (
        "nope", "..", ".", "%2e%2e", "a%2Fb", "a%20b", "a+b", "a%3Fb", "%FF%FE", "a%00b", "a%252Fb", "a'b%22c", "a%0Ab", "LOCAL_DEM", "local_dem:elevation",
        "local_dem", "local_broken", "copernicus_dem", "esa_worldcover", "modis_lc",
    )),
    get("/health", Origin="https://app.example"), get("/nope", Origin="https://app.example", Cookie="a=b"),
    get("/api/v1/extract", "OPTIONS", Origin="https://a.example", **{"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}),
    get("/nope", "OPTIONS", Origin="https://a.example", **{"Access-Control-Request-Method": "FOO"}),
    post({"geometry": POINT, "dataset_ids": ["a"], "aggregation": "\ud800"}, Origin="https://a.example"),
]  # fmt: skip

FAULTS = ["fail", "nan", "inf", "neginf", "nandict", "none", "boom", "format", "cancel", "badcoverage", "suspect", "partial", "lowcov", "emptydict",
          "bigint", "unicode", "multiline"]  # fmt: skip
NOT_FINITE = ["nan", "inf", "neginf"]  # which spoil the mean that the service compares results with
STAMPS = ["ts_naive", "ts_utc", "ts_plus2", "ts_plus0530_micro", "ts_micro", "ts_milli_utc", "ts_midnight", "ts_minus_secs", "ts_year1", "ts_max"]
P1, P2, P3 = ({"type": "Point", "coordinates": [-84.2 + i / 100, 36.3]} for i in (1, 2, 3))

ORDER = [
    get("/health"), extract(P1, ["local_dem:unicode"]), extract(P1, ["local_dem:slope_class", "local_dem:elevation", "local_dem:unicode"]),
    extract(P1, ["local_dem:slope_class", "local_dem:elevation", "local_dem:unicode"]), get("/health"),
    extract(P2, ["local_dem:elevation", "nope:a", "local_dem:slope_class", "nope:b", "elevation"]), extract(P1, ["local_dem:fail", "local_dem:elevation"]),
    batch([P1, P3], ["local_dem:emptydict", "local_dem:elevation"]), get("/health"), extract(P1, aggregation="max"),
    extract(P1, ["local_dem:elevation_daily"], time_range={"start": "2020-01-01", "end": "2020-01-02"}),
    extract(P1, ["local_dem:elevation_daily"], time_range={"start": "2020-01-01T00:00:00Z", "end": "2020-01-02"}), extract(P1, ["local_dem:elevation_daily"]),
    extract({"coordinates": [-84.19, 36.3], "type": "Point"}), extract({"coordinates": [-84.190, 36.30], "type": "Point"}), get("/health"),
    extract(P1, ELEVATION * 3), extract(P3, ELEVATION * 3), get("/health"),
    extract(P1, ["local_dem:elevation", "local_dem:suspect"]), extract(P1, ["local_dem:partial"]), extract(P1, ["local_dem:partial", "local_dem:lowcov"]),
    extract(P1, ["local_dem:elevation", "local_dem:suspect", "local_dem:elevation_daily"]),
    extract(P1, ["local_dem:nope", ":", "", "no colon", "local_dem:", "nope:x", "a'b:c", 'a"b\'c:d', "\u00e9\n:x"]), get("/health"),
]  # fmt: skip

PLAIN = [
    *ROUTES, *ORDER,
    *(extract(g, ["local_dem:elevation", "local_dem:slope_class"]) for g in GEOMETRIES),
    batch([g for g in GEOMETRIES if len(json.dumps(g)) < 1000 or g["type"] == "Polygon"], ["local_dem:elevation", "local_dem:slope_class"]),
    *(extract(SQUARE, ["local_dem:elevation", "local_dem:slope_class"], aggregation=a) for a in ("mean", "sum", "distribution")),
    *(extract(ids=[f"local_dem:{key}"]) for key in (*FAULTS, *STAMPS)), batch([P1, P2], [f"local_dem:{key}" for key in FAULTS if key not in NOT_FINITE]),
    *(extract(ids=["local_dem:elevation_daily"], time_range={"start": t, "end": "2020-12-31"}) for t in TIMES),
    extract(ids=["local_dem:elevation_daily"], time_range={"start": "2021-01-01", "end": "2020-01-01"}),
    *(post({"geometry": POINT, "dataset_ids": ELEVATION, **w}) for w in (*WRONG, *FINE)),
    *(post({"geometries": [POINT], "dataset_ids": ELEVATION, **w}, BATCH) for w in ({"dataset_ids": []}, {"target_crs": None}, {"output": "raster", "target_resolution": 5, "bbox": {}}, {"aggregation": "x"},
                                    {"dataset_ids": ELEVATION * 51}, {"geometries": [], "time_range": 1}, {"geometries": None}, {"geometries": {}},
                                    {"geometries": [1, {"type": "x"}, None, SQUARE, {"type": "Point"}]}, {"geometries": [POINT] * 1001},
                                    {"geometries": [1] + [POINT] * 1000})),
    post({"geometry": POINT, "dataset_ids": ELEVATION}, BATCH), post({"geometry": POINT}), post({"dataset_ids": ELEVATION}),
    *(post(body) for body in SYNTAX), *(post(b'{"dataset_ids":1}', content_type=t) for t in TYPES), post(b"\xff\xfe\x00\x01", content_type="application/octet-stream"),
    post(b"", content_type=None), post(b"{}", **{"Content-Encoding": "gzip"}),
    *(get(f"{path}?{query}") for path, queries in QUERIES.items() for query in queries),
]  # fmt: skip

ONE = "/api/v1/providers?limit=0"  # a 422, once it gets so far
KEYED = [
    get(ONE), get(ONE, **{"X-API-Key": "k1"}), get(ONE, **{"x-api-key": "k2"}), get(ONE, **{"X-API-Key": "K1"}), get(ONE, **{"X-API-Key": ""}),
    get(ONE, Authorization="Bearer k1"), get(ONE + "&api_key=k1"), get("/api/v1/datasets?limit=0"), get("/api/v1/providers/nope"),
    get("/api/v1/providers/nope", **{"X-API-Key": "k1"}), get("/api/v1/nope"), get("/api/v1/extract"), get("/api/v1/providers/"), get("/health"),
    extract(), batch([POINT]), post({"bad": 1}), post(b""), post("{bad"), post(b"\xff"), post("{}", content_type="text/plain"),
    post({"bad": 1}, **{"X-API-Key": "k1"}), post({"geometry": POINT, "dataset_ids": ELEVATION}, **{"X-API-Key": "k1"}),
]  # fmt: skip
LIMITED = [
    post("{bad"), post(b"\xff"), get("/nope"), get("/health"), get(ONE), get("/api/v1/providers/nope"), extract(), get(ONE), extract(), post("{bad"), post({"bad": 1}),
    get("/api/v1/providers/nope"), get("/health"), get("/nope"), get("/api/v1/extract"), get("/api/v1/providers/"), get(ONE, **{"X-API-Key": "anything"}),
    get(ONE, **{"X-Forwarded-For": "203.0.113.9"}), get(ONE, **{"X-Forwarded-For": "203.0.113.9, 127.0.0.1"}), get(ONE, **{"X-Forwarded-For": "1.2.3.4, 203.0.113.9"}),
    get(ONE, **{"X-Forwarded-For": "203.0.113.9"}), get(ONE, **{"X-Forwarded-For": "127.0.0.1"}), batch([POINT]),
]  # fmt: skip
BOTH = [get(ONE, **{"X-API-Key": "bad"})] * 4 + [get(ONE, **{"X-API-Key": "k1"})] * 4 + [get(ONE)] * 4

SESSIONS = {
    "plain": ({}, PLAIN),
    "keys k1 k2": ({"CAS_AUTH_ENABLED": "1", "CAS_API_KEYS": "k1,k2"}, KEYED),
    "3 a minute": ({"CAS_RATE_LIMIT_ENABLED": "1", "CAS_RATE_LIMIT_PER_MINUTE": "3"}, LIMITED),
    "keys k1 k2, 3 a minute": ({"CAS_AUTH_ENABLED": "1", "CAS_API_KEYS": "k1,k2", "CAS_RATE_LIMIT_ENABLED": "1", "CAS_RATE_LIMIT_PER_MINUTE": "3"}, BOTH),
    "provider timeout": ({"CAS_PROVIDER_TIMEOUT_S": "1"}, [extract(ids=["local_dem:slow", "local_dem:elevation"])]),
    "request timeout": ({"CAS_REQUEST_TIMEOUT_S": "1"}, [extract(ids=["local_dem:slow", "local_dem:elevation"]), batch([P1, P2], ["local_dem:slow"])]),
}  # fmt: skip


# ── Recording ────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def service(settings):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    args = ["-m", "uvicorn", "app:create", "--factory", "--port", str(port), "--log-level", "critical"]
    process = subprocess.Popen([sys.executable, *args], cwd=SERVICE, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


def neutral(body):
    body = re.sub(rb'"request_id":"[0-9a-f]{12}"', b'"request_id":"000000000000"', body)
    return re.sub(rb'"elapsed_ms":\d+', b'"elapsed_ms":0', body)


def text(b):
    """Bytes as text where they are UTF-8, or else in base64."""
    try:
        return {"text": b.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(b).decode()}


def exchange(port, request):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Host": "castest", **request["headers"]}
    connection.putrequest(request["method"], request["path"], skip_host=True, skip_accept_encoding=True)
    body = request.get("body", b"")
    if body or request["method"] == "POST":
        headers["Content-Length"] = str(len(body))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body or None)
    response = connection.getresponse()
    got = neutral(response.read())
    found = {name: response.headers[name] for name in HEADERS if name in response.headers}
    found["x-request-id"] = str(len(response.headers.get("x-request-id", "")))  # its length will do
    connection.close()
    return {"request": {**request, "body": text(body)}, "response": {"status": response.status, "headers": found, "body": text(got)}}


def main():
    # Without a time or a name in its header, so that equal exchanges give an equal file.
    with (HERE / "exchanges.jsonl.gz").open("wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as out:
        for name, (settings, requests) in SESSIONS.items():
            with service(settings) as port:
                for request in requests:
                    line = {"session": name, **exchange(port, request)}
                    out.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
