"""The grammar of exercise notebooks: read safely, know each cell's role, write canonically.

Reading believes nothing and keeps whatever can be kept: what was mended is told in notes, and a
file that is no notebook is refused in one sentence. nbformat's own reader is not used, since it
raises a dozen kinds of exception on damaged files.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from dlbook.check.roles import Role, role
from dlbook.check.shared import _
from dlbook.grading.errors import UnreadableError
from dlbook.grading.unreadable import what_bytes_are, what_text_is

Texts = Callable[[str], list[str]]  # of code: what else stands in its outputs, in words
MAX_BYTES = 20_000_000
MAX_CELLS = 2_000
_KINDS = ("code", "markdown", "raw")
_OLD = 2  # the format in which the lines of a cell have no line ends


@dataclass(frozen=True)
class Cell:
    """One cell; `kind` is code, markdown or raw, `count` the execution count."""

    kind: str
    source: str
    id: str = ""
    count: int | None = None
    outputs: tuple[dict[str, Any], ...] = ()

    @cached_property
    def role(self) -> Role | None:
        return role(self.source)


def no_texts(source: str) -> list[str]:
    """Return nothing: the outputs of such a course show nothing that code merely names."""
    return []


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook, and notes on what was mended while reading it.

    `ran` is the digest of the code that its outputs are from; '' where nobody noted it.
    """

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = field(default=())
    ran: str = ""

    def is_executed(self, texts: Texts = no_texts) -> bool:
        """Return whether the outputs are those of this code, run from top to bottom."""
        code = [cell for cell in self.cells if cell.kind == "code"]
        in_order = [cell.count for cell in code] == list(range(1, len(code) + 1))
        return in_order and self.ran == code_digest(self.cells, texts)


def read(path: Path) -> Notebook:
    """Return the notebook in the file at `path`.

    Raises:
        UnreadableError: if it is not a regular file, is larger than 20 MB, may not be read, or is
            no notebook.
    """
    if not path.is_file():
        raise UnreadableError(
            _("A notebook file is needed, {path} is none: check its name.").format(path=path)
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError(
                _("it is larger than 20 MB: clear its outputs and save it again.")
            )
        return parse(path.read_bytes())
    except UnreadableError as error:
        raise UnreadableError(f"{path.name}: {error}") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        words = _("{name} cannot be read ({why}): give yourself the right to read it.")
        raise UnreadableError(words.format(name=path.name, why=why)) from None


def parse(data: bytes) -> Notebook:
    """Return the notebook that the bytes of a file hold.

    Raises:
        UnreadableError: if they hold none.
    """
    text = _text(data)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(what_text_is(text, error.lineno)) from None
    except (RecursionError, ValueError):
        raise UnreadableError(_("the file nests or counts beyond reason: save it again.")) from None
    notes: list[str] = []
    entries = _entries(content, notes)
    between = "\n" if content.get("nbformat") == _OLD else ""
    cells = [_cell(entry, between, notes) for entry in entries]
    kept = tuple(cell for cell in cells if cell)
    return Notebook(kept, tuple(dict.fromkeys(notes)), _ran(content))


def _ran(content: Any) -> str:
    metadata = content.get("metadata")
    noted = metadata.get("dlbook") if isinstance(metadata, dict) else None
    ran = noted.get("ran") if isinstance(noted, dict) else None
    return ran if isinstance(ran, str) else ""


def _text(data: bytes) -> str:
    if reason := what_bytes_are(data):
        raise UnreadableError(reason)
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableError(
            _("the file is not text in UTF-8: save it again from Jupyter.")
        ) from None


def _entries(content: Any, notes: list[str]) -> list[Any]:
    """Return the list of raw cells, also of a notebook in the old formats 2 and 3."""
    entries = content.get("cells") if isinstance(content, dict) else None
    if (
        entries is None
        and isinstance(content, dict)
        and isinstance(content.get("worksheets"), list)
    ):
        number = _OLD if content.get("nbformat") == _OLD else 3
        notes.append(_("read from the old notebook format {number}").format(number=number))
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        lists = [sheet.get("cells") for sheet in sheets]
        entries = [cell for cells in lists if isinstance(cells, list) for cell in cells]
    if not isinstance(entries, list):
        raise UnreadableError(_("the file is JSON but no notebook: it has no list of cells."))
    if len(entries) > MAX_CELLS:
        words = _("the notebook has {count} cells, at most {most} are read.")
        raise UnreadableError(words.format(count=len(entries), most=MAX_CELLS))
    return entries


def _cell(entry: Any, between: str, notes: list[str]) -> Cell | None:
    if not isinstance(entry, dict):
        notes.append(_("left out something in the list of cells that is no cell"))
        return None
    source = entry.get("source", entry.get("input", ""))
    if isinstance(source, list):
        source = between.join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        notes.append(_("left out a cell whose source is no text"))
        return None
    kind = entry.get("cell_type")
    source = source.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    outputs, count, name = entry.get("outputs"), entry.get("execution_count"), entry.get("id")
    return Cell(
        kind if kind in _KINDS else "raw",
        source.replace("\r\n", "\n"),
        name if isinstance(name, str) else "",
        count if type(count) is int else None,
        tuple(o for o in outputs if isinstance(o, dict)) if isinstance(outputs, list) else (),
    )


# ---- writing: one canonical form, so that a run without change is no diff ----


def canonical(cells: list[Cell] | tuple[Cell, ...], ran: str = "") -> str:
    """Return the text of a notebook file: nbformat 4.5, readable ids, newline at the end.

    Args:
        cells: what is in it.
        ran: the digest of the code that the outputs are from.
    """
    content: dict[str, Any] = {
        "cells": [_to_dict(cell) for cell in with_ids(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    if ran:
        content["metadata"]["dlbook"] = {"ran": ran}
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def code_digest(cells: list[Cell] | tuple[Cell, ...], texts: Texts = no_texts) -> str:
    """Return a digest of the code in a notebook: equal for two notebooks that run the same.

    Args:
        cells: what is in it.
        texts: what else stands in the outputs of some code, such as the words of a claim.
    """
    sources = [cell.source.rstrip() for cell in cells if cell.kind == "code"]
    sources += texts("\n".join(sources))
    return hashlib.sha256(json.dumps(sources).encode("utf-8")).hexdigest()


def with_ids(cells: list[Cell] | tuple[Cell, ...]) -> list[Cell]:
    """Return the cells, each with a readable unique id; an id that is readable already stays."""
    taken: set[str] = set()
    named = []
    for number, cell in enumerate(cells):
        wanted = cell.id if _is_readable(cell.id) and cell.id not in taken else _slug(cell, number)
        unique, copies = wanted, 1
        while unique in taken:
            copies += 1
            unique = f"{wanted}-{copies}"
        taken.add(unique)
        named.append(replace(cell, id=unique))
    return named


def _is_readable(name: str) -> bool:
    """Return whether an id is a name of ours and no random one (hexadecimal, or a UUID)."""
    return bool(re.fullmatch(r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*", name)) and not re.fullmatch(
        r"[0-9a-f]{6,12}|[0-9a-f]{8}-[0-9a-f-]{27}", name
    )


def _slug(cell: Cell, number: int) -> str:
    first = next((line for line in cell.source.splitlines() if line.strip(" #")), "")
    words = re.findall(r"[a-z][a-z0-9_]*", first.lower())[:6]
    slug = "-".join(words)[:50].strip("-_")
    return slug if _is_readable(slug) else f"cell-{number}"


def _to_dict(cell: Cell) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": {},
        "source": cell.source.rstrip("\n").splitlines(keepends=True),
    }
    if cell.kind == "code":
        entry |= {"execution_count": cell.count, "outputs": [_joined(o) for o in cell.outputs]}
    return entry


def _joined(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output with each text in one piece, however the file had cut it into lines."""

    def join(value: Any) -> Any:
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            return "".join(value)
        return value

    data = output.get("data")
    whole = output | {"text": join(output["text"])} if "text" in output else output
    if not isinstance(data, dict):
        return whole
    return whole | {"data": {mime: join(value) for mime, value in data.items()}}
