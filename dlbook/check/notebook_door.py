"""What a learner's notebook imports: a check, whose card says at once whether an answer is right.

`@check("name")` above a function runs it on inputs drawn from a seed and judges what it returns
against the shipped key, in a card below the cell. In a graded kernel (DLBOOK_SEED is set) it says
nothing: the grader runs checks of its own.

An answer cell gets its card also without a check, in every front end: what their messages say of
themselves differs, so nothing is read from it. Only a runner that compares outputs with stored ones
has none, and says so in the environment.
"""

import os
from collections.abc import Callable
from pathlib import Path

from dlbook.check import answer_key, course_map, progress
from dlbook.check.card import display, key_of, say, shell, show, verdict
from dlbook.check.evaluate import Body, evaluate, placed
from dlbook.check.ladder import solution, steps
from dlbook.check.verdict import Outcome, Verdict
from dlbook.check.watching import RUNNERS, Cards
from dlbook.i18n import _

_DONE = (Verdict.RIGHT, Verdict.NOT_ATTEMPTED)  # nothing to mend


class _Check:
    """What notebooks import as `check`: a decorator for checks, and the way on after a card."""

    def __init__(self) -> None:
        self._told: dict[str, set[str]] = {}  # the texts of an exercise's steps that were shown
        self._last: dict[str, Outcome] = {}  # what became of its answer

    def __call__(
        self, name: str, *, hidden: bool = False, rtol: float = 1e-6, atol: float = 1e-9
    ) -> Callable[[Body], None]:
        """Return a decorator that runs a check of exercise `name` at once and shows its card.

        The decorated function takes `rng`, a seeded np.random.Generator that all its inputs come
        from, and returns a dict of labelled values: numbers, texts, arrays of any shape, lists.

        Args:
            name: the exercise.
            hidden: whether only graders judge it.
            rtol: relative tolerance of floats; integers, booleans and shapes are compared exactly.
            atol: absolute tolerance of floats.
        """

        def run(body: Body) -> None:
            if _is_graded():
                return
            if hidden:
                text = _("{name}: hidden check, its values are for the grader").format(name=name)
                display({"text/plain": text})
                return
            seed = answer_key.RELEASED_SEED
            result = placed(evaluate(body, name, seed, rtol, atol), body, hidden)
            card = verdict(name, result, body.__globals__.get(name))
            self._last[name] = card
            progress.note_attempt(_progress(), card)
            show(card, [] if card.verdict in _DONE else steps(key_of(name)[1], card, tried=True))

        return run

    def hint(self, exercise: object = None) -> None:
        """Show the first step for an exercise that was not shown before, or else the last one.

        Args:
            exercise: its name, or the function that answers it.

        Raises:
            LookupError: if the course has no such exercise.
        """
        key = key_of(_name(exercise), "check.hint")[1]
        name, last = key.name, self._last.get(key.name)
        if _is_graded():
            return
        found = steps(key, last, tried=self._was_tried(name))
        told = self._told.setdefault(name, set())
        step = next((step for step in found if step.text not in told), found[-1])
        told.add(step.text)
        say(step.line())

    def solution(self, exercise: object = None, *, anyway: bool = False) -> None:
        """Show the course's answer to an exercise, once there is an attempt of yours.

        Args:
            exercise: its name, or the function that answers it.
            anyway: also without an attempt.

        Raises:
            LookupError: if the course has no such exercise.
        """
        name = key_of(_name(exercise), "check.solution")[1].name
        if _is_graded():
            return
        if not anyway and not self._was_tried(name):
            text = _('First an attempt of yours, or check.solution("{name}", anyway=True).')
            say(text.format(name=name))
            return
        say(solution(name) or _("This course came without solutions: ask your teacher."))

    def _was_tried(self, name: str) -> bool:
        return progress.was_tried(_progress(), name, self._last.get(name))

    def progress(self) -> None:
        """Show which exercises of the course are right, and what comes next."""
        found = course_map.rows(progress.read(_progress()))
        display({"text/plain": course_map.text(found), "text/html": course_map.html(found)})


check = _Check()


def _name(exercise: object) -> object:
    """Return the name of a function or class, and anything else as it is."""
    return getattr(exercise, "__name__", exercise) if callable(exercise) else exercise


def _is_graded() -> bool:
    return "DLBOOK_SEED" in os.environ


def _progress() -> Path | None:
    """Return where progress is noted; None also in a folder that somebody has taken away."""
    try:
        return progress.find(Path.cwd())
    except FileNotFoundError:
        return None


if shell() is not None and not _is_graded() and not any(name in os.environ for name in RUNNERS):
    Cards(shell())
