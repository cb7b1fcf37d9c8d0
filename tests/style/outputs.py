"""Rules for what a reader sees below the code: figures, alt texts, numbers."""

import re
from itertools import pairwise

from dlbook.grading.notebook import Cell
from tests.pictures import alts
from tests.style.shape import FIGURE
from tests.style.sheet import Breaches, Sheet, draws, joined, printed

TRUTH = re.compile(r"\b(True|False)\b")


def figures_are_read(sheet: Sheet) -> Breaches:
    for one, two in pairwise([*sheet.cells, Cell("markdown", "", "(end)")]):
        if draws(one) and not FIGURE.match(two.source):
            yield two.id, "follows a figure: start with **Figure N.M.** and say what to see"


def alt_texts(sheet: Sheet) -> Breaches:
    for cell in sheet.code:
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            yield cell.id, "a picture without words: draw with plots.show(fig, alt=...), run again"
        for alt in alts(cell.outputs):
            sentences = len(re.findall(r"[.!](?=\s|$)", alt))
            if not 1 <= sentences <= 3 or re.search(r"(image|picture|plot|figure) of", alt, re.I):
                yield cell.id, f"alt {alt!r}: one or two sentences on what to see, no 'image of'"


def stable_output(sheet: Sheet) -> Breaches:
    for cell in sheet.code:
        for output in cell.outputs:
            data = output.get("data", {})
            text = joined(output.get("text", data.get("text/plain", "") if len(data) < 2 else ""))
            if output.get("name") == "stderr":
                yield cell.id, "something on stderr: mend what warns"
            if re.search(r"\d\.\d{5,}|\bat 0x[0-9a-f]+", text):
                yield cell.id, "more than 4 decimals, or an address: print it through a format"


def truths(sheet: Sheet) -> list[tuple[str, str]]:
    """Return cell and text of each printed line that is a True or False."""
    return [(cell.id, line) for cell in sheet.code for line in printed(cell) if TRUTH.search(line)]


def numbers_shown(sheet: Sheet) -> Breaches:
    """Yield each True or False where they are more than one in ten of the printed lines."""
    found, total = truths(sheet), sum(len(printed(cell)) for cell in sheet.code)
    if 10 * len(found) > total:
        for where, line in found:
            share = f"{len(found)} of {total} lines are True or False, at most one in ten"
            yield where, f"{line[:50]!r}: print what was measured ({share})"
