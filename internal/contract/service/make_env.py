#!/usr/bin/env python3
"""Creates the Python environments that the tests run against.

    python3 internal/contract/service/make_env.py [DIRECTORY [NAME...]]

One environment for each published version of community-attribute-service,
under DIRECTORY (default: .venv in the root of the checkout), by name
service-0.4.0, service-0.2.0 and service-0.1.0; one, judges, with the libraries
that judge reference systems and file formats (PROJ, GDAL, GeoPandas and others);
one, snakemake, with the workflow engine that runs deploy/snakemake; and one, site, that builds
the site of the documents. Every package is pinned. NAME limits the command to some of them.
What is up to date is left alone, so the command may be repeated at no cost. It
needs Python 3.11 or newer and pip's usual access to packages.
"""

import hashlib
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# Name of the environment, the package that it is for, if one, and the files that
# pin everything else in it.
SERVICE = "community-attribute-service[api]=="
ENVIRONMENTS = {
    "service-0.4.0": ([SERVICE + "0.4.0"], ["requirements.txt", "requirements-tools.txt"]),
    "service-0.2.0": ([SERVICE + "0.2.0"], ["requirements.txt"]),
    "service-0.1.0": ([SERVICE + "0.1.0"], ["requirements.txt"]),
    "judges": ([], ["requirements-judges.txt"]),
    "snakemake": ([], ["requirements-snakemake.txt"]),
    "site": ([], ["requirements-site.txt"]),
}

# What is installed without the packages that it asks for. Of neuralhydrology the
# tests run the loaders of attributes, which need pandas only; it asks for PyTorch.
ALONE = {"judges": ["neuralhydrology==1.13.0"]}


def fingerprint(name: str) -> str:
    """Changes when anything does that decides what the environment holds."""
    packages, files = ENVIRONMENTS[name]
    digest = hashlib.sha256()
    digest.update(f"{packages} {ALONE.get(name, [])} {sys.version} {sys.base_prefix}".encode())
    for file in files:
        digest.update((HERE / file).read_bytes())
    return digest.hexdigest()


def create(home: Path) -> None:
    """Creates an empty environment.

    One at a time: this process writes the environment's programs, and a process that another thread starts meanwhile
    inherits them open for writing, so that running them fails as "text file busy".
    """
    (home / "complete").unlink(missing_ok=True)
    venv.create(home, clear=True, with_pip=True)


def install(home: Path, name: str) -> None:
    """Installs the packages of an environment."""
    packages, files = ENVIRONMENTS[name]
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    pins = [argument for file in files for argument in ("-r", str(HERE / file))]
    subprocess.run([*pip, "install", *packages, *pins], check=True)
    subprocess.run([*pip, "check"], check=True)
    if alone := ALONE.get(name):
        subprocess.run([*pip, "install", "--no-deps", *alone], check=True)
    # Written last: an environment without it was interrupted and is made anew.
    (home / "complete").write_text(fingerprint(name))


def is_complete(home: Path, name: str) -> bool:
    stamp = home / "complete"
    return stamp.is_file() and stamp.read_text() == fingerprint(name)


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"{sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed", file=sys.stderr)
        return 1
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv").resolve()
    names = sys.argv[2:] or list(ENVIRONMENTS)
    if unknown := set(names) - set(ENVIRONMENTS):
        print(f"no such environment: {', '.join(sorted(unknown))}; there are {', '.join(ENVIRONMENTS)}", file=sys.stderr)
        return 1
    homes = {name: directory / name for name in names}
    missing = {name: home for name, home in homes.items() if not is_complete(home, name)}
    for home in missing.values():
        create(home)
    status = 0
    with ThreadPoolExecutor() as pool:
        started = {name: pool.submit(install, home, name) for name, home in missing.items()}
        for name, outcome in started.items():
            try:
                outcome.result()
                print(f"{homes[name]} created", flush=True)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"{name} could not be created: {error}", file=sys.stderr)
                status = 1
    if not missing:
        print(f"the environments in {directory} are up to date")
    return status


if __name__ == "__main__":
    sys.exit(main())
