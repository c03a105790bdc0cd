"""Hold a table of `cas extract --preset symfluence` against the one that the Python project's own code for SYMFLUENCE writes.

    python symfluence.py URL features.geojson ID_FIELD table.csv DATASET DATASET...

The answers are asked for by the Python SDK; rows and file are made by cas.integrations.symfluence, as its backend makes an HRU_STATS_V1.
Heads, rows and cells are compared: numbers as floats, bit for bit, other cells as text. Prints the number of cells, or what differs.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path

from cas.client import CASClient
from cas.integrations.symfluence import CASAttributeAcquirer, responses_to_rows


def read(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def same(a: str, b: str) -> bool:
    if a == b:
        return True
    try:
        return float(a).hex() == float(b).hex()
    except ValueError:
        return False


url, features_path, id_field, table_path, *datasets = sys.argv[1:]
features = json.loads(Path(features_path).read_text(encoding="utf-8"))["features"]
with CASClient(url) as client:
    responses = client.batch_extract([feature["geometry"] for feature in features], datasets).responses
names, rows = responses_to_rows([feature["properties"][id_field] for feature in features], responses)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "domain_cas_attributes.csv"
    CASAttributeAcquirer._write_csv(path, names, rows)
    want = read(str(path))
have = read(table_path)
if sorted(want[0]) != sorted(have[0]) or want[0][0] != have[0][0]:
    sys.exit(f"columns {have[0]}, not {want[0]}")
if [row[0] for row in want] != [row[0] for row in have]:
    sys.exit("the rows are in another order")
place = [have[0].index(name) for name in want[0]]
for theirs, ours in zip(want[1:], have[1:], strict=True):
    for name, a, b in zip(want[0], theirs, [ours[i] for i in place], strict=True):
        if not same(a, b):
            sys.exit(f"{theirs[0]}, column {name}: {b!r}, not {a!r}")
moved = [name for i, name in enumerate(want[0]) if place[i] != i]
print(len(want) - 1, "rows of", len(want[0]), "columns are equal; columns in another place:", len(moved))
