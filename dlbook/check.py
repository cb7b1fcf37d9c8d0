"""The door: what a learner's notebook imports to see at once whether, and why not.

`@check("name")` above a function runs it on inputs drawn from a seed and judges what it returns
against the shipped key, in a card below the cell. In a grading run (DLBOOK_SEED is set) it puts
the values out and judges nothing: verdicts are the grader's.
"""

import builtins
import io
import linecache
import os
import re
import sys
import traceback
import zlib
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dlbook import key, wire
from dlbook.grading import cells
from dlbook.grading.compare import SECOND_CALL, explain, judge
from dlbook.grading.report import Outcome, Verdict
from dlbook.words import _

Body = Callable[[np.random.Generator], object]


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
        seed = os.environ.get("DLBOOK_SEED")
        result = _placed(evaluate(body, name, int(seed or 0), rtol, atol), body, hidden)
        if seed is not None:
            _display({wire.MIME: result.values, "text/plain": f"{name}: values"})
            return
        if hidden:
            text = _("{name}: hidden check, its values are for the grader").format(name=name)
            _display({"text/plain": text})
            return
        card = verdict(name, result)
        _display({"text/plain": card.text(), "text/html": card.html()})

    return run


def run_apart(setup: str, source: str, name: str) -> None:
    """Run a check with names of its own, which see the caller's and not what those shadow.

    A notebook that says `list = [1]` or defines its own `check` breaks no check by it. A name of
    the setup that stands for a plain value there, such as `np = 3`, is given back to it.

    Args:
        setup: the code that the check needs before it.
        source: the check.
        name: its exercise, which the caller defines.
    """
    _run_apart(sys._getframe(1).f_globals, setup, source, name)


def _run_apart(own: dict[str, Any], setup: str, source: str, name: str) -> None:
    fresh: dict[str, Any] = {"__name__": "__main__"}
    exec(setup, fresh)
    own |= {word: value for word, value in fresh.items() if not callable(own.get(word))}
    shadows = {word for word in vars(builtins) if not word.startswith("_")} - {name}
    seen = {word: value for word, value in own.items() if word not in shadows}
    exec(_compiled(source, name), {**seen, **fresh})


def _compiled(source: str, name: str) -> Any:
    """Return a check as code that errors can show lines of."""
    file, lines = f"<check {name}>", source.splitlines(keepends=True)
    linecache.cache[file] = len(source), None, lines, file
    return compile(source, file, "exec")


@dataclass(frozen=True)
class Result:
    """What a check's body put out, on the wire, and the exception it raised, if it did."""

    values: wire.Json
    error: BaseException | None = None


def evaluate(body: Body, name: str, seed: int, rtol: float, atol: float) -> Result:
    """Run `body` twice, each time with a fresh equal generator, and return what it puts out.

    A second call that gives something else (state kept from the first, inputs of the first
    written to) is part of the result. Exceptions are results as well.
    """
    first = _once(body, name, seed)
    if isinstance(first.error, KeyboardInterrupt):
        return first  # whoever stopped it once need not do so again
    with redirect_stdout(io.StringIO()):
        second = _once(body, name, seed)
    if first.values == second.values:
        return first
    if explain(wire.decode(first.values), wire.decode(second.values), rtol, atol) is None:
        return first
    both = [[label, r.values] for label, r in zip(SECOND_CALL, (first, second), strict=True)]
    return Result({"kind": "dict", "items": both}, second.error)


def verdict(name: str, result: Result) -> Outcome:
    """Return the outcome of the visible check of `name`, judged against the shipped key.

    Raises:
        LookupError: if no shipped key has the exercise.
    """
    found = key.find(name)
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
        detail = "\n".join(filter(None, [detail, result.values.get("where")]))
    return replace(outcome, detail=detail)


def _once(body: Body, name: str, seed: int) -> Result:
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    try:
        return Result(wire.encode(body(rng)))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Result(wire.encode(error), error)


def _placed(result: Result, body: Body, hidden: bool) -> Result:
    """Return `result`; an exception in it tells where it was raised.

    Of a hidden check nobody sees a line: what is told is the line of the learner's code alone.
    """
    if result.error is None or result.values["kind"] != "error":
        return result
    frames = traceback.extract_tb(result.error.__traceback__)
    check_file = getattr(getattr(body, "__code__", None), "co_filename", "")
    inside = [f for f in frames if f.filename != check_file and _is_cell(f.filename) and f.line]
    cases = [f for f in frames if f.filename == check_file and f.line]
    lines = []
    if inside:
        text = _("in {function}, line {line} of its cell: {code}")
        last = inside[-1]
        lines.append(text.format(line=last.lineno, function=last.name, code=last.line))
    if cases and not hidden:
        lines.append(_("called by the check in: {code}").format(code=cases[-1].line))
    return replace(result, values=result.values | {"where": "\n".join(lines)})


def _is_cell(filename: str) -> bool:
    return "ipykernel_" in filename or filename.startswith("<ipython-input")


def _display(data: dict[str, wire.Json]) -> None:
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
    role = cells.role(result.info.raw_cell or "")
    if role is None or role.kind != "answer":
        return
    found = key.find(role.name)
    if found is None or not result.info.cell_id:
        return
    if problem := _not_defined(role.name, result):
        card = Outcome(role.name, Verdict.ERROR, detail=problem)
        _display({"text/plain": card.text(), "text/html": card.html()})
        return
    for entry in found[1].checks:
        _run_apart(dict(_shell().user_ns), found[0].setup, entry.source, role.name)


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
