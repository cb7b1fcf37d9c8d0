"""Runs of notebooks elsewhere, and what differs between the texts of two runs."""

import os
import re
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from itertools import zip_longest
from pathlib import Path

import numpy as np
from nbval.plugin import get_sanitize_patterns

from dlbook.grading.course.execute import execute
from dlbook.grading.notebook import Cell
from tests import ROOT
from tests.style.sheet import joined

CLOCK = re.compile(r"\b(measure|perf_counter|process_time|timeit)\(")
BLOCK = "import sys\nsys.modules['torch'] = None\n"


def run(cells: Iterable[Cell], folder: Path, environment: dict[str, str]) -> list[Cell]:
    """Return the code cells with the outputs of a run in a fresh kernel."""
    return execute([cell for cell in cells if cell.kind == "code"], folder, environment)


def other_machine() -> dict[str, str]:
    """Return variables under which sums are added up in another order, as on other machines."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": " ".join(found),
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
    }


def without_torch(folder: Path) -> dict[str, str]:
    """Return variables under which a kernel finds no torch; a file in `folder` sees to it."""
    (folder / "sitecustomize.py").write_text(BLOCK, "utf-8")
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


# ---- comparing ----


@cache
def patterns() -> list[tuple[str, str]]:
    """Return what pyproject.toml tells nbval to even out."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]
    (file,) = re.findall(r"--nbval-sanitize-with=(\S+)", options["ini_options"]["addopts"])
    return [*get_sanitize_patterns((ROOT / file).read_text("utf-8"))]


def sanitized(text: str) -> str:
    for regex, replacement in patterns():
        text = re.sub(regex, replacement, text)
    return text


def texts(cell: Cell) -> list[str]:
    """Return all lines of text in the outputs of a cell, alt texts and boxes included."""
    found: list[str] = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.get("text", data.get("text/plain", ""))
        found += joined(text).splitlines()
    return found


def as_printed(text: str) -> str:
    return text


def differences(
    cells: Iterable[Cell], others: Iterable[Cell], even: Callable[[str], str] = sanitized
) -> list[str]:
    """Return the first line of text that differs in each cell between two runs of the same.

    Args:
        cells: as they ran once.
        others: the same, as they ran another time.
        even: what is done to a line before it is compared; a cell that tells the time is sanitized.
    """
    found: dict[str, str] = {}
    for cell, other in zip(cells, others, strict=True):
        same = sanitized if CLOCK.search(cell.source) else even
        for one, two in zip_longest(texts(cell), texts(other), fillvalue=""):
            if same(one) != same(two):
                found.setdefault(cell.id, f"cell {cell.id}: {one!r}, then {two!r}")
    return [*found.values()]
