"""Which packages notebooks import that students would not get when they install a course."""

import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

_IMPORTED = re.compile(r"^[ \t]*(?:import|from)[ \t]+(\w+)", re.MULTILINE)
_NAME = re.compile(r"[\w.-]+")


def not_asked_for(sources: Iterable[str], pyproject: str) -> list[str]:
    """Return the packages that code imports and that a project does not bring along.

    Args:
        sources: the code of cells.
        pyproject: the project; its extras count, and what its packages need themselves.
    """
    project = tomllib.loads(pyproject)["project"]
    extras = project.get("optional-dependencies", {}).values()
    brought = _with_needed(
        [*project.get("dependencies", ()), *(one for own in extras for one in own)]
    )
    imported = {name for source in sources for name in _IMPORTED.findall(source)}
    carriers = packages_distributions()
    return sorted(
        name
        for name in imported - set(sys.stdlib_module_names) - {"dlbook"}
        if not brought & {_plain(carrier) for carrier in carriers.get(name, [name])}
    )


def _with_needed(lines: Iterable[str]) -> set[str]:
    """Return the names of packages that requirements ask for, and of all that these need."""
    found: set[str] = set()
    queue = [_plain(line) for line in lines]
    while queue:
        name = queue.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        queue += [_plain(line) for line in needed if "extra ==" not in line]
    return found


def _plain(requirement: str) -> str:
    """Return the name that a requirement begins with, as package indexes compare it."""
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""
