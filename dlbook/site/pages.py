"""From notebooks to pages: what a reader sees at once, what is folded, and where it runs.

An answer is folded until the reader asks for it: no page shows one before its question.
"""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlbook.check.roles import role
from dlbook.edition.book import Edition, headings
from dlbook.grading.notebook import Cell, Notebook, read
from dlbook.grading.teach.prose import anchor
from dlbook.i18n import N_, _
from dlbook.site import figures
from dlbook.site.addresses import CELL, id_of, run_address, to_root
from dlbook.site.stills import is_explorer, retold

_VERDICT = (N_("Show the verdict"), N_("Hide the verdict"))
ANSWERS = {  # what puts out the answer to a prediction: how the fold is called, and how when open
    "reveal": (N_("Show what the run says"), N_("Hide what the run says")),
    "claims.settle": _VERDICT,
    "retry": _VERDICT,
}
PUBLISHED = "as-published"  # the cell that has every answer shown: a page asks first
_STYLE = re.compile(r"\A<style>.*?</style>", re.DOTALL)
_TIME = re.compile(r"\*\*(?:Time\*\* (\d+) minutes|时间\*\*：(\d+) 分钟)")
_RUNNABLE = """
<p class="run-here"><a href="../{address}">{run}</a>
<span>{what}</span></p>
"""
_OPENS = {
    "chapters": N_(
        "This chapter opens in your browser: nothing to install, and nothing is sent anywhere."
    ),
    "exercises": N_(
        "This exercise set opens in your browser: nothing to install, and nothing is sent anywhere."
    ),
}
_MOVE = '<p class="still-note">{}</p>'
_MOVES_HERE = N_(
    'A picture of an explorer. <a href="{address}">Run this chapter here</a> to move its controls.'
)
_MOVES_THERE = N_(
    "A picture of an explorer. Its controls move when you run this chapter in JupyterLab."
)


@dataclass(frozen=True)
class Place:
    """What a cell needs to know of its page; `moves` says how explorers move there."""

    edition: Edition
    path: Path
    root: Path
    moves: str


@dataclass(frozen=True)
class Opening:
    """What the first cell of a notebook says of it; `minutes` is 0 where it says none."""

    title: str
    sentence: str
    minutes: int


def opening(notebook: Notebook) -> Opening:
    """Return title, first sentence and minutes of a notebook."""
    source = notebook.cells[0].source
    title, *rest = source.split("\n\n")
    time = _TIME.search(source)
    sentence = next((part for part in rest if not part.startswith(">")), "")  # `>`: a note
    return Opening(title.lstrip("# "), sentence, int(time[1] or time[2]) if time else 0)


def page(edition: Edition, path: Path, root: Path, runs: bool) -> str:
    """Return the notebook that the page of a notebook is made from.

    Args:
        edition: the course in the language of the page.
        path: a chapter, with its outputs, or an exercise set.
        root: the folder of the site; figures are put there.
        runs: whether the site can run it.
    """
    cells = [cell for cell in edition.notebook(path).cells if cell.id != PUBLISHED]
    first_code = next((cell.id for cell in cells if cell.kind == "code"), "")
    address = run_address(path.parent.name, path.stem, edition.language) if runs else ""
    here = _(_MOVES_HERE).format(address=f"../{address}")
    place = Place(edition, path, root, here if runs else _(_MOVES_THERE))
    entries = [_entry(cell, cell.id == first_code, place) for cell in cells]
    _keep_anchors(entries[1:], path)
    if runs and entries:
        title, _end, rest = entries[0]["source"].partition("\n")
        what = _(_OPENS[path.parent.name])
        button = _RUNNABLE.format(address=address, run=_("Run it here"), what=what)
        entries[0]["source"] = f"{title}\n{button}\n{rest.lstrip()}"
    language = {"name": "python", "pygments_lexer": "python"}
    content = {"cells": entries, "metadata": {"language_info": language}}
    return json.dumps(content | {"nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def _keep_anchors(entries: list[dict[str, Any]], path: Path) -> None:
    """Let anchors of English headings, and of cells, lead to what is translated, too."""
    english = {cell.id: cell.source for cell in read(path).cells}
    for entry in entries:
        before, after = headings(english[entry["id"]]), headings(entry["source"])
        if entry["cell_type"] != "markdown" or before == after or len(before) != len(after):
            continue
        for title, other in zip(before, after, strict=True):
            mark = f'<span id="{id_of(anchor(title))}"></span>'
            line = rf"^(#+ +{re.escape(other)})"
            entry["source"] = re.sub(line, rf"{mark}\n\n\1", entry["source"], flags=re.MULTILINE)
        mark = f'<span id="{id_of(CELL + entry["id"])}"></span>'
        entry["source"] = f"{mark}\n\n{entry['source']}"


def _entry(cell: Cell, is_first: bool, place: Place) -> dict[str, Any]:
    entry: dict[str, Any] = {"cell_type": cell.kind, "id": cell.id, "source": cell.source}
    entry["metadata"] = _folding(cell, is_first) if cell.kind == "code" else {}
    if cell.kind == "code":
        outputs = [_output(it, cell.source, place) for it in cell.outputs if not _is_live(it)]
        entry |= {"execution_count": None, "outputs": outputs}
    return entry


def _folding(cell: Cell, is_first: bool) -> dict[str, Any]:
    """Return the metadata by which myst-nb folds the code or the outputs of a cell."""
    found = role(cell.source)
    if is_first:
        return _folded("hide-input", _("Show the imports"), _("Hide the imports"))
    if found and found.kind == "check":
        show, hide = _("Show the check of {}"), _("Hide the check of {}")
        return _folded("hide-input", show.format(found.name), hide.format(found.name))
    answers = answers_of(cell.source)
    return _folded("hide-output", *map(_, ANSWERS[answers[0]])) if answers else {}


def _folded(tag: str, show: str, hide: str) -> dict[str, Any]:
    texts = {"code_prompt_show": show, "code_prompt_hide": hide}
    return {"tags": [tag], "mystnb": texts}


def answers_of(source: str) -> list[str]:
    """Return the calls by which code puts out answers, those of `ANSWERS` in their order."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return [name for name in ANSWERS if name in calls]


def _is_live(output: dict[str, Any]) -> bool:
    """Return whether an output speaks of controls, which a page does not have."""
    text = "".join(output.get("data", {}).get("text/plain", ""))
    return set(output.get("data", {})) == {"text/plain"} and "run this cell in JupyterLab" in text


def _output(output: dict[str, Any], source: str, place: Place) -> dict[str, Any]:
    """Return an output as the page shows it: figures as files, below an explorer how it moves."""
    data = dict(output.get("data", {}))
    if "text/markdown" in data:
        words = "".join(data["text/markdown"])
        data["text/markdown"] = place.edition.with_anchors(words, place.path)
    if "text/html" not in data:
        return output | ({"data": data} if data else {})
    html = "".join(data["text/html"])
    html = _STYLE.sub("", html)
    if is_explorer(html):
        begun = place.edition.has_begun(place.path)
        html = (retold(html, source) if begun else html) + _MOVE.format(place.moves)
    up = f"../{to_root(place.edition.language)}"
    return output | {"data": data | {"text/html": figures.stored(html, place.root, up)}}
