"""The rules for notebooks that a machine can check; each yields what breaks it, and where.

A rule takes the cells of a notebook and yields pairs: the id of a cell, and what to do there.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from dlbook.grading.cells import Cell

Broken = Iterator[tuple[str, str]]
BANNED = re.compile(r"\b(just|simply|obviously|clearly|of course|easy|easily)\b", re.IGNORECASE)
HEADING = re.compile(r"^(#+) (.*)$", re.MULTILINE)
CHAPTER_IMPORTS = """\
import numpy as np
import torch

from dlbook import Tensor, data, functional as F, nn, no_grad, optim, plots, record, train
from dlbook.gradcheck import gradcheck
"""
SET_IMPORTS = "import numpy as np\n\nfrom dlbook.check import check\n"


def code(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.kind == "code"]


def prose(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.kind == "markdown"]


def draws(cell: Cell) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell.outputs)


def short_cells(cells: list[Cell]) -> Broken:
    for cell in code(cells):
        lines = cell.source.count("\n") + 1
        if lines > 25:
            yield cell.id, f"{lines} lines of code: at most 25, split it"
    for cell in prose(cells):
        words = len(re.findall(r"\w[\w'-]*", cell.source))
        if words > 150 and "Sources" not in cell.source:
            yield cell.id, f"{words} words: at most 150, cut or split it"


def short_chapter(cells: list[Cell]) -> Broken:
    words = sum(len(re.findall(r"\w[\w'-]*", cell.source)) for cell in prose(cells))
    if len(cells) > 60 or words > 3000:
        yield "(all)", f"{len(cells)} cells and {words} words: at most 60 and 3000"


def rhythm(cells: list[Cell]) -> Broken:
    for three in zip(cells, cells[1:], cells[2:], strict=False):
        kinds = {cell.kind for cell in three}
        if len(kinds) == 1 and not any(cell.role for cell in three):
            yield three[2].id, f"the third {kinds.pop()} cell in a row: put the other kind between"


def figures_are_read(cells: list[Cell]) -> Broken:
    for one, two in pairwise(cells):
        if draws(one) and not re.match(r"\*\*Figure \d+\.\d+\.\*\*", two.source):
            yield two.id, "follows a figure: start with **Figure N.M.** and say what to see"
    for cell in code(cells):
        pictures = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        if any(not o["metadata"].get("image/png", {}).get("alt") for o in pictures):
            yield cell.id, "a figure without alt text: use plots.show(fig, alt=...)"


def opening(cells: list[Cell]) -> Broken:
    first = cells[0].source
    wanted = ["# ", "In this chapter you ", "**Needs**", "**Time**"]
    for part in wanted:
        if part not in first:
            yield cells[0].id, f"the first cell needs {part.strip()!r}"
    if not any(draws(cell) for cell in cells[:5]):
        yield cells[0].id, "no figure within the first five cells"


def close(cells: list[Cell]) -> Broken:
    headings = [heading[1] for cell in prose(cells) for heading in HEADING.findall(cell.source)]
    if headings[-3:] != ["What to keep", "Try it", "Sources"]:
        yield cells[-1].id, "end with the headings What to keep, Try it, Sources"


def headings(cells: list[Cell]) -> Broken:
    titles = 0
    for cell in prose(cells):
        for hashes, text in HEADING.findall(cell.source):
            titles += len(hashes) == 1
            if len(text.split()) > 8 + bool(re.match(r"\d", text)):
                yield cell.id, f"heading {text!r}: at most 8 words"
            if re.search(r"[^\x00-\x7F]", text):
                yield cell.id, f"heading {text!r}: plain letters alone"
    if titles != 1:
        yield cells[0].id, f"{titles} headings of the first level: exactly one"


def plain_words(cells: list[Cell]) -> Broken:
    for cell in cells:
        text = cell.source if cell.kind == "markdown" else "\n".join(hints(cell))
        for word in BANNED.findall(text):
            yield cell.id, f"the word {word!r}: leave it out, what it claims is not so for everyone"


def hints(cell: Cell) -> list[str]:
    return [line for line in cell.source.splitlines() if line.startswith("# hint:")]


def short_sentences(cells: list[Cell]) -> Broken:
    for cell in prose(cells):
        text = re.sub(r"^(\||>|#|\s*[-*] ).*$|`[^`]*`|\$[^$]*\$", "x", cell.source, flags=re.M)
        for sentence in re.split(r"(?<=[.?!:;])\s+|\n\n", text):
            if len(sentence.split()) > 32:
                yield cell.id, f"a sentence of {len(sentence.split())} words: {sentence[:50]!r}..."


def imports_first(imports: str) -> Callable[[list[Cell]], Broken]:
    def rule(cells: list[Cell]) -> Broken:
        first, *others = code(cells)
        if not (first.source + "\n").startswith(imports):
            yield first.id, f"start the first code cell with:\n{imports}"
        for cell in others:
            if cell.role is None and re.search(r"^(import|from) ", cell.source, re.MULTILINE):
                yield cell.id, "an import outside the first code cell"

    return rule


def clean_code(cells: list[Cell]) -> Broken:
    for cell in code(cells):
        if re.search(r"^\s*[!%]", cell.source, re.MULTILINE):
            yield cell.id, "a magic or shell line: take it out"
        if re.search(r"np\.random\.(?!default_rng|Generator)", cell.source):
            yield cell.id, "np.random.*: draw from rng"


def stable_output(cells: list[Cell]) -> Broken:
    for cell in code(cells):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield cell.id, "something on stderr: mend what warns"
            if re.search(r"\d\.\d{5,}", output.get("text", "")):
                yield cell.id, "a printed number with more than 4 decimals: format it"


CHAPTER_RULES = [
    *(short_cells, short_chapter, rhythm, figures_are_read, opening, close, headings),
    *(plain_words, short_sentences, imports_first(CHAPTER_IMPORTS), clean_code, stable_output),
]
SET_RULES = [
    *(short_cells, headings, plain_words, short_sentences),
    *(imports_first(SET_IMPORTS), clean_code),
]


def broken(cells: list[Cell], rules: list[Callable[[list[Cell]], Broken]]) -> list[str]:
    """Return a line for each breach of a rule."""
    return [f"cell {where}: {what}" for rule in rules for where, what in rule(cells)]
