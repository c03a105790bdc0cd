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


def create(home: Path) -> None:
    """Creates an empty environment.

    One at a time: this process writes the environment's programs, and a process that another thread starts meanwhile
    inherits them open for writing, so that running them fails as "text file busy".
    """
    (home / "complete").unlink(missing_ok=True)
    venv.create(home, clear=True, with_pip=True)


def install(home: Path, version: str) -> None:
    """Installs one version of the service and its pins into its environment."""
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    pins = [argument for name in ENVIRONMENTS[version] for argument in ("-r", str(HERE / name))]
    subprocess.run([*pip, "install", f"community-attribute-service[api]=={version}", *pins], check=True)
    subprocess.run([*pip, "check"], check=True)
    # Written last: an environment without it was interrupted and is made anew.
    (home / "complete").write_text(fingerprint(version))


def is_complete(home: Path, version: str) -> bool:
    stamp = home / "complete"
    return stamp.is_file() and stamp.read_text() == fingerprint(version)


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"{sys.executable} is Python {sys.version.split()[0]}; 3.11 or newer is needed", file=sys.stderr)
        return 1
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".venv").resolve()
    homes = {version: directory / f"service-{version}" for version in ENVIRONMENTS}
    missing = {version: home for version, home in homes.items() if not is_complete(home, version)}
    for home in missing.values():
        create(home)
    status = 0
    with ThreadPoolExecutor() as pool:
        started = {version: pool.submit(install, home, version) for version, home in missing.items()}
        for version, outcome in started.items():
            try:
                outcome.result()
                print(f"{homes[version]} created", flush=True)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"service-{version} could not be created: {error}", file=sys.stderr)
                status = 1
    if not missing:
        print(f"the environments in {directory} are up to date")
    return status


if __name__ == "__main__":
    sys.exit(main())
