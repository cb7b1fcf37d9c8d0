"""Text in a terminal: its paragraphs, and lines in which a Chinese character takes two columns."""

import re
from collections.abc import Iterable
from inspect import cleandoc
from unicodedata import east_asian_width

_OPENING, _CLOSING = "“‘（《「", "”’）》」，。：；？！、…"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_PIECE = re.compile(  # what no line may end in
    rf"[{_OPENING}]*(?:[{_HAN}]|[^\s{_HAN}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*\s*"
)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a docstring, each on one line."""
    return [" ".join(part.split()) for part in cleandoc(text).split("\n\n")]


def fill(text: str, width: int) -> list[str]:
    """Return a paragraph as lines of at most `width` columns.

    A line may end between two Chinese characters and at a space, never before a mark that closes
    or after one that opens. A word that is longer than a line has a line of its own.
    """
    lines = [""]
    for piece in filter(None, _PIECE.findall(text)):
        if lines[-1] and columns(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def table(rows: Iterable[tuple[str, str]], width: int, gap: int = 2) -> list[str]:
    """Return lines with a name and its text beside each other, texts below each other.

    Args:
        rows: names, and what is said of them.
        width: of a line, in columns.
        gap: spaces between the longest name and the texts.
    """
    rows = list(rows)
    start = max(columns(name) for name, _text in rows) + gap
    lines = []
    for name, text in rows:
        first, *others = fill(text, width - start)
        lines.append(f"{name}{' ' * (start - columns(name))}{first}".rstrip())
        lines += [" " * start + line for line in others]
    return lines
