"""What a learner's notebook imports: a check, whose card says at once whether an answer is right.

`@check("name")` above a function runs it on inputs drawn from a seed and judges what it returns
against the shipped key, in a card below the cell. In a graded kernel (DLBOOK_SEED is set) it says
nothing: the grader runs checks of its own.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dlbook.check import answer_key
from dlbook.check.bindings import Watch
from dlbook.check.compare import judge
from dlbook.check.evaluate import Body, Result, evaluate, placed
from dlbook.check.hidden import refusal, used_by
from dlbook.check.lines import bound_names
from dlbook.check.roles import marks
from dlbook.check.run_apart import run_among
from dlbook.check.verdict import Outcome, Verdict
from dlbook.i18n import _


def check(
    name: str, *, hidden: bool = False, rtol: float = 1e-6, atol: float = 1e-9
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
        if "DLBOOK_SEED" in os.environ:
            return
        if hidden:
            text = _("{name}: hidden check, its values are for the grader").format(name=name)
            _display({"text/plain": text})
            return
        result = placed(evaluate(body, name, answer_key.RELEASED_SEED, rtol, atol), body, hidden)
        card = verdict(name, result, body.__globals__.get(name))
        _display({"text/plain": card.text(), "text/html": card.html()})

    return run


def verdict(name: str, result: Result, answer: object) -> Outcome:
    """Return the outcome of the visible check of `name`, judged against the shipped key.

    Args:
        name: the exercise.
        result: what the check put out.
        answer: what was checked, which is to do without the packages that its set hides.

    Raises:
        LookupError: if no shipped key has the exercise.
    """
    found = answer_key.find(name)
    if found is None:
        raise LookupError(
            f"a name of this course's exercises is needed, got {name!r}: "
            'use the one in the answer cell\'s first line, as in check("relu_back")'
        )
    key, exercise = found
    visible = next(entry for entry in exercise.checks if not entry.hidden)
    outcome = judge(exercise, visible, result.values)
    package = used_by(answer, key.hides)
    if package:
        return Outcome(name, Verdict.ERROR, detail=refusal(package))
    if outcome.verdict is Verdict.NOT_ATTEMPTED or result.error is None:
        return outcome
    detail = outcome.detail
    if isinstance(result.error, KeyboardInterrupt):
        detail = _("stopped by you while it ran: when does its loop end?")
        where = result.values.get("where")
        if where:
            detail += f"\n{where}"
    return replace(outcome, detail=detail)


def _display(data: dict[str, str]) -> None:
    """Show a bundle in a notebook; print its text where there is no notebook."""
    if _shell() is None:
        print(data["text/plain"])
        return
    from IPython.display import display

    display(data, raw=True)


def _shell() -> Any:
    """Return the running IPython shell, None outside one; never imports IPython by itself."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


class _Cards:
    """Shows the card of each answer in a cell that a person has just run.

    Answers are what lines such as `# answer: relu_back` name, and what the cell binds to a name of
    the same set without such a line. Which set a notebook shows, these lines have told before: so
    a helper that happens to be named as an exercise of another set gets no card.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._set: answer_key.Key | None = None
        Watch(shell, self._names, self._show)

    def _names(self, source: str) -> list[str]:
        shown = self._shown_set(source)
        in_set = [entry.name for entry in shown.exercises] if shown else []
        return list(dict.fromkeys([*marks(source), *in_set]))

    def _shown_set(self, source: str) -> answer_key.Key | None:
        """Return the set that a cell belongs to: the one its lines name, or the one before it."""
        found = map(answer_key.find, (*marks(source), *marks(source, "check")))
        return next((entry[0] for entry in found if entry), self._set)

    def _show(self, result: Any, bound: list[str]) -> None:
        """Judge what the cell has bound; say of a marked answer that is not there why not."""
        if not _is_run_by_a_person(self._shell):
            return
        source = result.info.raw_cell or ""
        self._set = self._shown_set(source)
        marked = marks(source)
        for name in dict.fromkeys([*marked, *bound]):
            found = answer_key.find(name)
            if found is None:
                continue
            problem = "" if name in bound else self._why_not_bound(name, result)
            if problem:
                card = Outcome(name, Verdict.ERROR, detail=problem)
                _display({"text/plain": card.text(), "text/html": card.html()})
                continue
            key, exercise = found
            for entry in exercise.checks:
                names = dict(self._shell.user_ns)
                run_among(names, key.setup, exercise.given, entry.source, name)

    def _why_not_bound(self, name: str, result: Any) -> str:
        """Return why a cell has not bound its answer, '' where it has bound the same again."""
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            text = _("the cell ends in {error}, so what it defines is not in force: mend it first")
            return text.format(error=type(error).__name__)
        again = name in bound_names(result.info.raw_cell)
        if again and callable(self._shell.user_ns.get(name)):
            return ""
        return _("the cell does not define {name}: write `def {name}(...)`").format(name=name)


def _is_run_by_a_person(shell: Any) -> bool:
    """Return whether somebody is there: nbval and nbconvert say that none can answer input()."""
    request = shell.get_parent() if hasattr(shell, "get_parent") else None
    return bool((request or {}).get("content", {}).get("allow_stdin", True))


if _shell() is not None and "DLBOOK_SEED" not in os.environ:
    _Cards(_shell())
