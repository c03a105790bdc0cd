#!/usr/bin/env python3
"""Creates the Python environments that the live tests run against.

    python3 internal/contract/service/make_env.py [DIRECTORY]

One environment for each published version of community-attribute-service,
under DIRECTORY (default: .venv in the root of the checkout), by name
service-0.4.0, service-0.2.0 and service-0.1.0, every package pinned. What is
up to date is left alone, so the command may be repeated at no cost. It needs
Python 3.11 or newer and pip's usual access to packages.
"""

import hashlib
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

# Version of the service, and the files that pin what is installed with it.
ENVIRONMENTS = {
    "0.4.0": ["requirements.txt", "requirements-tools.txt"],
    "0.2.0": ["requirements.txt"],
    "0.1.0": ["requirements.txt"],
}


def fingerprint(version: str) -> str:
    """Changes when anything does that decides what the environment holds."""
    digest = hashlib.sha256()
    digest.update(f"{version} {sys.version} {sys.base_prefix}".encode())
    for name in ENVIRONMENTS[version]:
        digest.update((HERE / name).read_bytes())
    return digest.hexdigest()


def ensure(directory: Path, version: str) -> str:
    """Creates one environment unless it is there and complete; says what it did."""
    home = directory / f"service-{version}"
    # Written last: an environment without it was interrupted and is made anew.
    stamp, wanted = home / "complete", fingerprint(version)
    if stamp.is_file() and stamp.read_text() == wanted:
        return f"{home} is up to date"

    stamp.unlink(missing_ok=True)
    venv.create(home, clear=True, with_pip=True)
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    pins = [argument for name in ENVIRONMENTS[version] for argument in ("-r", str(HERE / name))]
    subprocess.run([*pip, "install", f"community-attribute-service[api]=={version}", *pins], check=True)
    subprocess.run([*pip, "check"], check=True)
    stamp.write_text(wanted)
    return f"{home} created"


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"{sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed", file=sys.stderr)
        return 1
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv").resolve()
    status = 0
    with ThreadPoolExecutor() as pool:
        started = {version: pool.submit(ensure, directory, version) for version in ENVIRONMENTS}
        for version, outcome in started.items():
            try:
                print(outcome.result(), flush=True)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"service-{version} could not be created: {error}", file=sys.stderr)
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
