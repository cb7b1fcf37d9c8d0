"""A check runs among names of its own, so that names that a notebook has taken break none."""

import builtins
import linecache
import sys
from typing import Any


def run_apart(setup: str, source: str, name: str) -> None:
    """Run a check with names of its own, which see the caller's and not what those shadow.

    A notebook that says `list = [1]` or defines its own `check` breaks no check by it. A name of
    the setup that stands for a plain value there, such as `np = 3`, is given back to it.

    Args:
        setup: the code that the check needs before it.
        source: the check.
        name: its exercise, which the caller defines.
    """
    run_among(sys._getframe(1).f_globals, setup, source, name)


def run_among(own: dict[str, Any], setup: str, source: str, name: str) -> None:
    """Run a check as `run_apart` does, among the names in `own`, which may be given new ones."""
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
