"""What there is to translate in a course: pieces of English by overlay and name."""

from collections.abc import Iterator
from pathlib import Path

from dlbook import claims
from dlbook.check import answer_key
from dlbook.check.localized import hint_name, second_name
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Notebook, read

FOLDERS = ("chapters", "exercises")


def locale(course: Course) -> Path:
    """Return the folder with the overlays of a course: beside its keys."""
    return course.keys.parent / "locale"


def overlay_name(path: Path) -> str:
    """Return the name of the overlay of a notebook, such as `chapters/00_start_here`."""
    return f"{path.parent.name}/{path.stem}"


def cells(notebook: Notebook) -> dict[str, str]:
    """Return the prose of a notebook by the id of its cell."""
    return {cell.id: cell.source for cell in notebook.cells if cell.kind == "markdown"}


def hints(course: Course, stem: str) -> dict[str, str]:
    """Return the hints of an exercise set and its second hints, by the names in an overlay."""
    key = answer_key.load(course.key(stem))
    found: dict[str, str] = {}
    for exercise in key.exercises if key else ():
        if exercise.second:
            found[second_name(exercise.name)] = exercise.second
        for label, hint in exercise.hints.items():
            found[hint_name(exercise.name, label)] = hint
    return found


def overlays(course: Course) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the name of each overlay that a course can have, and the English of its pieces."""
    for folder in FOLDERS:
        for path in course.notebooks(folder):
            pieces = cells(read(path))
            if folder == "exercises":
                pieces |= hints(course, path.stem)
            yield overlay_name(path), pieces
    yield (
        claims.OVERLAY,
        {
            f"{claim.id} {part}": getattr(claim, part)
            for claim in claims.load().values()
            for part in claims.TRANSLATED
        },
    )
