"""What the prose of a notebook says: headings and where links find them, words, questions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dlbook.grading.notebook import Cell

HEADING = re.compile(r"^(#+) +(.*)$", re.MULTILINE)
LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)")
_UNREAD = re.compile(r"```.*?```|`[^`\n]*`|\$\$.+?\$\$|\$[^$\n]*\$", re.DOTALL)  # code and formulas
_QUESTION = re.compile(r"(?:^|(?<=[.?!:])\s)\s*([^.?!:][^.?!]*\?)")


@dataclass(frozen=True)
class Part:
    """A cell, or the part of a prose cell from one heading to the next.

    `heading` is the title of the heading that it stands under, '' above the first one.
    """

    heading: str
    cell: Cell


def parts(cells: Iterable[Cell]) -> list[Part]:
    """Return the cells of a notebook, prose cells cut at their headings."""
    found, heading = [], ""
    for cell in cells:
        texts = [cell.source]
        if cell.kind == "markdown":
            texts = re.split(r"^(?=#+ )", cell.source, flags=re.MULTILINE)
        for text in filter(str.strip, texts):
            if cell.kind == "markdown" and (title := HEADING.match(text)):
                heading = title[2].strip()
            found.append(Part(heading, replace(cell, source=text)))
    return found


def anchor(title: str) -> str:
    """Return the anchor of a heading, as JupyterLab and GitHub both make it in notebooks."""
    return _unmarked(title).replace(" ", "-")


def plain(text: str) -> str:
    """Return text in Markdown as it is read: links as their words, no marks."""
    return " ".join(re.sub(r"[`*]", "", LINK.sub(r"\1", text)).split())


def read_aloud(text: str) -> str:
    """Return text in Markdown without code, formulas and where its links lead."""
    return LINK.sub(r"\1", _UNREAD.sub(" ", text))


def words(text: str) -> int:
    """Return how many words a text has; the target of a link is none."""
    return len(re.findall(r"\w[\w'-]*", re.sub(r"\]\([^)\s]*\)|https?://\S+", "", text)))


def question(text: str) -> str:
    """Return the last question of the last paragraph of a text, '' where it asks none."""
    found = _QUESTION.findall(plain(text.strip().rpartition("\n\n")[2]))
    return found[-1] if found else ""


def _unmarked(title: str) -> str:
    return re.sub(r"[`*]|(?<!\w)_|_(?!\w)", "", LINK.sub(r"\1", title)).strip()
