"""The published service, with the addresses of two providers changed to the one of a test (PROVIDER_URL)."""

import os
import sys


def create():
    from cas.api.app import create_app
    from cas.connectors import france_dem, swiss_dem

    url = os.environ["PROVIDER_URL"]
    france_dem.FranceDEMConnector.base_url = url
    swiss_dem.SwissDEMConnector.base_url = swiss_dem.STAC_URL = url + "/api/stac/v1"
    return create_app()


def write_cog(source, target):
    """Writes the elevation model of the contract tests as a cloud-optimized GeoTIFF."""
    import numpy
    import rasterio
    from rasterio.transform import from_origin

    with numpy.load(source) as model:
        elevation = model["elevation"].astype("float32")
    with rasterio.open(
        target, "w", driver="COG", blocksize=256, count=1, dtype="float32", nodata=-32768.0, crs="EPSG:4326",
        height=elevation.shape[0], width=elevation.shape[1], transform=from_origin(7.0, 47.0, 1 / 1200, 1 / 1200),
    ) as cog:
        cog.write(elevation, 1)


if __name__ == "__main__":
    write_cog(*sys.argv[1:])
