"""jacksboro_fault_dem.npz (matplotlib's sample data) -> elevation.png, 16-bit grey, one grey level a metre.

    pip install numpy pillow
    python make_dem.py path/to/jacksboro_fault_dem.npz

It also prints what model.go and model_test.go state: the georeference, and CRC-32s of the elevations (uint16, little
endian) and of the slope classes (uint8), both row by row from the north-west corner.
"""
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

npz = np.load(sys.argv[1])
dem = npz["elevation"]
dx, dy, west, north = (float(npz[k]) for k in ("dx", "dy", "xmin", "ymax"))  # its ymin is wrong: see doc.go
assert dem.min() >= 0 and np.array_equal(dem, dem.astype("uint16")) and dx == dy
Image.fromarray(dem.astype("uint16")).save(Path(__file__).with_name("elevation.png"), optimize=True)

south = north - dem.shape[0] * dy
gy, gx = np.gradient(dem.astype("float64"), dy * 111_200, dx * 111_200 * np.cos(np.radians((north + south) / 2)))
slope = np.digitize(np.degrees(np.arctan(np.hypot(gx, gy))), [2, 5, 10, 20, 30])
print(f"rows, cols {dem.shape}, west {west!r}, north {north!r}, cell {dx!r}")
print(f"crc32 elevation {zlib.crc32(dem.astype('<u2').tobytes()):#010x}, slope {zlib.crc32(slope.astype('u1').tobytes()):#010x}")
