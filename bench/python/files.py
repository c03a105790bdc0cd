"""Files of features by GDAL (pyogrio): writes them, and reads them beside the clients in Go.

usage: files.py write FEATURES PATH...
       files.py whole PATH
       files.py stream PATH

Reading prints one line of JSON, as the clients in Go do; the checksum is the sum of the property "area". "whole" reads into a
GeoDataFrame, "stream" batch by batch and keeps nothing.
"""
import gc
import json
import resource
import sys
import time


def write(features, paths):
    """The polygons and properties of inputs.go and table.go."""
    import geopandas
    import numpy
    import shapely

    seed = numpy.arange(features)
    lon, lat = -120 + seed % 97 * 0.61803, 30 + seed % 31 * 0.41421
    angle = 2 * numpy.pi * numpy.arange(9) / 9
    x, y = lon[:, None] + 0.05 * numpy.cos(angle), lat[:, None] + 0.05 * numpy.sin(angle)
    positions = numpy.round(numpy.stack([x, y], axis=2), 6)
    positions = numpy.concatenate([positions, positions[:, :1]], axis=1)
    frame = geopandas.GeoDataFrame(
        {"ID": 7_120_000_000 + seed, "name": [f"basin {i}" for i in seed], "area": seed % 1000 + 0.25},
        geometry=shapely.polygons(positions), crs="EPSG:4326")
    for path in paths:
        frame.to_file(path, engine="pyogrio")


def whole(path):
    import pyogrio

    frame = pyogrio.read_dataframe(path)
    return len(frame), float(frame["area"].sum())


def stream(path):
    import pyarrow.compute
    import pyogrio.raw

    count, checksum = 0, 0.0
    with pyogrio.raw.open_arrow(path, use_pyarrow=True) as (_, batches):
        for batch in batches:
            count += len(batch)
            checksum += pyarrow.compute.sum(batch["area"]).as_py()
    return count, checksum


def read(how, path):
    import pyogrio  # noqa: F401
    gc.collect()

    def cpu():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    wall, before = time.perf_counter(), cpu()
    count, checksum = how(path)
    wall, used = time.perf_counter() - wall, cpu() - before
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"calls": 1, "results": count, "checksum": checksum, "wall": wall, "cpu": used, "rss": rss}))


if sys.argv[1] == "write":
    write(int(sys.argv[2]), sys.argv[3:])
else:
    read({"whole": whole, "stream": stream}[sys.argv[1]], sys.argv[2])
