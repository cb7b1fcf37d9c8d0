"""Which version of dlbook this is, and what brought it here."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution


def version() -> str:
    """Return the version that is installed, or where dlbook runs from if it is not installed."""
    from importlib import metadata

    try:
        return metadata.version("dlbook")
    except metadata.PackageNotFoundError:
        found = distribution()
    if found is None or found.name == "dlbook":
        return f"of no known version, run from {Path(__file__).resolve().parents[1]}"
    return f"{found.version} of {found.name}"


def distribution() -> "Distribution | None":
    """Return what has installed the command: dlbook, or the bundle of a course that carries it."""
    from importlib import metadata

    commands = metadata.entry_points(group="console_scripts", name="dlbook")
    return next((command.dist for command in commands), None)
