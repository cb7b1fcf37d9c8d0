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
from dlbook.grading.notebook import Cell, read
from dlbook.site import figures
from dlbook.site.addresses import run_address

ANSWERS = {  # what puts out the answer to a prediction: how the fold is called
    "reveal": "Show what the run says",
    "claims.settle": "Show the verdict",
    "retry": "Show the verdict",
}
PUBLISHED = "as-published"  # the cell that has every answer shown: a page asks first
_STILL = re.compile(r"\A<style>.*?</style>", re.DOTALL)
_TIME = re.compile(r"\*\*Time\*\* (\d+) minutes")
_RUNNABLE = """
<p class="run-here"><a href="../{address}">Run it here</a>
<span>{what} opens in your browser: nothing to install, and nothing is sent anywhere.</span></p>
"""
_MOVE = '<p class="still-note">A picture of an explorer. {}</p>'
_MOVES_HERE = '<a href="../{address}">Run this chapter here</a> to move its controls.'
_MOVES_THERE = "Its controls move when you run this chapter in JupyterLab."


@dataclass(frozen=True)
class Opening:
    """What the first cell of a notebook says of it; `minutes` is 0 where it says none."""

    title: str
    sentence: str
    minutes: int


def opening(path: Path) -> Opening:
    """Return title, first sentence and minutes of a notebook."""
    source = read(path).cells[0].source
    title, _, rest = source.partition("\n")
    time = _TIME.search(source)
    sentence = rest.strip().partition("\n\n")[0]
    return Opening(title.lstrip("# "), sentence, int(time[1]) if time else 0)


def page(path: Path, root: Path, runs: bool) -> str:
    """Return the notebook that the page of a notebook is made from.

    Args:
        path: a chapter, with its outputs, or an exercise set.
        root: the folder of the site; figures are put there.
        runs: whether the site can run it.
    """
    cells = [cell for cell in read(path).cells if cell.id != PUBLISHED]
    first_code = next((cell.id for cell in cells if cell.kind == "code"), "")
    address = run_address(path.parent.name, path.stem) if runs else ""
    moves = _MOVE.format(_MOVES_HERE.format(address=address) if runs else _MOVES_THERE)
    entries = [_entry(cell, cell.id == first_code, root, moves) for cell in cells]
    if runs and entries:
        title, _, rest = entries[0]["source"].partition("\n")
        what = "This chapter" if path.parent.name == "chapters" else "This exercise set"
        button = _RUNNABLE.format(address=address, what=what)
        entries[0]["source"] = f"{title}\n{button}\n{rest.lstrip()}"
    language = {"name": "python", "pygments_lexer": "python"}
    content = {"cells": entries, "metadata": {"language_info": language}}
    return json.dumps(content | {"nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)


def _entry(cell: Cell, is_first: bool, root: Path, moves: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"cell_type": cell.kind, "id": cell.id, "source": cell.source}
    entry["metadata"] = _folding(cell, is_first) if cell.kind == "code" else {}
    if cell.kind == "code":
        outputs = [_output(output, root, moves) for output in cell.outputs if not _is_live(output)]
        entry |= {"execution_count": None, "outputs": outputs}
    return entry


def _folding(cell: Cell, is_first: bool) -> dict[str, Any]:
    """Return the metadata by which myst-nb folds the code or the outputs of a cell."""
    found = role(cell.source)
    if is_first:
        return _folded("hide-input", "Show the imports")
    if found and found.kind == "check":
        return _folded("hide-input", f"Show the check of {found.name}")
    answers = answers_of(cell.source)
    return _folded("hide-output", ANSWERS[answers[0]]) if answers else {}


def _folded(tag: str, prompt: str) -> dict[str, Any]:
    texts = {"code_prompt_show": prompt, "code_prompt_hide": prompt.replace("Show", "Hide")}
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


def _output(output: dict[str, Any], root: Path, moves: str) -> dict[str, Any]:
    """Return an output as the page shows it: figures as files, below an explorer how it moves."""
    data = output.get("data", {})
    if "text/html" not in data:
        return output
    html = "".join(data["text/html"])
    if still := _STILL.match(html):
        html = html[still.end() :] + moves
    return output | {"data": data | {"text/html": figures.stored(html, root)}}
