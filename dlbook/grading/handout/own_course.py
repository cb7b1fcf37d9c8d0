"""A new course on this engine: one sample set, a project and words of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.shared import atomic
from dlbook.grading.handout import project
from dlbook.grading.notebook import Cell, canonical

_SAMPLE = "01_first_steps"
_CELL = re.compile(r"^%% (markdown|code|raw)\n", re.MULTILINE)


def make(folder: Path, title: str = "") -> list[Path]:
    """Write a course into a new or empty folder, and return its files.

    Args:
        folder: where to; a `.git` in it does no harm.
        title: of the course; by default the folder's name.

    Raises:
        UserError: if there are other things, or the title is none.
    """
    title = title or folder.resolve().name
    project.require_title(title)
    if folder.exists() and (not folder.is_dir() or set(_names(folder)) - {".git"}):
        raise UserError(f"a new or empty folder is needed, {folder} holds other things: name one")
    files = dict(_files(title, folder.resolve().name))
    (folder / "dlbook" / "keys").mkdir(parents=True, exist_ok=True)  # where its keys will be
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, text)
    return sorted(folder / name for name in files)


def _names(folder: Path) -> Iterator[str]:
    return (path.name for path in folder.iterdir())


def _files(title: str, folder: str) -> Iterator[tuple[str, str]]:
    yield f"solutions/{_SAMPLE}.ipynb", canonical(sample())
    yield "README.md", project.filled("README.md", title=title)
    yield "STUDENTS.md", project.filled("STUDENTS.md", title=title)
    yield "pyproject.toml", project.new_pyproject(title, folder)
    yield ".gitignore", (project.OWN / "gitignore").read_text("utf-8")


def sample() -> list[Cell]:
    """Return the cells of the sample set."""
    _empty, *parts = _CELL.split((project.OWN / "first_steps.txt").read_text("utf-8"))
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [Cell(kind, source.rstrip("\n")) for kind, source in pairs]
