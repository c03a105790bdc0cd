"""The service with one provider more: the distance from a point to the nearest gauge."""

from math import cos, hypot, radians

from cas.api.app import create_app
from cas.connectors.base import BaseConnector
from cas.core.exceptions import DataFormatError
from cas.core.models import AttributeResult, BoundingBox, Dataset, Protocol, Variable
from cas.core.registry import register

GAUGES = {"New River": (-84.33, 36.38), "Coal Creek": (-84.18, 36.22)}  # made up
KILOMETRES_PER_DEGREE = 111.2


class MyGauges(BaseConnector):
    slug = "my_gauges"
    display_name = "My gauges"
    base_url = "http://localhost/gauges"
    protocol = "rest"

    async def list_datasets(self):
        return [
            Dataset(
                id="my_gauges:distance",
                provider=self.slug,
                name="Distance to the nearest gauge",
                variables=[Variable(name="distance", units="km")],
                resolution_m=1,
                bbox=BoundingBox(min_lon=-180, min_lat=-90, max_lon=180, max_lat=90),
                protocol=Protocol.REST,
            )
        ]

    async def extract(self, dataset_id, geometry, time_range=None):
        if geometry.type != "Point":
            raise DataFormatError(self.slug, "give a point")
        lon, lat = geometry.coordinates[:2]
        distances = {
            name: KILOMETRES_PER_DEGREE * hypot((lon - x) * cos(radians(lat)), lat - y)
            for name, (x, y) in GAUGES.items()
        }
        nearest = min(distances, key=distances.get)
        return AttributeResult(
            dataset_id=dataset_id,
            variable="distance",
            value=round(distances[nearest], 1),
            units="km",
            aggregation="mean",
            quality="good",
            coverage_fraction=1.0,
            pixel_count=1,
            provider=self.slug,
            provenance=f"gauge {nearest}",
        )


def create():
    register(MyGauges.slug)(MyGauges)
    return create_app()
