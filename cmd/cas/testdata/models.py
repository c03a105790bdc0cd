"""Read tables of `cas extract` by neuralhydrology's own loaders of attributes, for a generic dataset and for Caravan.

    python models.py generic.csv caravan.csv full.csv

The loaders' modules are loaded by themselves: their base classes are for training, and want PyTorch. Prints JSON.
"""

import importlib.util
import json
import shutil
import sys
import tempfile
import types
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pandas as pd

for name, member in (("neuralhydrology.datasetzoo.basedataset", "BaseDataset"), ("neuralhydrology.utils.config", "Config")):
    sys.modules[name] = types.ModuleType(name)
    setattr(sys.modules[name], member, object)


def load(name: str):
    path = distribution("neuralhydrology").locate_file(f"neuralhydrology/datasetzoo/{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generic_csv, caravan_csv, full_csv = sys.argv[1:]
full = pd.read_csv(full_csv, dtype={"HYBAS_ID": str}, float_precision="round_trip").set_index("HYBAS_ID")
with tempfile.TemporaryDirectory() as folder:
    home = Path(folder)
    (home / "attributes" / "jack").mkdir(parents=True)
    shutil.copy(generic_csv, home / "attributes" / "attributes.csv")
    generic = load("genericdataset").load_attributes(home, basins=list(full.index))
    (home / "attributes" / "attributes.csv").unlink()
    shutil.copy(caravan_csv, home / "attributes" / "jack" / "attributes_caravan_jack.csv")
    caravan = load("caravan").load_caravan_attributes(home, basins=[f"jack_{i}" for i in full.index])


def close(frame: pd.DataFrame) -> bool:
    """The loaders read numbers by pandas' fast parser, whose last bit may differ."""
    return all(np.allclose(frame[c].to_numpy(), full[c].fillna(0).to_numpy(), rtol=1e-15, atol=0) for c in frame.columns)


print(json.dumps({
    "generic": {"basins": len(generic), "columns": sorted(generic.columns), "numeric": bool(all(t.kind == "f" for t in generic.dtypes)), "equal": close(generic), "null": int(generic.isna().sum().sum())},
    "caravan": {"basins": len(caravan), "columns": sorted(caravan.columns), "numeric": bool(all(t.kind == "f" for t in caravan.dtypes)), "equal": close(caravan), "first": caravan.index[0]},
}))
