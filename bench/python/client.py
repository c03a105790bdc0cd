"""One case of the Python SDK, in a process of its own: prints one line of JSON, as the clients in Go do.

usage: client.py CASE URL SECONDS CALLS DATASET_ID...
       client.py bulk URL INPUT OUTPUT DATASET_ID...
       client.py embedded FOLDER INPUT OUTPUT DATASET_ID...
       client.py embedded-cached FOLDER INPUT OUTPUT DATASET_ID...
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


def embedded(folder):
    """CAS in this process, with the connector of service_app.py in folder."""
    import cas

    sys.path.insert(0, folder)
    import service_app  # noqa: F401
    from cas.core.registry import discover

    discover()  # the service does so when it starts
    return lambda geometries, ids: cas.batch_extract_sync(cas.BatchAttributeRequest(geometries=geometries, dataset_ids=ids))


def table(ask, source, target, ids):
    """A table as a user of Python makes it: GeoJSON in, a thousand geometries a request, CSV out."""
    clock = Clock()
    clock.start()
    results = 0
    with open(source) as f:
        features = json.load(f)["features"]
    with open(target, "w", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["ID"] + [id + part for id in ids for part in ("", "_units", "_quality", "_coverage_fraction")])
        for start in range(0, len(features), 1000):
            part = features[start:start + 1000]
            batch = ask([feature["geometry"] for feature in part], ids)
            for feature, response in zip(part, batch.responses):
                row = [feature["properties"]["ID"]]
                for r in response.results:
                    row += [json.dumps(r.value) if isinstance(r.value, dict) else r.value, r.units, r.quality.value, r.coverage_fraction]
                rows.writerow(row)
                results += len(response.results)
    return lambda: clock.report(1, results, 0.0)


def main():
    if sys.argv[1] in ("bulk", "embedded", "embedded-cached"):
        where, files, ids = sys.argv[2], sys.argv[3:5], sys.argv[5:]
        ask = CASClient(where).batch_extract if sys.argv[1] == "bulk" else embedded(where)
        if sys.argv[1] == "embedded-cached":
            table(ask, *files, ids)
        table(ask, *files, ids)()
        return
    case, url, seconds, calls, ids = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), sys.argv[5:]
    if case == "cold":
        print(len(CASClient(url).extract(polygon(10, 0), ids).results))
    elif case == "concurrent":
        asyncio.run(concurrent(url, ids, seconds))
    else:
        sequential(url, case, ids, seconds, calls)


main()
