"""Which of the story's code the checks of an exercise read, such as a game that answers play.

A learner has these cells too, and may change them or take their names, so the key carries them.
"""

import dis
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import CodeType


def given(story: Iterable[str], checks: Iterable[str], answers: Iterable[str]) -> str:
    """Return the code of those `story` cells that bind what the `checks` read, in their order.

    Code that is no Python counts as none: whoever runs it is told.

    Args:
        story: the code cells above the checks, without the set's first one and the answers.
        checks: the code of the checks.
        answers: names that the learner defines, so no story does.
    """
    codes = {source: _compiled(source) for source in story}
    kept: set[str] = set()
    needed = {name for check in checks for name in _read(_compiled(check))} - set(answers)
    while new := {source for source, code in codes.items() if _bound(code) & needed} - kept:
        kept |= new
        needed |= {name for source in new for name in _read(codes[source])} - set(answers)
    return "\n\n\n".join(source for source in codes if source in kept)


@lru_cache(maxsize=256)  # all exercises of a set have the same story
def _compiled(source: str) -> CodeType:
    try:
        return compile(source, "<cell>", "exec")
    except SyntaxError:
        return compile("", "<cell>", "exec")


def _read(code: CodeType) -> Iterator[str]:
    """Yield the global names that code reads, its functions and classes too."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _read(constant)


def _bound(code: CodeType) -> set[str]:
    """Return the names that a cell binds at its left margin."""
    return {i.argval for i in dis.get_instructions(code) if i.opname == "STORE_NAME"}
