"""Which files of the package travel with a grader: whatever it runs or shows to a kernel."""

from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
PRIVATE = ("course", "keys")  # folders with answers, which no student's code may see


def package_files(package: Path = PACKAGE) -> Iterator[Path]:
    """Yield the paths below the package of all its files, without answers and caches, in order."""
    for path in sorted(package.rglob("*")):
        below = path.relative_to(package)
        if path.is_file() and below.parts[0] not in PRIVATE and "__pycache__" not in below.parts:
            yield below
