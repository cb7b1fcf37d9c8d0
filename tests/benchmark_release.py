"""How long does the release of a set take that is in order? Run by hand.

`python tests/benchmark_release.py` copies the course, builds the set there if its key is stale,
which is not counted, and releases it alone into a new folder and once more into the same. It ends
with 1 if one of the two takes ten seconds or more by the clock.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from tests import ROOT

_MOST = 10.0  # seconds
_FOLDERS = ("chapters", "exercises", "solutions", "dlbook/keys")


def main() -> int:
    """Print a row for each release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="05", help="which set (default: 05)")
    options = parser.parse_args()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as place:
        course = Path(place) / "course"
        for folder in _FOLDERS:
            shutil.copytree(ROOT / folder, course / folder)
        for name in ("pyproject.toml", "LICENSE"):
            shutil.copy(ROOT / name, course)
        _run(course, "build", options.set)
        print("release of one set        wall s   CPU s")
        for what in ("into a new folder", "into the same again"):
            command = ["release", f"{place}/handout", "--set", options.set]
            wall, cpu = _run(course, *command)
            print(f"{what:23}{wall:9.1f}{cpu:8.1f}")
            slowest = max(slowest, wall)
    return 0 if slowest < _MOST else 1


def _run(course: Path, *words: str) -> tuple[float, float]:
    """Run one verb and return its seconds by the clock, and of the processor."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "dlbook", "--course", str(course), *words]
    before, started = _cpu(), monotonic()
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True)
    return monotonic() - started, _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
