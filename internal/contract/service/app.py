"""The real CAS service over a real elevation model, offline.

``create`` is an ASGI application factory: the published service's own
application plus three providers and two routes that exist only here.

* ``local_dem`` answers from a USGS elevation model of Tennessee
  (``jacksboro_fault_dem.npz``): elevation, slope classes, a daily series, ten
  forms of time stamp, and one dataset for every way in which a connector is
  known to fail.
* ``local_broken`` fails when its catalog is listed.
* ``local_nancat`` has NaN and infinity in its catalog.
* ``/__harness__/upstream`` and ``/__harness__/crash`` raise inside the
  application, since no real route reaches its 502 handler.

It runs with versions 0.4.0, 0.2.0 and 0.1.0 of community-attribute-service.

The model is SRTM-based USGS data of 3 arc-seconds, in the public domain, in
the form in which matplotlib ships it among its sample data.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from cas.connectors.base import BaseConnector
from cas.core.exceptions import ConnectorError, DataFormatError
from cas.core.models import (
    AggregationMethod,
    AttributeResult,
    BoundingBox,
    Dataset,
    DataType,
    Protocol,
    QualityFlag,
    TemporalExtent,
    TemporalType,
    Variable,
)
from cas.core.registry import register
from cas.extract.zonal import compute_zonal_stats, rasterize_geometry
from rasterio.transform import from_origin

UTC = timezone.utc


def zone(hours: int, minutes: int = 0, seconds: int = 0) -> timezone:
    return timezone(timedelta(hours=hours, minutes=minutes, seconds=seconds))


# ── The elevation model ──────────────────────────────────────────────────────

NODATA = -32768.0

with np.load(Path(__file__).with_name("jacksboro_fault_dem.npz")) as model:
    ELEVATION = model["elevation"].astype("float64")
    DX, DY = float(model["dx"]), float(model["dy"])
    # Row 0 is the northern edge, at the file's "ymax". Its "ymin" is wrong:
    # only counted from "ymax" does the summit (1076 m) fall on Cross Mountain,
    # Tennessee (36.1983 N, 84.2306 W).
    WEST, NORTH = float(model["xmin"]), float(model["ymax"])

EAST = WEST + ELEVATION.shape[1] * DX
SOUTH = NORTH - ELEVATION.shape[0] * DY
TRANSFORM = from_origin(WEST, NORTH, DX, DY)


def _slope_classes() -> np.ndarray:
    """Slope in degrees, cut at 2, 5, 10, 20 and 30 into the classes 0 to 5."""
    metres_per_degree = 111_200
    row_spacing = DY * metres_per_degree
    column_spacing = DX * metres_per_degree * np.cos(np.radians((NORTH + SOUTH) / 2))
    down, across = np.gradient(ELEVATION, row_spacing, column_spacing)
    degrees = np.degrees(np.arctan(np.hypot(across, down)))
    return np.digitize(degrees, [2, 5, 10, 20, 30]).astype("float64")


SLOPE_CLASS = _slope_classes()


# ── Datasets that answer as they should ──────────────────────────────────────

ELEVATION_VARIABLE = Variable(
    name="elevation",
    units="m",
    description="Ground elevation",
    valid_range=(-500, 9000),
    nodata_value=NODATA,
)
SLOPE_VARIABLE = Variable(
    name="slope_class", units="class", data_type=DataType.CATEGORICAL, valid_range=(0, 5)
)
FAULT_VARIABLE = Variable(name="x", units="1")

# Elevation once more, each under a time stamp of another form: the service
# sends what the connector gave, with or without a zone.
STAMPS = {
    "ts_naive": datetime(2020, 1, 2, 3, 4, 5),
    "ts_utc": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    "ts_plus2": datetime(2020, 1, 2, 3, 4, 5, tzinfo=zone(2)),
    "ts_plus0530_micro": datetime(2020, 1, 2, 3, 4, 5, 120000, tzinfo=zone(5, 30)),
    "ts_micro": datetime(2020, 1, 2, 3, 4, 5, 123456),
    "ts_milli_utc": datetime(2020, 1, 2, 3, 4, 5, 7000, tzinfo=UTC),
    "ts_midnight": datetime(2020, 1, 2),
    "ts_minus_secs": datetime(1900, 1, 1, tzinfo=zone(-4, -56, -2)),
    "ts_year1": datetime(1, 1, 1),
    "ts_max": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
}

# The same forms in the catalog; every other dataset has an empty extent.
EXTENTS = {
    "slope_class": TemporalExtent(
        start=datetime(2000, 2, 11), end=datetime(2000, 2, 22), temporal_type=TemporalType.STATIC
    ),
    "elevation_daily": TemporalExtent(
        start=datetime(2000, 1, 1, tzinfo=UTC), end=None, temporal_type=TemporalType.DAILY
    ),
    "ts_naive": TemporalExtent(
        start=datetime(2000, 1, 1, 0, 0, 0, 500000),
        end=datetime(2021, 6, 30, 23, 59, 59, tzinfo=zone(2)),
        temporal_type=TemporalType.MONTHLY,
    ),
}


# ── Datasets that fail ───────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """What a connector hands to the service in place of a computed statistic."""

    value: object
    quality: QualityFlag = QualityFlag.GOOD
    coverage: float = 1.0
    pixels: int = 1
    variable: str = "x"


ODD_ANSWERS = {
    "nan": Answer(float("nan"), pixels=9),
    "inf": Answer(float("inf"), pixels=9),
    "neginf": Answer(float("-inf"), pixels=9),
    "nandict": Answer({"1": float("nan"), "2": 0.5}, pixels=9),
    "none": Answer(None, QualityFlag.MISSING, coverage=0.0, pixels=0),
    "format": Answer("oops"),  # refused by the service's own model
    "badcoverage": Answer(1.0, coverage=1.5),  # likewise
    "suspect": Answer(9.9e9, variable="elevation"),  # far outside the variable's range
    "partial": Answer(5.0, coverage=0.5, pixels=5),
    "lowcov": Answer(5.0, coverage=0.1),
    "emptydict": Answer({}, QualityFlag.ESTIMATED),
    "bigint": Answer(2**60, QualityFlag.DEGRADED, pixels=2**40),
    "unicode": Answer({"for\u00eat": 0.25, "a/b": 0.75}, pixels=4),
}

ERRORS: dict[str, Callable[[], BaseException]] = {
    "fail": lambda: ConnectorError("local_dem", "upstream returned HTTP 503"),
    "multiline": lambda: ConnectorError("local_dem", "line one\nline two: key=\u00e9\u20ac"),
    "boom": lambda: RuntimeError("boom: unexpected internal state"),
    "cancel": lambda: asyncio.CancelledError("upstream cancelled"),
}

SLOW_SECONDS = 3  # "slow" answers well, but late: for provider and request time limits

# The order of the catalog.
FAULTS = [
    "fail", "nan", "inf", "neginf", "nandict", "none", "slow", "boom", "format", "cancel", "badcoverage",
    "suspect", "partial", "lowcov", "emptydict", "bigint", "unicode", "multiline",
]  # fmt: skip
KEYS = ["elevation", "slope_class", "elevation_daily", *FAULTS, *STAMPS]


# ── The providers ────────────────────────────────────────────────────────────


def _dataset(key: str) -> Dataset:
    if key == "slope_class":
        variable = SLOPE_VARIABLE
    elif key in FAULTS:
        variable = FAULT_VARIABLE
    else:
        variable = ELEVATION_VARIABLE
    return Dataset(
        id=f"local_dem:{key}",
        provider="local_dem",
        name=f"Jacksboro fault {key}",
        description="USGS DEM shipped with matplotlib",
        variables=[variable],
        resolution_m=92.66,
        crs="EPSG:4326",
        bbox=BoundingBox(min_lon=WEST, min_lat=SOUTH, max_lon=EAST, max_lat=NORTH),
        temporal=EXTENTS.get(key, TemporalExtent()),
        protocol=Protocol.REST,
        license="Public domain",
        citation="U.S. Geological Survey",
    )


def _zonal(geometry, grid: np.ndarray, aggregation: AggregationMethod, data_type: DataType) -> Answer:
    """The statistic of the pixels that the geometry touches, by the service's own functions."""
    mask = rasterize_geometry(geometry.model_dump(), grid.shape, TRANSFORM, "EPSG:4326")
    value, coverage, pixels = compute_zonal_stats(grid, mask, NODATA, aggregation, data_type)
    if coverage == 0:
        quality = QualityFlag.MISSING
    else:
        quality = QualityFlag.GOOD if coverage > 0.8 else QualityFlag.PARTIAL
    return Answer(value, quality, coverage, pixels)


class LocalDEM(BaseConnector):
    """Statistics of the elevation model, and every known way to fail."""

    slug = "local_dem"
    display_name = "Local Jacksboro fault DEM"
    base_url = "http://localhost/dem"
    protocol = "rest"

    async def list_datasets(self):
        return [_dataset(key) for key in KEYS]

    async def extract(self, dataset_id, geometry, time_range=None):
        started = time.monotonic()
        key = dataset_id.partition(":")[2]
        if key not in KEYS:
            raise DataFormatError(self.slug, f"Unknown dataset: {key}")
        if key in ERRORS:
            raise ERRORS[key]()

        aggregation, timestamp = AggregationMethod.MEAN, STAMPS.get(key)
        if key == "slope_class":
            aggregation, units, variable = AggregationMethod.DISTRIBUTION, "class", "slope_class"
            answer = _zonal(geometry, SLOPE_CLASS, aggregation, DataType.CATEGORICAL)
        elif key in FAULTS:
            if key == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            # Also for an answer that is made up: a geometry that the service's
            # mask function refuses fails here as with any connector.
            computed = _zonal(geometry, ELEVATION, aggregation, DataType.CONTINUOUS)
            answer = ODD_ANSWERS.get(key, computed)
            units, variable = "1", answer.variable
        else:
            units, variable = "m", "elevation"
            answer = _zonal(geometry, ELEVATION, aggregation, DataType.CONTINUOUS)
            if key == "elevation_daily" and time_range:
                timestamp = time_range.start  # shows how the service understood it

        return AttributeResult(
            dataset_id=dataset_id,
            variable=variable,
            value=answer.value,
            units=units,
            aggregation=aggregation,
            quality=answer.quality,
            coverage_fraction=answer.coverage,
            pixel_count=answer.pixels,
            timestamp=timestamp,
            provider=self.slug,
            elapsed_ms=int((time.monotonic() - started) * 1000),
            provenance=f"jacksboro_fault_dem/{key}",
        )


class BrokenCatalog(LocalDEM):
    """The service answers for it with 200 and no datasets."""

    slug, display_name = "local_broken", "Provider whose catalog call fails"

    async def list_datasets(self):
        raise ConnectorError(self.slug, "catalog offline")


class NaNCatalog(LocalDEM):
    """The service sends NaN and infinity as null."""

    slug, display_name = "local_nancat", "Provider with NaN/Inf in its catalog"

    async def list_datasets(self):
        odd = {"id": "local_nancat:a", "provider": self.slug}
        return [
            _dataset("elevation").model_copy(update={**odd, "resolution_m": resolution})
            for resolution in (float("nan"), float("inf"))
        ]


# ── The application ──────────────────────────────────────────────────────────


def create():
    """The service's own application, with the providers and routes of this module."""
    for connector in (LocalDEM, BrokenCatalog, NaNCatalog):
        register(connector.slug)(connector)

    from cas.api.app import create_app

    app = create_app()

    @app.get("/__harness__/upstream", include_in_schema=False)
    async def _upstream():
        raise ConnectorError("local_dem", "synthetic")

    @app.get("/__harness__/crash", include_in_schema=False)
    async def _crash():
        raise ZeroDivisionError("synthetic")

    return app
