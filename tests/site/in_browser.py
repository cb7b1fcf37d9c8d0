"""Run chapters in Pyodide, from the first cell to the last, and say how much CPU each takes.

`python -m tests.site.in_browser` runs all; `--chapters 00 05` these; `--sets` the exercise
sets, too, with the course's answers.
It needs node. Pyodide comes from tests.site.carrier, or from the folder that DLBOOK_PYODIDE names.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dlbook.check.roles import role
from dlbook.grading.notebook import read
from dlbook.site import pyodide, wheels
from dlbook.site.copies import copies
from tests import ROOT
from tests.site import carrier

RUNNER = Path(__file__).with_name("run_in_node.mjs")
KERNEL = Path(pyodide.__file__).parent / "run_here" / "kernel.js"


@dataclass(frozen=True)
class Ran:
    """One cell: its id ("" for the start of Python), CPU seconds, how it ended, what it said."""

    id: str
    seconds: float
    problem: str
    stdout: str
    stderr: str
    shown: tuple[str, ...]


def python_folder(to: Path) -> Path:
    """Write the folder that Python is loaded from into `to`, and return it."""
    pyodide.write(to, carrier.folder(), wheels.all_of(ROOT))
    return to


def run(notebook: Path, folder: Path) -> list[Ran]:
    """Run a notebook in a new Python out of `folder`; return what became of its cells."""
    command = ["node", str(RUNNER), str(folder), str(KERNEL), str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"Python did not start or died:\n{done.stderr[-3000:]}")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        Ran(it["id"], it["seconds"], it.get("problem", ""), it["stdout"], it["stderr"], it["shown"])
        for it in found
    ]


def write_copies(to: Path) -> dict[str, Path]:
    """Write the notebooks as they are in a browser into `to`; return their places by path."""
    places = {}
    for path, data in copies(ROOT):
        places[path] = to / path
        places[path].parent.mkdir(parents=True, exist_ok=True)
        places[path].write_bytes(data)
    return places


def answered(copy: Path) -> Path:
    """Write the course's answers into the copy of a set, and return it."""
    answers = {}
    for cell in read(ROOT / "solutions" / copy.name).cells:
        if cell.role and cell.role.kind == "answer":
            answers[cell.role.name] = cell.source
    notebook = json.loads(copy.read_text("utf-8"))
    for cell in notebook["cells"]:
        found = role("".join(cell["source"]))
        if found and found.kind == "answer":
            cell["source"] = answers[found.name].splitlines(keepends=True)
    copy.write_text(json.dumps(notebook), "utf-8")
    return copy


def wrong(cells: list[Ran]) -> list[str]:
    """Return the cards of a set with the course's answers that do not say that all is right."""
    cards = [text for cell in cells for text in cell.shown if text.startswith(("✓", "✗", "○"))]
    return [card for card in cards if not card.startswith("✓")]


def report(name: str, cells: list[Ran]) -> bool:
    """Print a line for a notebook and one for each cell that failed; return whether none did."""
    start, *rest = cells
    slowest = max(rest, key=lambda cell: cell.seconds)
    failed = [cell for cell in rest if cell.problem]
    absent = sum("is not installed" in cell.stdout for cell in rest)
    print(
        f"{name:36} {len(rest) - len(failed):3} cells ran, {len(failed)} failed, "
        f"{absent} without torch, {sum(cell.seconds for cell in rest):6.1f} CPU s "
        f"(slowest {slowest.seconds:.1f}: {slowest.id}), Python began in {start.seconds:.1f}",
        flush=True,
    )
    for cell in failed:
        print(f"  {cell.id}: {cell.problem}")
    for cell in rest:
        if cell.stderr:
            print(f"  {cell.id} says in red: {cell.stderr.strip()[:300]}")
    for card in wrong(rest):
        print(f"  {card[:300]}")
    return not failed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chapters", nargs="*", default=[], help="numbers such as 05; all")
    parser.add_argument("--sets", action="store_true", help="the sets with their answers, too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = python_folder(Path(place, "pyodide"))
        found = write_copies(Path(place, "copies"))
        chosen = [path for path in found if path.startswith("chapters/") or options.sets]
        if options.chapters:
            chosen = [path for path in chosen if Path(path).name[:2] in options.chapters]
        for path in chosen:
            if path.startswith("exercises/"):
                answered(found[path])
        results = [report(path, run(found[path], folder)) for path in chosen]
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
