"""Makes schemathesis ask for what exists.

Left alone it asks for datasets with random names, at random places: answers
without results, which prove little; or, by names that it read in earlier
answers, for those of real providers, over the network. Here most requests are
led to the local provider, in one place in two to the ground that it covers.

What a request becomes depends on the request alone, so that a failure can be
repeated and made smaller.
"""

import json
import zlib

import schemathesis
from app import KEYS

# Every local dataset but the slow one.
DATASETS = [f"local_dem:{key}" for key in KEYS if key != "slow"]

PLACES = [
    {"type": "Point", "coordinates": [-84.2308, 36.1983]},
    {"type": "Point", "coordinates": [0, 0]},
    {"type": "Polygon", "coordinates": [[[-84.3, 36.1], [-84.2, 36.1], [-84.2, 36.3], [-84.3, 36.1]]]},
    # Half of it lies outside the model.
    {"type": "Polygon", "coordinates": [[[-84.5, 36.1], [-84.3, 36.1], [-84.3, 36.3], [-84.5, 36.1]]]},
]

# A batch larger than this asks for a provider that does not exist: for one
# that does, the service takes 20 seconds for a thousand geometries.
MANY = 10


def _dataset(name, number):
    if ":" not in name and number % 4 == 0:
        return name
    return DATASETS[number % len(DATASETS)]


def _place(geometry, number):
    usual = isinstance(geometry, dict) and geometry.get("type") in ("Point", "Polygon", "MultiPolygon")
    if not usual or number % 2 == 0:
        return geometry
    return PLACES[number // 2 % len(PLACES)]


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if not isinstance(body, dict):
        return
    number = zlib.crc32(json.dumps(body, sort_keys=True, default=str).encode())
    changed = dict(body)
    names, geometries = body.get("dataset_ids"), body.get("geometries")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        changed["dataset_ids"] = [_dataset(name, number + i) for i, name in enumerate(names)]
    if isinstance(geometries, list):
        changed["geometries"] = [_place(geometry, number + i) for i, geometry in enumerate(geometries)]
        if len(geometries) > MANY and "dataset_ids" in changed:
            changed["dataset_ids"] = ["nowhere:x"]
    if "geometry" in body:
        changed["geometry"] = _place(body["geometry"], number)
    case.body = changed
