"""The real service with ten datasets that need nothing upstream: what is measured is the service itself.

The connector inherits BaseConnector as it is shipped, as most connectors do.
"""

from cas.connectors.base import BaseConnector
from cas.core.models import (
    AggregationMethod,
    AttributeResult,
    BoundingBox,
    Dataset,
    DataType,
    Protocol,
    QualityFlag,
    Variable,
)
from cas.core.registry import register

ELEVATION = Variable(name="elevation", units="m", data_type=DataType.CONTINUOUS, valid_range=(-500, 9000))
WORLD = BoundingBox(min_lon=-180, min_lat=-90, max_lon=180, max_lat=90)


@register("bench")
class Bench(BaseConnector):
    slug, display_name, base_url, protocol = "bench", "Nothing upstream", "https://localhost/bench", "rest"

    async def list_datasets(self):
        return [
            Dataset(
                id=f"bench:{i}", provider=self.slug, name=f"Dataset {i}", variables=[ELEVATION], resolution_m=30, bbox=WORLD,
                protocol=Protocol.REST,
            )
            for i in range(10)
        ]  # fmt: skip

    async def extract(self, dataset_id, geometry, time_range=None):
        return AttributeResult(
            dataset_id=dataset_id, variable="elevation", value=1076.5, units="m", aggregation=AggregationMethod.MEAN,
            quality=QualityFlag.GOOD, coverage_fraction=1.0, pixel_count=9, provider=self.slug, elapsed_ms=0, provenance="made up",
        )  # fmt: skip


def create():
    from cas.api.app import create_app

    return create_app()
