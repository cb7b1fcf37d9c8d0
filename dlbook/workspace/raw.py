"""Notebook files with all that is in them: what is not ours to judge stays as it is."""

import json
from pathlib import Path
from typing import Any

from dlbook.grading.errors import UnreadableError
from dlbook.grading.notebook import parse
from dlbook.i18n import _

RawCell = dict[str, Any]  # a cell as it stands in the file


def read(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        UnreadableError: if it is a folder, or may not be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        text = _("it cannot be read ({why}): give yourself the right to read it.")
        if path.is_dir():
            text = _("a notebook file is needed, it is a folder: give the folder another name.")
        raise UnreadableError(text.format(why=why)) from error


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
    try:
        return _dump(found, ensure_ascii=False)
    except UnicodeEncodeError:  # half of a letter, which JSON can name and UTF-8 cannot hold
        return _dump(found, ensure_ascii=True)


def _dump(found: dict[str, Any], *, ensure_ascii: bool) -> bytes:
    text = json.dumps(found, indent=1, ensure_ascii=ensure_ascii, sort_keys=True)
    return f"{text}\n".encode()
