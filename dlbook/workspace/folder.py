"""A workspace: the folder with a learner's copies of the course, and the course they come from.

In a clone it is `work/`, beside the course; elsewhere it is a folder that `dlbook init` has made.
Its chapters/ and exercises/ are side by side, so that links between notebooks lead on there. What
dlbook notes about them is in `.dlbook/`, and copies of what a verb has changed are in `backups/`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dlbook.check.errors import UserError
from dlbook.check.progress import NOTES
from dlbook.check.shared import atomic
from dlbook.edition.book import Edition
from dlbook.grading.course.build import Course
from dlbook.grading.course.place import FOLDER, PACKAGED, find_published, is_learners
from dlbook.grading.notebook import Cell, canonical
from dlbook.i18n import NOTE, _, noted_in

JUPYTER = Path(__file__).parent / "jupyter"  # settings that JupyterLab begins with
FOLDERS = ("chapters", "exercises")
BACKUPS = "backups"
_PUBLISHED = "as-published"  # the id of the cell that shows every answer without a guess


@dataclass(frozen=True)
class Workspace:
    """The folder `root` with copies of `course`."""

    root: Path
    course: Course

    def notebooks(self, folder: str) -> list[Path]:
        """Return the notebooks of chapters or exercises that are there, in order."""
        return Course(self.root).notebooks(folder)

    def published(self, folders: Iterable[str] = FOLDERS) -> Iterator[tuple[Path, Path]]:
        """Yield each notebook of some folders of the course, and the place of its copy."""
        for folder in folders:
            for path in self.course.notebooks(folder):
                yield path, self.root / folder / path.name

    @property
    def language(self) -> str:
        """The language of the copies: the one that is noted in the folder."""
        return noted_in(self.root) or "en"

    @property
    def is_made(self) -> bool:
        """Whether there are copies in it."""
        return any(self.notebooks(folder) for folder in FOLDERS)

    def edition(self) -> Edition:
        """Return the course in the language of the copies."""
        return Edition(self.course, self.language, for_lab=True)

    def speak(self, language: str) -> None:
        """Note the language of the copies; `update` brings it into those that are there.

        Raises:
            UserError: if the folder cannot be written to.
        """
        with told(self.root):
            write(self.root / NOTE, f"{language}\n".encode())

    def handed_out(self, copy: Path) -> Path:
        """Return where it is noted how a copy was handed out."""
        return self.root / NOTES / "handed-out" / copy.parent.name / copy.name

    def hand_out(self) -> list[Path]:
        """Make the copies that are missing, leave the others alone, and return those of chapters.

        Raises:
            UnreadableError: if a chapter to copy is no notebook.
            UserError: if the folder cannot be written to.
        """
        edition = self.edition()
        with told(self.root):
            (self.root / NOTES).mkdir(parents=True, exist_ok=True)  # a copy may have come without
            for path, copy in self.published():
                if not copy.exists():
                    data = fresh(path, edition)
                    write(self.handed_out(copy), data)
                    write(copy, data)
        return self.notebooks("chapters")

    def back_up(self, copy: Path) -> Path:
        """Keep a copy as it is now, in a folder with today's date, and return where.

        Raises:
            UserError: if the folder cannot be written to.
        """
        with told(self.root):
            stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
            place = self.root / BACKUPS / stamp / copy.parent.name / copy.name
            number = 1
            while place.exists():  # two in one second
                number += 1
                place = place.with_stem(f"{copy.stem} {number}")
            write(place, copy.read_bytes())
        return place


def of(course: Course) -> Workspace:
    """Return the workspace of a course: `work/` in it, or the folder that `init` has made.

    Raises:
        UserError: if the course is the one in the installed package, which is only read.
    """
    if is_learners(course):
        return Workspace(course.root, find_published())
    if course.root == PACKAGED:
        raise missing(course)
    return Workspace(course.root / FOLDER, course)


def missing(course: Course) -> UserError:
    """Return what tells somebody that there is no folder for his work.

    Args:
        course: what was found instead; the clone that dlbook is installed from is named.
    """
    text = _(
        "a folder for your work is needed, there is none here: go to yours, or make one with "
        "`dlbook init deep-learning`, then `cd deep-learning`"
    )
    if course.root != PACKAGED:
        text = _(
            "a folder for your work is needed, there is none here: go to yours, to the clone in "
            "{clone}, or make one with `dlbook init deep-learning`, then `cd deep-learning`"
        )
    return UserError(text.format(clone=course.root))


def init(place: Path, language: str = "") -> Workspace:
    """Make a workspace with copies of the published course, and return it.

    Args:
        place: a folder that is not there yet, is empty, or is a workspace already: then what is
            missing in it is made.
        language: of the edition, such as `zh`; by default the one that is noted there, or English.

    Raises:
        UserError: if there is something else, or if the folder cannot be written to.
    """
    if place.exists() and not (place / NOTES).is_dir() and _is_taken(place):
        raise UserError(
            _(
                "a new or an empty folder is needed for your work, {place} is in use: name "
                "another one"
            ).format(place=place)
        )
    with told(place):
        (place / NOTES).mkdir(parents=True, exist_ok=True)
    workspace = Workspace(place.resolve(), find_published())
    if language:
        workspace.speak(language)
    workspace.hand_out()
    return workspace


def _is_taken(place: Path) -> bool:
    return not place.is_dir() or any(place.iterdir())


def fresh(path: Path, edition: Edition) -> bytes:
    """Return the copy that a learner gets of a notebook of the course.

    An exercise is as it is. A chapter has no outputs, so that no answer stands below its question,
    and not the cell that gives all answers.

    Raises:
        UnreadableError: if it is no notebook.
    """
    if path.parent.name == "exercises" and edition.language == "en":
        return path.read_bytes()
    cells = [c for c in edition.notebook(path).cells if c.id != _PUBLISHED]
    return canonical([Cell(c.kind, c.source, c.id) for c in cells]).encode("utf-8")


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and its folder where that is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, data)


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn what the system says when it cannot write into a sentence for the learner.

    Raises:
        UserError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        file = _in_the_way(error)
        if file:
            text = _(
                "a folder is needed at {file}, there is a file of that name: rename it or move it "
                "away; nothing of your work was changed"
            )
            raise UserError(text.format(file=file)) from error
        text = _(
            "a folder that can be written to is needed, {place} is none ({why}): make room or "
            "give yourself the right to write there; nothing of your work was changed"
        )
        raise UserError(text.format(place=place, why=why)) from error


def _in_the_way(error: OSError) -> Path | None:
    """Return the file that stands where a folder is to be made, None where that is not the case."""
    if not isinstance(error, (FileExistsError, NotADirectoryError)) or not error.filename:
        return None
    path = Path(error.filename)
    return next((each for each in (path, *path.parents) if each.is_file()), None)
