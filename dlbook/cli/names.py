"""Exercises by the name that somebody has typed, or the names that are near to it."""

from collections.abc import Iterable
from difflib import get_close_matches

from dlbook.check import answer_key
from dlbook.check.answer_key import ExerciseKey
from dlbook.check.errors import UserError
from dlbook.check.localized import localized_exercise
from dlbook.i18n import _

_MANY = 4  # that are told


def near(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names that hold what was typed, and those that it is a slip of; few of them."""
    names = list(names)
    holding = [name for name in names if typed and typed in name]
    slips = [name for name in get_close_matches(typed, names, _MANY) if name not in holding]
    return (holding + slips)[:_MANY]


def key_of(exercise: str) -> ExerciseKey:
    """Return the key of an exercise, which may be named with its set, as in `05.relu_back`.

    Raises:
        UserError: if there is none; names that are near are told, of a set all of its own.
    """
    found = answer_key.find(exercise.rpartition(".")[2])
    if found:
        return localized_exercise(found[0].name, found[1])
    number = exercise[:2].strip("._").zfill(2)
    names = {key.name: [entry.name for entry in key.exercises] for key in answer_key.all_keys()}
    in_set = [name for key in names if key.startswith(number) for name in names[key]]
    every = [name for key in names for name in names[key]]
    told = in_set or near(exercise, every) or every[:3]
    text = _("an exercise is needed, got {exercise!r}; try {names}")
    raise UserError(text.format(exercise=exercise, names=", ".join(told)))
