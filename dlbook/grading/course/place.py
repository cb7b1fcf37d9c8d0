"""Where the course is: in a folder of its own, or in the installed package, which is only read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.progress import NOTES
from dlbook.check.shared import _
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Texts, no_texts
from dlbook.grading.package import PACKAGE

FOLDER = "work"  # of working copies, in a course folder
PACKAGED = PACKAGE / "course"  # where a wheel carries the course; a clone has no such folder


@dataclass(frozen=True)
class CopiedCourse(Course):
    """Course folders without keys beside them; its keys are those of the installed package."""

    @property
    def keys(self) -> Path:
        return PACKAGE / "keys"


def find(here: Path, named: Path | None = None, texts: Texts = no_texts) -> Course:
    """Return the course at `named`; else the nearest one from `here` upwards, else our own.

    Our own is the clone that the package is installed from, or the course in the package.

    Args:
        here: the folder to begin at.
        named: the one folder to look at, if a user has named it.
        texts: what else stands in outputs, see `Course`.

    Raises:
        UserError: if there is none.
    """
    for root in [named] if named else _places(here):
        course = _course(root.resolve(), texts)
        is_noted = (course.root / NOTES).is_dir()  # from which somebody may have taken exercises
        if is_noted or course.notebooks("exercises") or course.notebooks("solutions"):
            return course
    words = _(
        "a course folder with notebooks in exercises/ is needed, there is none at {place}: go to "
        "the course's folder, or name it with --course DIR"
    )
    raise UserError(words.format(place=named or here))


def is_learners(course: Course) -> bool:
    """Return whether a folder holds a learner's copies.

    That is noted in it. A copy of it may lack the note, since its name begins with a dot; then it
    shows in exercises that have neither solutions nor keys nor working copies beside them.
    """
    if (course.root / NOTES).is_dir():
        return True
    if course.root == PACKAGED or not isinstance(course, CopiedCourse):
        return False
    beside = course.notebooks("solutions") or course.notebooks(f"{FOLDER}/exercises")
    return not beside and bool(course.notebooks("exercises"))


def find_published(texts: Texts = no_texts) -> Course:
    """Return our own course: in the clone that the package is installed from, or in the package."""
    clone = _course(PACKAGE.parent, texts)
    return clone if clone.notebooks("exercises") else _course(PACKAGED, texts)


def exercises(course: Course) -> list[Path]:
    """Return the notebooks that a learner writes into: the copies, or without any the originals."""
    return course.notebooks(f"{FOLDER}/exercises") or course.notebooks("exercises")


def own(course: Course) -> Course:
    """Return the course with keys of its own, for a verb that writes into it or hands it out.

    Raises:
        UserError: if it is a learner's folder, or the one in the installed package.
    """
    if is_learners(course):
        words = _(
            "a course folder of an author is needed, {place} holds a learner's copies: judge "
            "answers there with `dlbook check`, or make a course of your own with `dlbook new DIR`"
        )
        raise UserError(words.format(place=course.root))
    if course.root == PACKAGED:
        raise UserError(
            f"a course folder of your own is needed, {PACKAGED} belongs to the installed package "
            "and is only read: copy that folder, then go to the copy or name it with --course DIR"
        )
    return Course(course.root, course.texts)


def _places(here: Path) -> Iterator[Path]:
    yield from (folder for folder in (here, *here.parents) if not _has_copies(folder))
    yield PACKAGE.parent
    yield PACKAGED


def _has_copies(folder: Path) -> bool:
    """Return whether a folder holds working copies of the course above it."""
    return folder.name == FOLDER and bool(Course(folder.parent).notebooks("exercises"))


def _course(root: Path, texts: Texts) -> Course:
    has_keys = (root / "dlbook" / "keys").is_dir()
    return Course(root, texts) if has_keys else CopiedCourse(root, texts)
