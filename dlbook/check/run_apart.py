"""Run a check in a namespace of its own, so that no name that a notebook has taken breaks it."""

import builtins
import linecache
import sys
from typing import Any


def run_apart(setup: str, source: str, name: str) -> None:
    """Run a check with the caller's names, but with Python's builtins and the setup's own names.

    So a notebook that says `list = [1]` or defines its own `check` breaks no check. A name of the
    setup that is a plain value in the notebook, such as `np = 3`, is set there as the setup does.

    Args:
        setup: the code that the check needs before it.
        source: the check.
        name: its exercise, which the caller defines.
    """
    run_among(sys._getframe(1).f_globals, setup, source, name)


def run_among(own: dict[str, Any], setup: str, source: str, name: str) -> None:
    """Run a check as `run_apart` does, with `own` as the caller's names; the setup adds to them."""
    fresh: dict[str, Any] = {"__name__": "__main__"}
    exec(setup, fresh)
    own |= {word: value for word, value in fresh.items() if not callable(own.get(word))}
    reserved = {word for word in vars(builtins) if not word.startswith("_")} - {name}
    visible = {word: value for word, value in own.items() if word not in reserved}
    exec(_compiled(source, name), {**visible, **fresh})


def _compiled(source: str, name: str) -> Any:
    """Return a check as code that errors can show lines of."""
    file, lines = f"<check {name}>", source.splitlines(keepends=True)
    linecache.cache[file] = len(source), None, lines, file
    return compile(source, file, "exec")
