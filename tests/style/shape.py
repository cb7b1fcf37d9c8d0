"""Rules for the shape of a notebook: length, rhythm, opening, close, headings, numbers."""

import re

from dlbook.grading.teach.prose import words
from tests.style.sheet import Breaches, Sheet, body, draws, is_prediction

CLOSE = ["What to keep", "Try it", "Sources"]
FIGURE = re.compile(r"\*\*Figure (\d+)\.(\d+)\.\*\*")
MOST_CELLS, MOST_WORDS = 80, 3500


def length(sheet: Sheet) -> Breaches:
    total = sum(words(cell.source) for cell in sheet.prose)
    if len(sheet.cells) > MOST_CELLS or total > MOST_WORDS:
        most = f"at most {MOST_CELLS} and {MOST_WORDS}, cut"
        yield "(all)", f"{len(sheet.cells)} cells and {total} words: {most}"


def short_cells(sheet: Sheet) -> Breaches:
    for cell in sheet.code:
        lines = cell.source.count("\n") + 1
        if lines > 25:
            yield cell.id, f"{lines} lines of code: at most 25, split it"
    for cell in sheet.prose:
        count = words(body(cell))
        if count > 150:
            yield cell.id, f"{count} words: at most 150, cut or split it"


def rhythm(sheet: Sheet) -> Breaches:
    """Yield every third cell of a kind in a row; a prediction belongs to its experiment."""
    cells = [cell for cell in sheet.cells if not is_prediction(cell) and cell.id != "as-published"]
    for three in zip(cells, cells[1:], cells[2:], strict=False):
        kinds = {cell.kind for cell in three}
        if len(kinds) == 1:
            yield three[2].id, f"the third {kinds.pop()} cell in a row: put the other kind between"


def opening(sheet: Sheet) -> Breaches:
    first = sheet.cells[0]
    for part in ("# ", "In this chapter you build ", "**Needs**", "**Time**"):
        if not re.search("^" + re.escape(part), first.source, re.MULTILINE):
            yield first.id, f"give the first cell a line that starts with {part.strip()!r}"
    if not any(draws(cell) for cell in sheet.cells[:5]):
        yield first.id, "no figure within the first five cells: show one before explaining"


def close(sheet: Sheet) -> Breaches:
    last = sheet.cells[-1]
    if [text for _cell, _level, text in sheet.headings][-3:] != CLOSE:
        yield last.id, f"end with the headings {', '.join(CLOSE)}"
        return
    sections = {title: "\n".join(cell.source for cell in cells) for title, cells in sheet.sections}
    kept = len(re.findall(r"^- ", sections["What to keep"], re.MULTILINE))
    if not 3 <= kept <= 5:
        yield last.id, f"What to keep: {kept} lines that start with `- `, make it 3 to 5"
    if not re.search(r"\]\(\.\./exercises/\d\d_\w+\.ipynb\)", sections["Try it"]):
        yield last.id, "Try it: link the exercises, `[...](../exercises/NN_topic.ipynb)`"


def headings(sheet: Sheet) -> Breaches:
    levels = [level for _cell, level, _text in sheet.headings]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield sheet.cells[0].id, "one heading of the first level, and it comes first"
    for cell, level, text in sheet.headings:
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


def numbers(sheet: Sheet) -> Breaches:
    title = next((text for _cell, level, text in sheet.headings if level == 1), "")
    chapter = re.match(r"0?(\d+) ", title)
    if not chapter:
        yield sheet.cells[0].id, "start the title with the number of the chapter"
        return
    sections = [(cell, text) for cell, level, text in sheet.headings if level == 2]
    numbered = [(cell, text) for cell, text in sections if text[0].isdigit()]
    for number, (cell, text) in enumerate(numbered, start=1):
        if not text.startswith(f"{chapter[1]}.{number} "):
            yield cell.id, f"heading {text!r}: number it {chapter[1]}.{number}"
    figures = [(cell, found) for cell in sheet.prose for found in FIGURE.findall(cell.source)]
    for number, (cell, found) in enumerate(figures, start=1):
        if found != (chapter[1], str(number)):
            yield cell.id, f"Figure {'.'.join(found)}: number it {chapter[1]}.{number}"


def all_numbered(sheet: Sheet) -> Breaches:
    for cell, level, text in sheet.headings:
        if level == 2 and text not in CLOSE and not text[0].isdigit():
            yield cell.id, f"heading {text!r}: start it with its number"
