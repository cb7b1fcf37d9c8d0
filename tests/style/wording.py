"""Rules for sentences: words to leave out, length, hints."""

import re
from collections.abc import Iterator

from dlbook.grading.notebook import Cell
from tests.style.sheet import Breaches, Sheet, body

BANNED = re.compile(r"\b(just|simply|obviously|clearly|of course|easy|easily)\b", re.IGNORECASE)
WE = re.compile(r"\b(we|us|our|ours|let's)\b", re.IGNORECASE)
DOUBLED = re.compile(r"\b([a-z]+)[ \n]\1\b", re.IGNORECASE)
LONGEST = 30  # words of a sentence
CODE = re.compile(r"`[^`\n]*`|\$\$.+?\$\$|\$[^$\n]*\$", re.DOTALL)


def sentences(cell: Cell) -> Iterator[str]:
    """Yield the sentences and parts of sentences in a prose cell; code counts as one word."""
    text = re.sub(r"\]\([^)\s]*\)", "]", CODE.sub("x", body(cell)))
    text = re.sub(r"^(\||>|#).*$", "", text, flags=re.MULTILINE)
    for part in re.split(r"(?<=[.?!:;])[\s*_)\"]+|\n\n|^\s*[-*] ", text, flags=re.MULTILINE):
        if part.strip():
            yield part.strip()


def plain_words(sheet: Sheet) -> Breaches:
    for cell in sheet.cells:
        text = cell.source if cell.kind == "markdown" else "\n".join(hints_of(cell))
        for word in BANNED.findall(text):
            yield cell.id, f"{word!r}: leave it out, what it claims does not hold for everyone"


def you_not_we(sheet: Sheet) -> Breaches:
    for cell in sheet.prose:
        for word in WE.findall(CODE.sub("x", body(cell))):
            yield cell.id, f"{word!r}: nobody is meant by it, write `you` or name who does it"


def no_doubles(sheet: Sheet) -> Breaches:
    for cell in sheet.prose:
        for word in DOUBLED.findall(CODE.sub("0", body(cell))):
            yield cell.id, f"'{word} {word}': write it once"


def short_sentences(sheet: Sheet) -> Breaches:
    for cell in sheet.prose:
        for sentence in sentences(cell):
            count = len(sentence.split())
            if count > LONGEST:
                said = f"{count} words in {sentence[:40]!r}..."
                yield cell.id, f"{said}: at most {LONGEST}, make it two"


def hints_of(cell: Cell) -> list[str]:
    if cell.role and cell.role.kind == "second hint":
        return cell.source.splitlines()[1:]
    return re.findall(r"^# hint: *(.*)$", cell.source, re.MULTILINE)


def short_hints(sheet: Sheet) -> Breaches:
    for cell in sheet.cells:
        count = len(re.findall(r"[.?!](?=\s|$)", " ".join(hints_of(cell))))
        if count > 3:
            yield cell.id, f"{count} sentences in the hint: at most 3"
