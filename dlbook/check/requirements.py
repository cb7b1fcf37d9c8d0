"""What the package says of itself that it needs: its core, and what each extra adds to it.

All of it is read from the metadata, which pip has from pyproject.toml; no list stands here.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from dlbook.i18n import _
from dlbook.version import distribution

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def needed(*extras: str, **machine: str) -> "dict[str, Requirement]":
    """Return what the core and some extras ask pip for, by the names of packages.

    It is empty where dlbook runs without being installed.

    Args:
        extras: their names. What pyproject.toml puts together of other extras stands spelt out in
            the metadata.
        machine: markers of another machine than this one, such as ``sys_platform="linux"``.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    places = [{**machine, "extra": extra} for extra in ("", *extras)]
    lines = [Requirement(line) for line in _lines()]
    return {
        canonicalize_name(line.name): line
        for line in lines
        if line.marker is None or any(line.marker.evaluate(place) for place in places)
    }


def extras() -> list[str]:
    """Return the names of all extras."""
    found = distribution()
    return (found.metadata.get_all("Provides-Extra") or []) if found else []


def extra_with(module: str) -> str:
    """Return the smallest extra that brings a module, '' if none does."""
    from packaging.utils import canonicalize_name

    name, core = canonicalize_name(module.split(".")[0]), needed()
    added = {extra: needed(extra) for extra in extras()}
    fitting = [extra for extra in added if name in added[extra] and name not in core]
    return min(fitting, key=lambda extra: len(added[extra]), default="")


def require(module: str) -> None:
    """Refuse to go on without a module that another process is to import.

    Raises:
        ModuleNotFoundError: if it is not installed.
    """
    if find_spec(module) is None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def advice(missing: str) -> str:
    """Return what is needed, got and to do where a module is missing; '' if no extra brings it."""
    extra = extra_with(missing)
    if not extra:
        return ""
    package = missing.split(".")[0]
    text = _(
        "the extra {extra} is needed for this, {package} is not installed: "
        'pip install "dlbook[{extra}]", or pip install -e ".[{extra}]" in a copy of the course'
    )
    return text.format(extra=extra, package=package)


def _lines() -> list[str]:
    found = distribution()
    return (found.requires or []) if found else []
