"""What `dlbook check` is to check: the notebooks that a target names, and their keys."""

from dataclasses import replace
from pathlib import Path

from dlbook.check.answer_key import Key, load
from dlbook.check.errors import UserError
from dlbook.check.names import near
from dlbook.grading.course.build import Course
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.course.place import exercises
from dlbook.grading.course.programs import make_key
from dlbook.grading.notebook import Cell, read
from dlbook.grading.run.graft import why_not_this_set
from dlbook.i18n import _


def is_file(target: str) -> bool:
    """Return whether a target names a file, wherever that is."""
    return target.lower().endswith(".ipynb")


def targets(course: Course, target: str) -> list[tuple[Path, str]]:
    """Return the notebooks that a target names, each with the one exercise wanted, or ''.

    Raises:
        UserError: if it names none.
    """
    if is_file(target):
        return [(Path(target), "")]
    notebooks = exercises(course)
    stem, _dot, exercise = target.partition(".")
    start = stem.zfill(2) if stem.isdigit() else stem
    found = [(path, exercise) for path in notebooks if path.stem.startswith(start)]
    if found:
        return found
    names: list[str] = []
    for path in notebooks:
        key = load(course.key(path.stem))
        names += _names(key) if key else []
        if target in names:
            return [(path, target)]
    _refuse_missing(course, notebooks, start, target)
    alike = near(target, names)
    if alike:
        text = _("a set or an exercise is needed, got {target!r}; do you mean {names}?")
        raise UserError(text.format(target=target, names=_(", ").join(alike)))
    sets = _(", ").join(path.stem for path in notebooks) or _("none")
    text = _("a set or an exercise is needed, got {target!r}; the sets are: {sets}")
    raise UserError(text.format(target=target, sets=sets))


def _refuse_missing(course: Course, notebooks: list[Path], start: str, target: str) -> None:
    """Tell where a target is in a set of the course whose notebook is not there.

    Raises:
        UserError: if it is.
    """
    there = {path.stem for path in notebooks}
    for key in _keys(course) if target or not notebooks else ():
        if key.name not in there and (key.name.startswith(start) or target in _names(key)):
            text = _(
                "{file} is needed, it is missing here: was it renamed? `dlbook update` brings a "
                "new one, `dlbook check FILE.ipynb` checks a renamed one"
            )
            raise UserError(text.format(file=f"exercises/{key.name}.ipynb"))


def find_key(course: Course, path: Path, cells: tuple[Cell, ...], seed: int | None) -> Key:
    """Return the key for a notebook: by its file's name or, renamed, by the exercises in it.

    Args:
        course: where the keys are.
        path: of the notebook.
        cells: what is in it.
        seed: what the inputs are drawn from; None for those that learners see.

    Raises:
        UserError: if it is no exercise notebook of the course, or solutions are missing.
    """
    key = _fitting(_keys(course), path, "\n".join(cell.source for cell in cells))
    if reason := why_not_this_set(cells, key):
        raise UserError(_("{path} is {reason}").format(path=path, reason=reason))
    if seed is None:
        return key
    solution = course.root / "solutions" / f"{key.name}.ipynb"
    if not solution.is_file():
        text = _("--seed needs the solutions, there is no {solution}: leave --seed out")
        raise UserError(text.format(solution=solution))
    return make_key(understand(key.name, read(solution))[0], seed, hidden=True)


def only(key: Key, exercise: str) -> Key:
    """Return a key with one exercise alone, or as it is for ''."""
    if not exercise:
        return key
    chosen = tuple(entry for entry in key.exercises if entry.name == exercise)
    if not chosen:
        names = _(", ").join(_names(key))
        text = _("{set} has no exercise {exercise!r}; it has {names}")
        raise UserError(text.format(set=key.name, exercise=exercise, names=names))
    return replace(key, exercises=chosen, released=key.released and only(key.released, exercise))


def _keys(course: Course) -> list[Key]:
    keys = [load(path) for path in sorted(course.keys.glob("*.json"))]
    return [key for key in keys if key]


def _fitting(keys: list[Key], path: Path, text: str) -> Key:
    """Return the key that is named as the file or, of others, has most exercises in the text."""

    def count(key: Key) -> int:
        return sum(name in text for name in _names(key))

    named = [key for key in keys if key.name == path.stem] or keys
    best = max(named, key=count, default=None)
    if best is None or not count(best):
        text = _(
            "an exercise notebook of this course is needed, {name} holds none of its "
            "exercises: name the right file, or run `dlbook build` first"
        )
        raise UserError(text.format(name=path.name))
    return best


def _names(key: Key) -> list[str]:
    return [entry.name for entry in key.exercises]
