"""The rules for notebooks that a machine can check: a table of names and functions at the end.

A rule takes the cells of a notebook and yields pairs: the id of a cell, and what to do there.
"""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from dlbook.grading.notebook import Cell
from tests.pictures import alts

Breaches = Iterator[tuple[str, str]]
Rule = Callable[[list[Cell]], Breaches]

CHAPTER_IMPORTS = """\
import numpy as np
import torch

from dlbook import Tensor, claims, data, explore, functional as F, nn, optim, plots, train
from dlbook.gradcheck import gradcheck
from dlbook.predict import reveal
from dlbook.tensor import no_grad, record
"""
SET_IMPORTS = """\
import numpy as np

from dlbook.check import check
"""
OURS = r"(import|from) (dlbook|numpy|torch)\b"  # what a notebook may import
CLOSE = ["What to keep", "Try it", "Sources"]
BANNED = re.compile(r"\b(just|simply|obviously|clearly|of course|easy|easily)\b", re.IGNORECASE)
HEADING = re.compile(r"^(#+) +(.*)$", re.MULTILINE)
FIGURE = re.compile(r"\*\*Figure (\d+)\.(\d+)\.\*\*")


def code(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.kind == "code"]


def prose(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.kind == "markdown"]


def trees(cells: list[Cell]) -> Iterator[tuple[Cell, ast.AST]]:
    """Return code cells with their syntax trees; `plain Python` tells of those that have none."""
    for cell in code(cells):
        try:
            yield cell, ast.parse(cell.source)
        except SyntaxError:
            continue


def headings_of(cells: list[Cell]) -> list[tuple[Cell, int, str]]:
    """Return cell, level and text of each heading."""
    found = [(cell, match) for cell in prose(cells) for match in HEADING.finditer(cell.source)]
    return [(cell, len(match[1]), match[2]) for cell, match in found]


def words(text: str) -> int:
    return len(re.findall(r"\w[\w'-]*", text))


def draws(cell: Cell) -> bool:
    return bool(alts(cell.outputs))


# ---- length and rhythm ----


def length(cells: list[Cell]) -> Breaches:
    total = sum(words(cell.source) for cell in prose(cells))
    if len(cells) > 60 or total > 3000:
        yield "(all)", f"{len(cells)} cells and {total} words: at most 60 and 3000, cut"


def short_cells(cells: list[Cell]) -> Breaches:
    for cell in code(cells):
        lines = cell.source.count("\n") + 1
        if lines > 25:
            yield cell.id, f"{lines} lines of code: at most 25, split it"
    for cell in prose(cells):
        count = words(cell.source.partition("## Sources")[0])
        if count > 150:
            yield cell.id, f"{count} words: at most 150, cut or split it"


def rhythm(cells: list[Cell]) -> Breaches:
    for three in zip(cells, cells[1:], cells[2:], strict=False):
        kinds = {cell.kind for cell in three}
        if len(kinds) == 1:
            yield three[2].id, f"the third {kinds.pop()} cell in a row: put the other kind between"


# ---- frame ----


def opening(cells: list[Cell]) -> Breaches:
    text = cells[0].source
    for part in ("# ", "In this chapter you build ", "**Needs**", "**Time**"):
        if not re.search("^" + re.escape(part), text, re.MULTILINE):
            yield cells[0].id, f"give the first cell a line that starts with {part.strip()!r}"
    if not any(draws(cell) for cell in cells[:5]):
        yield cells[0].id, "no figure within the first five cells: show one before explaining"


def close(cells: list[Cell]) -> Breaches:
    if [text for _cell, _level, text in headings_of(cells)][-3:] != CLOSE:
        yield cells[-1].id, f"end with the headings {', '.join(CLOSE)}"
        return
    end = "\n".join(cell.source for cell in prose(cells)[-3:])
    keep, tried = (re.split(rf"^## {name}$", end, flags=re.MULTILINE)[-1] for name in CLOSE[:2])
    kept = re.findall(r"^- ", keep.partition("## Try it")[0], re.MULTILINE)
    if not 3 <= len(kept) <= 5:
        yield cells[-1].id, f"What to keep: {len(kept)} lines that start with `- `, make it 3 to 5"
    if not re.search(r"`exercises/\d\d_\w+\.ipynb`", tried.partition("## Sources")[0]):
        yield cells[-1].id, "Try it: name the file, `exercises/NN_topic.ipynb`"


def headings(cells: list[Cell]) -> Breaches:
    levels = [level for _cell, level, _text in headings_of(cells)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield cells[0].id, "one heading of the first level, and it comes first"
    for cell, level, text in headings_of(cells):
        title = re.sub(r"^[\d.]+ ", "", text)
        later = [word for word in title.split()[1:] if len(word) > 3]
        if level > 3:
            yield cell.id, f"heading {text!r}: at most three levels"
        if len(title.split()) > 8:
            yield cell.id, f"heading {text!r}: at most 8 words"
        if len(later) > 1 and all(word[0].isupper() for word in later):
            yield cell.id, f"heading {text!r}: sentence case, capitals for names alone"
        if re.search(r"[^\x20-\x7F\u00C0-\u024F]", title):
            yield cell.id, f"heading {text!r}: letters alone, no pictures"


def numbers(cells: list[Cell]) -> Breaches:
    title = next((text for _cell, level, text in headings_of(cells) if level == 1), "")
    chapter = re.match(r"0?(\d+) ", title)
    if not chapter:
        yield cells[0].id, "start the title with the number of the chapter"
        return
    sections = [(cell, text) for cell, level, text in headings_of(cells) if level == 2]
    numbered = [(cell, text) for cell, text in sections if text[0].isdigit()]
    for number, (cell, text) in enumerate(numbered, start=1):
        if not text.startswith(f"{chapter[1]}.{number} "):
            yield cell.id, f"heading {text!r}: number it {chapter[1]}.{number}"
    figures = [(cell, found) for cell in prose(cells) for found in FIGURE.findall(cell.source)]
    for number, (cell, found) in enumerate(figures, start=1):
        if found != (chapter[1], str(number)):
            yield cell.id, f"Figure {'.'.join(found)}: number it {chapter[1]}.{number}"


def all_numbered(cells: list[Cell]) -> Breaches:
    for cell, level, text in headings_of(cells):
        if level == 2 and text not in CLOSE and not text[0].isdigit():
            yield cell.id, f"heading {text!r}: start it with its number"


# ---- prose ----


def plain_words(cells: list[Cell]) -> Breaches:
    for cell in cells:
        text = cell.source if cell.kind == "markdown" else "\n".join(hints_of(cell))
        for word in BANNED.findall(text):
            yield cell.id, f"{word!r}: leave it out, what it claims does not hold for everyone"


def short_sentences(cells: list[Cell]) -> Breaches:
    for cell in prose(cells):
        text = cell.source.partition("## Sources")[0]
        text = re.sub(r"^(\||>|#).*$|`[^`\n]*`|\$[^$]*\$", "x", text, flags=re.MULTILINE)
        for sentence in re.split(
            r"(?<=[.?!:;])[\s*_)\"]+|\n\n|^\s*[-*] ", text, flags=re.MULTILINE
        ):
            count = len(sentence.split())
            if count > 30:
                yield cell.id, f"{count} words in {sentence[:40]!r}...: at most 30, make it two"


def hints_of(cell: Cell) -> list[str]:
    return re.findall(r"^# hint: *(.*)$", cell.source, re.MULTILINE)


def short_hints(cells: list[Cell]) -> Breaches:
    for cell in cells:
        count = len(re.findall(r"[.?!](?=\s|$)", " ".join(hints_of(cell))))
        if count > 3:
            yield cell.id, f"{count} sentences in the hint: at most 3"


# ---- code ----


def plain_python(cells: list[Cell]) -> Breaches:
    for cell in code(cells):
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield cell.id, f"line {error.lineno} is not Python: no magics, no shell lines"


def imports_first(imports: str) -> Rule:
    """Return the rule that the first code cell imports these, and beside them only our packages."""
    wanted = [ast.unparse(node) for node in ast.parse(imports).body]

    def rule(cells: list[Cell]) -> Breaches:
        for number, (cell, tree) in enumerate(trees(cells)):
            nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
            found = [ast.unparse(node) for node in nodes]
            others = [line for line in found if not re.match(OURS, line)]
            if number == 0 and (others or not set(wanted) <= set(found)):
                yield (
                    cell.id,
                    f"import this in the first code cell, more of ours if need be:\n{imports}",
                )
            if number > 0 and found:
                yield cell.id, "an import outside the first code cell: take it out"

    return rule


def one_seed(cells: list[Cell]) -> Breaches:
    seeded = False
    for cell in code(cells):
        for name in re.findall(r"np\.random\.(?!default_rng|Generator)\w+", cell.source):
            yield cell.id, f"{name}: draw from rng instead"
        if cell.role and cell.role.kind.endswith("check"):
            continue  # a check may make equal generators, from numbers that its rng gave
        for line in re.findall(r".*default_rng\(.*", cell.source):
            if seeded or line != "rng = np.random.default_rng(0)":
                yield cell.id, "write `rng = np.random.default_rng(0)` once, and pass rng on"
            seeded = True


def no_outside(cells: list[Cell]) -> Breaches:
    for cell, tree in trees(cells):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in {"open", "exec", "eval", "__import__"}:
                yield cell.id, f"{node.id}: a notebook opens no files and runs no strings"
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.search(r"\w://|^(/\w+/|~/|\.{1,2}/\w)", text):
                yield cell.id, f"{text[:40]!r}: no paths and no network, take it out"


# ---- figures and output ----


def figures_are_read(cells: list[Cell]) -> Breaches:
    for one, two in pairwise([*cells, Cell("markdown", "", "(end)")]):
        if draws(one) and not FIGURE.match(two.source):
            yield two.id, "follows a figure: start with **Figure N.M.** and say what to see"


def alt_texts(cells: list[Cell]) -> Breaches:
    for cell in code(cells):
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            yield cell.id, "a picture without words: draw with plots.show(fig, alt=...), run again"
        for alt in alts(cell.outputs):
            sentences = len(re.findall(r"[.!](?=\s|$)", alt))
            if not 1 <= sentences <= 3 or re.search(r"(image|picture|plot|figure) of", alt, re.I):
                yield cell.id, f"alt {alt!r}: one or two sentences on what to see, no 'image of'"


def stable_output(cells: list[Cell]) -> Breaches:
    for cell in code(cells):
        for output in cell.outputs:
            data = output.get("data", {})
            text = output.get("text", "" if len(data) > 1 else data.get("text/plain", ""))
            text = "".join(text)
            if output.get("name") == "stderr":
                yield cell.id, "something on stderr: mend what warns"
            if re.search(r"\d\.\d{5,}|\bat 0x[0-9a-f]+", text):
                yield cell.id, "more than 4 decimals, or an address: print it through a format"


ALL_RULES: dict[str, Rule] = {
    "short cells": short_cells,
    "headings": headings,
    "numbers": numbers,
    "plain words": plain_words,
    "short sentences": short_sentences,
    "short hints": short_hints,
    "plain Python": plain_python,
    "one seed": one_seed,
    "no outside": no_outside,
    "stable output": stable_output,
}
CHAPTER_RULES: dict[str, Rule] = {
    **ALL_RULES,
    "length": length,
    "rhythm": rhythm,
    "opening": opening,
    "close": close,
    "all numbered": all_numbered,
    "imports": imports_first(CHAPTER_IMPORTS),
    "figures are read": figures_are_read,
    "alt texts": alt_texts,
}
SET_RULES: dict[str, Rule] = {**ALL_RULES, "imports": imports_first(SET_IMPORTS)}


def broken(name: str, cells: list[Cell], rules: dict[str, Rule]) -> list[str]:
    """Return a line for each breach: notebook, cell, rule and what to do."""
    return [
        f"{name}, cell {where}: {title}: {what}"
        for title, rule in rules.items()
        for where, what in rule(cells)
    ]
