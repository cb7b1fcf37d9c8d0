"""What notes say of an exercise set: numbers, where it is taught, and misconceptions with hints."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from dlbook.check.errors import UserError
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, understand
from dlbook.grading.notebook import read
from dlbook.grading.teach.prose import LINK, Part, parts

_CHAPTERS = "../chapters/"


@dataclass(frozen=True)
class Misconception:
    """One hint, and the labels of the known wrong answers that get it."""

    hint: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Taught:
    """A section of a chapter that an exercise names: the chapter's stem, the anchor, the words."""

    stem: str
    anchor: str
    words: str


@dataclass(frozen=True)
class ExerciseNotes:
    """What notes say of one exercise; `guess` tells whether it asks for a prediction."""

    name: str
    points: int
    minutes: int
    guess: bool
    taught: tuple[Taught, ...]
    misconceptions: tuple[Misconception, ...]
    mistakes: int
    right: int


@dataclass(frozen=True)
class SetNotes:
    """What notes say of one exercise set."""

    stem: str
    exercises: tuple[ExerciseNotes, ...]

    @property
    def minutes(self) -> int:
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)


def set_notes(path: Path) -> SetNotes:
    """Return what notes say of the exercise set in a file.

    Raises:
        UnreadableError: if the file holds no notebook.
        UserError: if the set is not in order, since its numbers would be wrong then.
    """
    found, problems = understand(path.stem, read(path))
    if problems:
        raise UserError(f"a set in order is needed, {path.name} has a problem: {problems[0]}")
    return SetNotes(path.stem, tuple(_notes(exercise, found) for exercise in found.exercises))


def _notes(exercise: Exercise, of: ExerciseSet) -> ExerciseNotes:
    section = _section(exercise, of)
    hints = dict.fromkeys(variant.hint for variant in exercise.wrong)
    return ExerciseNotes(
        exercise.name,
        exercise.points,
        exercise.minutes,
        guess=any(part.cell.source.startswith("# predict:") for part in section),
        taught=_taught(section),
        misconceptions=tuple(
            Misconception(hint, tuple(v.label for v in exercise.wrong if v.hint == hint))
            for hint in hints
        ),
        mistakes=len(exercise.wrong),
        right=len(exercise.right),
    )


def _section(exercise: Exercise, of: ExerciseSet) -> list[Part]:
    """Return what stands under the heading of an exercise, up to the next one."""
    found = parts(of.cells)
    starts = [number for number, part in enumerate(found) if _is_section(part)]
    answer = next(n for n, part in enumerate(found) if part.cell == exercise.answer)
    start = max((number for number in starts if number < answer), default=0)
    end = min((number for number in starts if number > answer), default=len(found))
    return found[start:end]


def _is_section(part: Part) -> bool:
    return part.cell.kind == "markdown" and part.cell.source.startswith("## ")


def _taught(section: list[Part]) -> tuple[Taught, ...]:
    """Return the sections of chapters that the prose of an exercise links, each once."""
    found: dict[tuple[str, str], Taught] = {}
    for part in section:
        prose = part.cell.source if part.cell.kind == "markdown" else ""
        for text, target in LINK.findall(prose):
            place, _, anchor = unquote(target).partition("#")
            if place.startswith(_CHAPTERS) and place.endswith(".ipynb") and anchor:
                stem = place.removeprefix(_CHAPTERS).removesuffix(".ipynb")
                found.setdefault((stem, anchor), Taught(stem, anchor, text))
    return tuple(found.values())
