"""Run a check in a namespace of its own, so that no name that a notebook has taken breaks it.

In a graded kernel nothing is judged, and two calls are not compared: what each of them gives is put
out, and the grader compares.
"""

import builtins
import linecache
import sys
from collections.abc import Callable
from typing import Any

from dlbook.check import wire
from dlbook.check.evaluate import Body, once, placed


def run_apart(setup: str, given: str, source: str, name: str, seed: int) -> None:
    """Run a check twice, on the same inputs, and put out what each call gives.

    It has the caller's names, but Python's builtins and the own names of the setup and of what is
    given. So a notebook that says `list = [1]`, defines its own `check` or writes a given game
    anew breaks no check and bends none. A name of the setup that is a plain value in the notebook,
    such as `np = 3`, is set there as the setup does.

    Args:
        setup: the code that the notebook starts with.
        given: the code of the notebook's story that the check reads.
        source: the check.
        name: its exercise, which the caller defines.
        seed: what its inputs are drawn from.
    """
    run_among(sys._getframe(1).f_globals, setup, given, source, name, check=_emitting(seed))


def _emitting(seed: int) -> Callable[..., Callable[[Body], None]]:
    """Return what `check` means in a graded kernel: it puts values out and judges nothing."""

    def check(name: str, *, hidden: bool = False, **_tolerances: float) -> Callable[[Body], None]:
        def run(body: Body) -> None:
            from IPython.display import display  # a learner's import of dlbook does not need it

            for _call in range(2):
                result = placed(once(body, name, seed), body, hidden)
                display({wire.MIME: result.values}, raw=True)
                if isinstance(result.error, KeyboardInterrupt):
                    return  # the grader has stopped it

        return run

    return check


def run_among(
    own: dict[str, Any], setup: str, given: str, source: str, name: str, **names: object
) -> None:
    """Run a check as `run_apart` does, with `own` as the caller's names; the setup adds to them.

    The further `names` are the check's, whatever the setup says.
    """
    fresh: dict[str, Any] = {"__name__": "__main__"}
    exec(setup, fresh)
    own |= {word: value for word, value in fresh.items() if not callable(own.get(word))}
    exec(given, fresh)
    reserved = {word for word in vars(builtins) if not word.startswith("_")} - {name}
    visible = {word: value for word, value in own.items() if word not in reserved}
    exec(_compiled(source, name), {**visible, **fresh, **names})


def _compiled(source: str, name: str) -> Any:
    """Return a check as code that errors can show lines of."""
    file, lines = f"<check {name}>", source.splitlines(keepends=True)
    linecache.cache[file] = len(source), None, lines, file
    return compile(source, file, "exec")
