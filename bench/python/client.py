"""One case of the Python SDK, in a process of its own: prints one line of JSON, as the clients in Go do.

usage: client.py CASE URL SECONDS CALLS DATASET_ID...
       client.py bulk URL INPUT OUTPUT DATASET_ID...
"""
import asyncio
import csv
import gc
import json
import math
import resource
import sys
import time

from cas.client import AsyncCASClient, CASClient

CALLERS = 64


def polygon(vertices, seed):
    """The same polygon as inputs.go makes."""
    lon, lat = -120 + seed % 97 * 0.61803, 30 + seed % 31 * 0.41421
    ring = []
    for i in range(vertices - 1):
        angle = 2 * math.pi * i / (vertices - 1)
        ring.append([round(lon + 0.05 * math.cos(angle), 6), round(lat + 0.05 * math.sin(angle), 6)])
    return {"type": "Polygon", "coordinates": [ring + ring[:1]]}


def total(responses):
    """Visits every result, as a user would."""
    count, checksum = 0, 0.0
    for response in responses:
        count += len(response.results)
        for result in response.results:
            if isinstance(result.value, float):
                checksum += result.value
    return count, checksum


class Clock:
    """Wall and CPU seconds of this process since the last start."""

    def start(self):
        gc.collect()
        self.wall, self.cpu = time.perf_counter(), self.now()

    @staticmethod
    def now():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    def report(self, calls, results, checksum):
        wall, cpu = time.perf_counter() - self.wall, self.now() - self.cpu
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({
            "calls": calls, "results": results, "checksum": checksum, "wall": wall, "cpu": cpu, "rss": rss,
        }))


def sequential(url, case, ids, seconds, calls):
    client = CASClient(url)
    if case in ("batch", "batches", "stream"):
        batch = [polygon(10, seed) for seed in range(1000)]

        def call():
            return total(client.batch_extract(batch, ids).responses)
    elif case == "catalog":
        def call():
            return len(client.datasets(limit=1000).datasets), 0.0
    else:
        geometry = polygon(10000 if case.startswith("polygon") else 10, 0)

        def call():
            return total([client.extract(geometry, ids)])
    call()
    clock = Clock()
    clock.start()
    end, done, results, checksum = time.perf_counter() + seconds, 0, 0, 0.0
    while done < calls or (calls == 0 and time.perf_counter() < end):
        count, part = call()
        done, results, checksum = done + 1, results + count, checksum + part
    clock.report(done, results, checksum)


async def concurrent(url, ids, seconds):
    geometry = polygon(10, 0)
    async with AsyncCASClient(url) as client:
        await client.extract(geometry, ids)
        clock = Clock()
        clock.start()
        end, done = time.perf_counter() + seconds, []

        async def caller():
            while time.perf_counter() < end:
                done.append(total([await client.extract(geometry, ids)]))

        await asyncio.gather(*[caller() for _ in range(CALLERS)])
        clock.report(len(done), sum(n for n, _ in done), sum(c for _, c in done))


def table(url, source, target, ids):
    """A table as a user of the SDK makes it: GeoJSON in, a thousand geometries a request, CSV out."""
    clock = Clock()
    clock.start()
    client, results = CASClient(url), 0
    with open(source) as f:
        features = json.load(f)["features"]
    with open(target, "w", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["ID"] + [id + part for id in ids for part in ("", "_units", "_quality", "_coverage_fraction")])
        for start in range(0, len(features), 1000):
            part = features[start:start + 1000]
            batch = client.batch_extract([feature["geometry"] for feature in part], ids)
            for feature, response in zip(part, batch.responses):
                row = [feature["properties"]["ID"]]
                for r in response.results:
                    row += [json.dumps(r.value) if isinstance(r.value, dict) else r.value, r.units, r.quality.value, r.coverage_fraction]
                rows.writerow(row)
                results += len(response.results)
    clock.report(1, results, 0.0)


def main():
    if sys.argv[1] == "bulk":
        table(*sys.argv[2:5], sys.argv[5:])
        return
    case, url, seconds, calls, ids = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
    if case == "cold":
        print(len(CASClient(url).extract(polygon(10, 0), ids).results))
    elif case == "concurrent":
        asyncio.run(concurrent(url, ids, seconds))
    else:
        sequential(url, case, ids, seconds, calls)


main()
