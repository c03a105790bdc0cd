"""Hold a table that `cas extract -o` wrote against the Python SDK, asked for the same features.

    python python_table.py URL features.geojson table.csv DATASET DATASET...

Every cell is compared: numbers as floats, bit for bit, and which cells are empty. Prints the number of cells and exits 0, or prints
what differs and exits 1.
"""

import csv
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from cas.client import CASClient
from cas.integrations.symfluence import sanitize_column

BATCH = 100


def main() -> None:
    url, features_path, table_path, *datasets = sys.argv[1:]
    with open(features_path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    geometries = [feature["geometry"] for feature in features]
    batches = [geometries[start : start + BATCH] for start in range(0, len(geometries), BATCH)]
    with CASClient(url) as client, ThreadPoolExecutor(4) as threads:
        asked = threads.map(lambda batch: client.batch_extract(batch, datasets).responses, batches)
        answers = [answer for responses in asked for answer in responses]

    with open(table_path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if len(rows) != len(features):
        sys.exit(f"{len(rows)} rows for {len(features)} features")
    cells = 0
    for feature, answer, row in zip(features, answers, rows, strict=True):
        want = {"GAUGE": feature["properties"]["GAUGE"]}
        for result in answer.results:
            want |= cells_of(result)
        for column, text in row.items():
            if not same(want.pop(column, None), text):
                sys.exit(f"{row['GAUGE']}, column {column}: the table has {text!r}")
            cells += 1
        want = {column: value for column, value in want.items() if value is not None}
        if want:
            sys.exit(f"{row['GAUGE']}: the table lacks {want}")
    print(cells, "cells are equal")


def cells_of(result) -> dict:
    name = sanitize_column(result.dataset_id)
    cells = {
        f"{name}_units": result.units,
        f"{name}_quality": result.quality.value,
        f"{name}_coverage_fraction": result.coverage_fraction,
    }
    if isinstance(result.value, dict):
        return cells | {f"{name}_{sanitize_column(cls)}": share for cls, share in result.value.items()}
    return cells | {name: result.value}


def same(value, text: str) -> bool:
    if value is None:
        return text == ""
    return float(text) == value if isinstance(value, float) else text == value


main()
