"""Exercises by the name that somebody has typed, or the names that are near to it."""

from dlbook.check import answer_key
from dlbook.check.answer_key import ExerciseKey
from dlbook.check.errors import UserError
from dlbook.check.localized import localized_exercise
from dlbook.check.names import near
from dlbook.i18n import _


def key_of(exercise: str) -> ExerciseKey:
    """Return the key of an exercise, which may be named with its set, as in `05.relu_back`.

    Raises:
        UserError: if there is none; names that are near are told, of a set all of its own.
    """
    found = answer_key.find(exercise.rpartition(".")[2])
    if found:
        return localized_exercise(found[0].name, found[1])
    number = exercise[:2].strip("._")
    names = {key.name: [entry.name for entry in key.exercises] for key in answer_key.all_keys()}
    sets = [key for key in names if number.isdecimal() and key.startswith(number.zfill(2))]
    in_set = [name for key in sets for name in names[key]]
    every = [name for key in names for name in names[key]]
    told = in_set or near(exercise, every)
    text = _("an exercise is needed, got {exercise!r}; try {names}")
    if not told:
        text = _(
            "an exercise is needed, got {exercise!r}: name it as its answer cell does, such as "
            "relu_back"
        )
    raise UserError(text.format(exercise=exercise, names=_(", ").join(told)))
