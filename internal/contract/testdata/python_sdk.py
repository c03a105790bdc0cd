"""Asks the service the same as the Go client, through the Python SDK: one JSON request a line in, one JSON response a line out."""

import json
import sys

from cas.client import CASClient

with CASClient(sys.argv[1], timeout=120.0) as cas:
    for line in sys.stdin:
        request = json.loads(line)
        if isinstance(request.get("time_range"), list):
            request["time_range"] = tuple(request["time_range"])
        ask = cas.batch_extract if "geometries" in request else cas.extract
        print(ask(**request).model_dump_json(), flush=True)
