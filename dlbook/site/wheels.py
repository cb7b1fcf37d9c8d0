"""Wheels for a browser: dlbook's learner half, and the pure packages that it needs.

They are made from what is installed here, so nothing is downloaded. A wheel is a zip file with the
files of a package and a folder that names it.
"""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.roles import role
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Cell, canonical, read
from dlbook.grading.package import PACKAGE
from dlbook.site.torch_free import torch_free
from dlbook.version import version

PURE = {  # package: what it is imported as, and the packages that it does not work without
    "lazy_loader": ("lazy_loader", ["packaging"]),
    "comm": ("comm", ["traitlets"]),
    "tqdm": ("tqdm", []),
    "typing_extensions": ("typing_extensions", []),
    "psygnal": ("psygnal", ["typing-extensions"]),
    "ipywidgets": ("ipywidgets", ["comm", "ipython", "traitlets"]),
    "anywidget": ("anywidget", ["ipywidgets", "psygnal", "typing-extensions"]),
}
_CLOSED = (
    "grading",
    "cli",
    "workspace",
    "edition",
    "site",
    "keys",  # those of the course come instead
    "__main__.py",
    "course",
)  # not for a browser
_LEFT_OUT = ("*.so", "*.pyd", "*.pyc", "*/tests/*", "*.map", "*/node_modules/*")
_YEAR = (2020, 1, 1, 0, 0, 0)  # of every file, so that the same content gives the same wheel


@dataclass(frozen=True)
class Wheel:
    """A wheel with what Pyodide has to know about it; `imports` is one top-level name."""

    name: str
    version: str
    imports: str
    depends: tuple[str, ...]
    file: str
    data: bytes


def all_of(course: Path) -> list[Wheel]:
    """Return every wheel that is added to Pyodide for a course.

    Raises:
        UserError: if a package to make one from is not installed.
    """
    return [*of_installed(), *of_kernel(), of_dlbook(course)]


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip file with the given files, each compressed as far as it goes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name, _YEAR)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def without(data: bytes, patterns: Iterable[str]) -> bytes:
    """Return a wheel without the files whose names fit one of the patterns."""
    patterns = list(patterns)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        kept = [name for name in names if not any(fnmatch(name, it) for it in patterns)]
        return packed((name, archive.read(name)) for name in kept)


def of_installed() -> list[Wheel]:
    """Return a wheel of each pure package that learners need, as it is installed here.

    Raises:
        UserError: if one is missing.
    """
    return [_of_installed(name, *entry) for name, entry in PURE.items()]


def _of_installed(name: str, imports: str, depends: list[str]) -> Wheel:
    found = _installed(name)
    names = [str(path) for path in found.files or () if not str(path).startswith("..")]
    names = [it for it in names if not any(fnmatch(it, pattern) for pattern in _LEFT_OUT)]
    files = {it: Path(str(found.locate_file(it))) for it in names}
    data = {it: path.read_bytes() for it, path in files.items() if path.is_file()}
    return _wheel(name, found.version, imports, depends, data)


def _wheel(
    name: str, number: str, imports: str, depends: list[str], files: dict[str, bytes]
) -> Wheel:
    notes = f"{name}-{number}.dist-info"
    files = {it: data for it, data in files.items() if ".dist-info/" not in it}
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n"
    files[f"{notes}/METADATA"] = about.encode()
    files[f"{notes}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{notes}/RECORD"] = "".join(f"{it},,\n" for it in files).encode()
    data = packed(sorted(files.items()))
    file = f"{name}-{number}-py3-none-any.whl"
    return Wheel(name.replace("_", "-"), number, imports, tuple(depends), file, data)


# ---- the kernel ----

KERNEL = {  # package of JupyterLite's Python kernel: the packages that it does not work without
    "piplite": ["micropip"],
    "ipykernel": [],
    "pyodide_kernel": ["comm", "ipykernel", "ipython", "piplite"],
}


def of_kernel() -> list[Wheel]:
    """Return the wheels of the kernel, as JupyterLite brings them.

    Raises:
        UserError: if JupyterLite is not installed.
    """
    found = []
    for path in lab_extension("jupyterlite-pyodide-kernel").glob("static/pypi/*.whl"):
        name, number = path.name.split("-")[:2]
        if name in KERNEL:
            depends = tuple(KERNEL[name])
            wheel = Wheel(name, number, name, depends, path.name, path.read_bytes())
            found.append(wheel)
    stub = {"sqlite3.py": (Path(__file__).parent / "run_here" / "sqlite3.py").read_bytes()}
    return [*found, _wheel("sqlite3", "0", "sqlite3", [], stub)]


def lab_extension(package: str) -> Path:
    """Return the folder in which an installed package has its extension of JupyterLab.

    Raises:
        UserError: if the package is not installed.
    """
    for path in _installed(package).files or ():
        if "labextensions" in path.parts and path.name == "package.json":
            return Path(str(path.locate())).resolve().parent
    raise UserError(
        f"the extension of JupyterLab in {package} is needed, it has none: install it again"
    )


def _installed(name: str) -> metadata.Distribution:
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        raise UserError(
            f"the package {name} is needed to build the site, it is not installed: "
            "run `pip install dlbook[site]`, or `pip install -e .[site]` in a clone"
        ) from None


# ---- dlbook ----


def of_dlbook(course: Path) -> Wheel:
    """Return a wheel of what learners use of dlbook, with the keys and the answers of a course.

    Args:
        course: the folder with exercises/ and solutions/ beside each other.
    """
    files = dict(_learner_half())
    files |= dict(_keys(course))
    files |= dict(_answers(course / "solutions"))
    number = version().split()[0] if version()[0].isdigit() else "0"
    return _wheel("dlbook", number, "dlbook", ["numpy", "lazy-loader"], files)


def _learner_half() -> Iterable[tuple[str, bytes]]:
    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if not path.is_file() or parts[0] in _CLOSED or "__pycache__" in parts:
            continue
        if path.suffix == ".pyi" and path.name != "__init__.pyi":
            continue
        yield f"dlbook/{'/'.join(parts)}", path.read_bytes()


def _keys(course: Path) -> Iterable[tuple[str, bytes]]:
    """Yield the keys of a course, which are those of the package where it has none."""
    own = Course(course).keys
    for path in sorted((own if own.is_dir() else PACKAGE / "keys").glob("*.json")):
        yield f"dlbook/keys/{path.name}", _key(path.read_bytes())


def _key(data: bytes) -> bytes:
    """Return a key that needs no torch to judge what is answered without it."""
    found = json.loads(data)
    found["setup"] = torch_free(found["setup"])
    return json.dumps(found, ensure_ascii=False).encode("utf-8")


def _answers(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Yield the solutions with nothing but the answers, which a learner may ask for."""
    for path in sorted(folder.glob("*.ipynb")):
        cells = [cell for cell in read(path).cells if _is_answer(cell)]
        text = canonical([Cell(cell.kind, cell.source, cell.id) for cell in cells])
        yield f"dlbook/course/solutions/{path.name}", text.encode("utf-8")


def _is_answer(cell: Cell) -> bool:
    found = role(cell.source)
    return cell.kind == "code" and found is not None and found.kind == "answer"
