"""Which files of the package a verdict depends on, and which of them travel with a grader."""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from dlbook.grading.errors import GraderError

PACKAGE = Path(__file__).resolve().parents[1]
PRIVATE = ("course", "keys")  # folders with answers, which no student's code may see
WORDS = "locale"  # the folder of translations, of hints too: no program depends on them


def package_files(package: Path = PACKAGE) -> Iterator[Path]:
    """Yield the paths below the package of all its files, without answers and caches, in order."""
    for path in sorted(package.rglob("*")):
        below = path.relative_to(package)
        if path.is_file() and below.parts[0] not in PRIVATE and "__pycache__" not in below.parts:
            yield below


def digest(package: Path, files: Iterable[Path] | None = None) -> str:
    """Return a digest of the names and contents of files, by default of all that travel.

    Args:
        package: the folder of dlbook, or a copy of it.
        files: paths below it.

    Raises:
        GraderError: if there are none: then all graders would look alike.
    """
    paths = list(package_files(package) if files is None else sorted(files))
    if not paths:
        raise GraderError(f"the files of dlbook are needed, {package} has none: install it again")
    found = hashlib.sha256()
    for path in paths:
        data = (package / path).read_bytes()
        found.update(f"{path.as_posix()} {len(data)}\n".encode() + data)
    return found.hexdigest()[:12]


def needed_files(sources: Iterable[str], package: Path = PACKAGE) -> set[Path]:
    """Return the files of the package that programs import, directly or through other files.

    Where one imports a folder, or a name from a folder that is no file there, any file of it may
    be loaded when it is first used: then they are all there. So is data that a file names.

    Args:
        sources: the programs. One that is no Python may import anything.
        package: the folder of dlbook, or a copy of it.

    Returns:
        Paths below the package.
    """
    everything = {path for path in package_files(package) if path.parts[0] != WORDS}
    found: set[Path] = set()
    waiting = list(sources)
    while waiting:
        for name in _imports(waiting.pop()):
            new = _files_of(name, everything) - found
            for path in new:
                if path.suffix == ".py":
                    waiting.append((package / path).read_text("utf-8"))
                    found |= _data_of(path, waiting[-1], everything)
            found |= new
    return found


@lru_cache(maxsize=1024)
def _imports(source: str) -> tuple[Path, ...]:
    """Return what a program imports of dlbook: Path("check/wire") for dlbook.check.wire."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return (Path(),)
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            names.append("dlbook")  # relative, so it may be anything
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    parts = [name.split(".") for name in names]
    return tuple(Path(*rest) for first, *rest in parts if first == "dlbook")


def _files_of(name: Path, everything: set[Path]) -> set[Path]:
    """Return the files that may be loaded when a name is imported."""
    names = (name, *name.parents)
    for path in names:
        file = Path(f"{path.as_posix()}.py")
        if file in everything:
            return {file, *_doors(path.parents, everything)}
    folder = next((path for path in names if path / "__init__.py" in everything), None)
    inside = {path for path in everything if folder in path.parents}
    return inside | _doors(name.parents, everything)


def _doors(folders: Iterable[Path], everything: set[Path]) -> set[Path]:
    return {folder / "__init__.py" for folder in folders} & everything


def _data_of(path: Path, text: str, everything: set[Path]) -> set[Path]:
    """Return the files beside a module that are no modules, and that it names."""
    beside = {other for other in everything if other.parent == path.parent}
    return {other for other in beside if other.suffix != ".py" and other.name in text}
