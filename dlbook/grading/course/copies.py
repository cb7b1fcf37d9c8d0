"""Working copies: what a reader runs and writes into, so that the book stays as it was published.

They lie in `work/`, in the same two folders, so that links between notebooks lead on there.
"""

from pathlib import Path

from dlbook.check.shared import atomic
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Cell, canonical, read

FOLDER = "work"
PUBLISHED = "as-published"  # the id of the cell that shows every answer without a guess


def make(course: Course) -> list[Path]:
    """Make the copies that are missing, leave the others alone, and return those of chapters.

    Raises:
        UnreadableError: if a chapter to copy is no notebook.
    """
    chapters = [(path, _place(course, path)) for path in course.notebooks("chapters")]
    for path, copy in chapters:
        if not copy.exists():
            _write(copy, canonical(_unanswered(read(path).cells)).encode("utf-8"))
    for path in course.notebooks("exercises"):
        if not _place(course, path).exists():
            _write(_place(course, path), path.read_bytes())
    return [copy for _path, copy in chapters]


def exercises(course: Course) -> list[Path]:
    """Return the notebooks that a learner writes into: the copies, or without any the originals."""
    return course.notebooks(f"{FOLDER}/exercises") or course.notebooks("exercises")


def is_in(folder: Path) -> bool:
    """Return whether a folder holds working copies of the course above it."""
    return folder.name == FOLDER and bool(Course(folder.parent).notebooks("exercises"))


def _unanswered(cells: tuple[Cell, ...]) -> list[Cell]:
    """Return the cells of a chapter without the one that gives up, and without outputs."""
    return [Cell(cell.kind, cell.source, cell.id) for cell in cells if cell.id != PUBLISHED]


def _place(course: Course, path: Path) -> Path:
    return course.root / FOLDER / path.relative_to(course.root)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, data)
