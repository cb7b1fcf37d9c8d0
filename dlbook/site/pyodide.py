"""Pyodide's folder for the site: its own files, each checked by sha256, and our wheels.

`pyodide.toml` lists what the course needs of Pyodide. The files come from a folder or an archive
that somebody has downloaded; it is believed in nothing, since the sha256 of each file is known.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dlbook import atomic
from dlbook.check.errors import UserError
from dlbook.site.wheels import Wheel, packed, without

HERE = Path(__file__).parent
PINNED = tomllib.loads((HERE / "pyodide.toml").read_text("utf-8"))
_KERNEL = "kernel.js"  # what the page loads: Pyodide's own start and our few lines
_INFO = {
    "arch": "wasm32",
    "platform": "emscripten_3_1_58",
    "python": "3.12.7",
    "version": PINNED["version"],
    "abi_version": "2024_0",
}


def write(to: Path, source: Path | None, wheels: Iterable[Wheel]) -> None:
    """Write the folder that a page loads Python from.

    Args:
        to: a folder, which is made.
        source: the folder or the .tar.bz2 of the official distribution.
        wheels: what is added to it.

    Raises:
        UserError: if there is no source, or a file is missing there or not the one that is known.
    """
    files = known_files(source)
    to.mkdir(parents=True, exist_ok=True)
    for name in PINNED["core"]:
        atomic.write(to / name, files[name], sync=False)
    wasm = gzip.compress(files["pyodide.asm.wasm"], 9, mtime=0)
    atomic.write(to / "pyodide.asm.wasm.packed", wasm, sync=False)
    start = re.sub(rb"//# sourceMappingURL=.*", b"", files["pyodide.js"])
    ours = (HERE / "run_here" / _KERNEL).read_bytes()
    atomic.write(to / _KERNEL, start.rstrip() + b"\n" + ours, sync=False)
    packages = {}
    for wheel in [*_official(files), *wheels]:
        entry = _entry(wheel)
        atomic.write(to / entry["file_name"], wheel.data, sync=False)
        packages[re.sub(r"[-_.]+", "-", wheel.name).lower()] = entry
    lock = {"info": _INFO, "packages": packages}
    atomic.write(to / "pyodide-lock.json", json.dumps(lock, sort_keys=True), sync=False)


def _official(files: dict[str, bytes]) -> Iterable[Wheel]:
    """Yield the wheels that come from Pyodide, without what the course never reads."""
    for name, entry in PINNED["packages"].items():
        file = entry["file"]
        number, imports = file.split("-")[1], entry.get("imports", name)
        data = _slim(files[file], entry)
        yield Wheel(name, number, imports, tuple(entry.get("depends", ())), file, data)


def _entry(wheel: Wheel) -> dict[str, Any]:
    """Return what Pyodide's list says of a wheel, whose file is named by its content, too.

    A browser that keeps the wheel of an earlier build would take it for this one, find another
    sha256 and begin without it.
    """
    sha256 = hashlib.sha256(wheel.data).hexdigest()
    name, number, tags = wheel.file.split("-", 2)
    return {
        "name": wheel.name,
        "version": wheel.version,
        "file_name": f"{name}-{number}-0{sha256[:8]}-{tags}",  # a build number begins with a digit
        "sha256": sha256,
        "install_dir": "site",
        "package_type": "package",
        "imports": [wheel.imports],
        "depends": list(wheel.depends),
        "unvendored_tests": False,
    }


# ---- files of the distribution ----


def known_files(source: Path | None) -> dict[str, bytes]:
    """Return the files that the course needs of Pyodide, by name; each is the one that is known.

    Raises:
        UserError: if there is no source, or a file is missing there or another one.
    """
    if source is None or not source.exists():
        what = "none was named" if source is None else f"{source} is not there"
        raise UserError(
            f"Pyodide {PINNED['version']} is needed to run the course in a browser, {what}: "
            f"download {PINNED['address']} and name that file, or the folder it unpacks to, "
            "with --pyodide"
        )
    sums = dict(PINNED["core"])
    sums |= {entry["file"]: entry["sha256"] for entry in PINNED["packages"].values()}
    files = (_from_folder if source.is_dir() else _from_archive)(source, set(sums))
    for name, wanted in sums.items():
        if hashlib.sha256(files.get(name, b"")).hexdigest() != wanted:
            what = "another one is" if name in files else "it is not"
            raise UserError(
                f"the file {name} of Pyodide {PINNED['version']} is needed, {what} in {source}: "
                f"download {PINNED['address']} again"
            )
    return files


def _from_folder(source: Path, names: set[str]) -> dict[str, bytes]:
    inner = source / "pyodide"  # where the archive unpacks to
    places = {name: (inner if inner.is_dir() else source) / name for name in names}
    return {name: path.read_bytes() for name, path in places.items() if path.is_file()}


def _from_archive(source: Path, names: set[str]) -> dict[str, bytes]:
    found = {}
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                file = archive.extractfile(member) if name in names else None
                if file is not None:
                    found[name] = file.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        why = str(error).partition("\n")[0].rstrip(":")  # it tells of each form that it tried
        raise UserError(
            f"the archive of Pyodide is needed, {source} cannot be read ({why}): "
            f"download {PINNED['address']} again"
        ) from error
    return found


# ---- smaller copies ----


def _slim(data: bytes, entry: dict[str, Any]) -> bytes:
    """Return a package without what the course never reads."""
    patterns = entry.get("without")
    if not patterns:
        return data
    return _with_font_list(without(data, patterns))


def _with_font_list(data: bytes) -> bytes:
    """Return matplotlib with a list of its own fonts; another package as it is.

    The list that is in it was written by a newer matplotlib and names the fonts of a Mac. The first
    picture would make a new one, which takes seconds and says so in red.
    """
    path = "matplotlib/fontlist.json"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if path not in files:
        return data
    program = files["matplotlib/font_manager.py"].decode("utf-8")
    fonts = json.loads(files[path])
    own = [font for font in fonts["ttflist"] if f"matplotlib/mpl-data/{font['fname']}" in files]
    fonts["ttflist"] = own
    fonts["afmlist"] = []
    (fonts["_version"],) = map(int, re.findall(r"^    __version__ = (\d+)$", program, re.MULTILINE))
    files[path] = json.dumps(fonts).encode("utf-8")
    return packed(files.items())
