"""What a learner's notebook imports: a check, whose card says at once whether an answer is right.

`@check("name")` above a function runs it on inputs drawn from a seed and judges what it returns
against the shipped key, in a card below the cell. In a graded kernel (DLBOOK_SEED is set) it says
nothing: the grader runs checks of its own.
"""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dlbook.check import answer_key
from dlbook.check.compare import judge
from dlbook.check.evaluate import Body, Result, evaluate, placed
from dlbook.check.roles import role
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
        card = verdict(
            name, placed(evaluate(body, name, answer_key.RELEASED_SEED, rtol, atol), body, hidden)
        )
        _display({"text/plain": card.text(), "text/html": card.html()})

    return run


def verdict(name: str, result: Result) -> Outcome:
    """Return the outcome of the visible check of `name`, judged against the shipped key.

    Raises:
        LookupError: if no shipped key has the exercise.
    """
    found = answer_key.find(name)
    if found is None:
        raise LookupError(
            f"a name of this course's exercises is needed, got {name!r}: "
            'use the one in the answer cell\'s first line, as in check("relu_back")'
        )
    exercise = found[1]
    visible = next(entry for entry in exercise.checks if not entry.hidden)
    outcome = judge(exercise, visible, result.values)
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


def _judge_answer_cell(result: Any) -> None:
    """Show the card of an answer cell that a person has just run (an IPython post_run_cell hook).

    Only front ends name the cell that is run; a notebook run by nbval or nbconvert stays quiet.
    """
    found_role = role(result.info.raw_cell or "")
    if found_role is None or found_role.kind != "answer":
        return
    found = answer_key.find(found_role.name)
    if found is None or not result.info.cell_id:
        return
    problem = _not_defined(found_role.name, result)
    if problem:
        card = Outcome(found_role.name, Verdict.ERROR, detail=problem)
        _display({"text/plain": card.text(), "text/html": card.html()})
        return
    key, exercise = found
    for entry in exercise.checks:
        run_among(dict(_shell().user_ns), key.setup, entry.source, exercise.name)


def _not_defined(name: str, result: Any) -> str:
    """Return why an answer cell that was run left no new function, '' where it did."""
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        text = _("the cell ends in {error}, so what it defines is not in force: mend it first")
        return text.format(error=type(error).__name__)
    if not re.search(rf"^def {name}\b", result.info.raw_cell, re.MULTILINE):
        return _("the cell does not define {name}: write `def {name}(...)`").format(name=name)
    return ""


if _shell() is not None and "DLBOOK_SEED" not in os.environ:
    _shell().events.register("post_run_cell", _judge_answer_cell)
