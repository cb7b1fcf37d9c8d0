"""Packages that a set is to be solved without: found in an answer, or kept from being imported.

`dlbook` as one of them means all of it but this desk, which every exercise notebook imports, and
the translations of its words.
"""

import functools
import sys
from collections.abc import Iterator, Sequence
from dis import get_instructions
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from dlbook.i18n import _

_OPEN = (f"{__name__.rpartition('.')[0]}.", "dlbook.i18n.")  # this desk, and its words


def refusal(package: str) -> str:
    """Return what somebody is told who uses `package` in a set that is solved without it."""
    return _("this set is solved without {package}: write that part yourself").format(
        package=package
    )


def hiding(module: str, packages: Sequence[str]) -> str:
    """Return which of `packages` a module is in, '' for none of them."""
    if f"{module}.".startswith(_OPEN):
        return ""
    return next((name for name in packages if f"{module}.".startswith(f"{name}.")), "")


def block(packages: Sequence[str]) -> None:
    """Make every later import of `packages` in this process fail with a word on the reason.

    What runs in the same process can undo this: a sandbox does not show the packages at all.
    """
    if packages:
        sys.meta_path.insert(0, _Blocker(tuple(packages)))


def used_by(answer: object, packages: Sequence[str]) -> str:
    """Return the first of `packages` that `answer` imports or mentions, '' for none of them.

    Functions of the notebook that it calls count as parts of it.
    """
    if not packages:
        return ""
    waiting, seen = [answer], {id(answer)}
    while waiting:
        value = waiting.pop()
        found = hiding(_module_of(value), packages)
        if found:
            return found
        for code in _codes(value):
            for name in _imports(code):
                if hiding(name, packages):
                    return hiding(name, packages)
        for part in _parts(value):
            if id(part) not in seen:
                seen.add(id(part))
                waiting.append(part)
    return ""


class _Blocker(MetaPathFinder):
    """Refuses to find modules of some packages; those that are loaded already stay."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._packages = packages

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Return None, so that others look for the module, unless it is hidden."""
        found = hiding(fullname, self._packages)
        if found:
            raise ModuleNotFoundError(refusal(found), name=fullname)
        return None


def _module_of(value: object) -> str:
    """Return the module that a value is, or that it or its type was defined in."""
    if isinstance(value, ModuleType):
        return value.__name__
    named = getattr(value, "__module__", None)
    return named if isinstance(named, str) else type(value).__module__


def _codes(value: object) -> Iterator[CodeType]:
    """Yield the code of a function and of the functions in it."""
    waiting = [value.__code__] if isinstance(value, FunctionType) else []
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [part for part in code.co_consts if isinstance(part, CodeType)]


def _imports(code: CodeType) -> list[str]:
    return [str(step.argval) for step in get_instructions(code) if step.opname == "IMPORT_NAME"]


def _parts(value: Any) -> list[object]:
    """Return what a callable is made of: functions in it, and values that it mentions."""
    if isinstance(value, FunctionType):
        names = {name for code in _codes(value) for name in code.co_names}
        mentioned = [value.__globals__[name] for name in names if name in value.__globals__]
        cells = [cell for cell in value.__closure__ or () if _is_filled(cell)]
        kept = [cell.cell_contents for cell in cells]
        return [*mentioned, *kept, getattr(value, "__wrapped__", None)]
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, np.vectorize):
        return [value.pyfunc]
    if isinstance(value, type) and value.__module__ == "__main__":
        return list(vars(value).values())
    if isinstance(value, (staticmethod, classmethod)) or hasattr(value, "__func__"):
        return [value.__func__]
    return [type(value)] if type(value).__module__ == "__main__" else []


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (it raises where a variable was not set yet)
    except ValueError:
        return False
    return True
