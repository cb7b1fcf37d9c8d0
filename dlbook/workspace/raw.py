"""Notebook files with all that is in them: what is not ours to judge stays as it is."""

import json
from typing import Any

from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import parse
from dlbook.i18n import _

RawCell = dict[str, Any]  # a cell as it stands in the file


def content(data: bytes) -> dict[str, Any]:
    """Return what a notebook's file holds.

    Raises:
        UnreadableError: if it is no notebook, or in a format without a list of cells.
    """
    parse(data)  # refuses what is no notebook, in words
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        found = json.loads(data.decode("utf-16"))
    if not isinstance(found.get("cells"), list):
        raise UnreadableError(
            _("it is in an old notebook format: open and save it once in Jupyter.")
        )
    return dict(found)


def cells(found: dict[str, Any]) -> list[RawCell]:
    """Return the cells in what a file holds."""
    return [cell for cell in found["cells"] if isinstance(cell, dict)]


def text(cell: RawCell) -> str:
    """Return the source of a cell in one piece."""
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def dump(found: dict[str, Any]) -> bytes:
    """Return the file that holds `found`."""
    return (json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8")
