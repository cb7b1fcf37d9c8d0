"""Packages that are guests in the book: where one is missing, a cell says so, and all goes on."""

from importlib import import_module
from types import ModuleType

from dlbook.i18n import _


def guest(name: str) -> ModuleType | None:
    """Return the package called `name`; None, after a printed line, where it is not installed.

    So a cell that compares dlbook with torch reads ``torch = guest("torch")``, ``if torch: ...``.
    """
    try:
        return import_module(name)
    except ImportError:
        print(_("{} is not installed: this cell shows nothing, the chapter goes on.").format(name))
        return None
