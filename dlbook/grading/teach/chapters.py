"""What notes say of a chapter: its minutes, its words, and its explorers with their questions."""

import re
from dataclasses import dataclass
from pathlib import Path

from dlbook.grading.course.exercise_set import stated_minutes
from dlbook.grading.notebook import Cell, read
from dlbook.grading.teach.prose import HEADING, anchor, parts, plain, question, words

PACE = 200  # words that are read in a minute
_EXPLORER = re.compile(r"\bexplore\.(\w+)\(")


@dataclass(frozen=True)
class Shown:
    """An explorer in a chapter: its name, the section, and the question asked right above it."""

    name: str
    section: str
    question: str


@dataclass(frozen=True)
class Chapter:
    """A chapter; `minutes` are those that it states, or its reading time where it states none."""

    stem: str
    title: str
    minutes: int
    words: int
    sections: dict[str, str]  # anchor: title
    explorers: tuple[Shown, ...]

    @property
    def reading(self) -> int:
        """The minutes that its words take."""
        return round(self.words / PACE)


def chapter(path: Path) -> Chapter:
    """Return what notes say of the chapter in a file.

    Raises:
        UnreadableError: if the file holds no notebook.
    """
    cells = read(path).cells
    prose = [cell.source for cell in cells if cell.kind == "markdown"]
    titles = [title for text in prose for _marks, title in HEADING.findall(text)]
    count = sum(map(words, prose))
    stated = stated_minutes(cells[0].source if cells else "")
    return Chapter(
        path.stem,
        title=plain(titles[0]) if titles else path.stem,
        minutes=stated[0] if stated else round(count / PACE),
        words=count,
        sections={anchor(title): plain(title) for title in titles},
        explorers=_explorers(cells),
    )


def _explorers(cells: tuple[Cell, ...]) -> tuple[Shown, ...]:
    """Return the explorers of a chapter, each where it first stands."""
    found: dict[str, Shown] = {}
    above = ""
    for part in parts(cells):
        if part.cell.kind == "markdown":
            above = part.cell.source
        for name in _EXPLORER.findall(part.cell.source if part.cell.kind == "code" else ""):
            found.setdefault(name, Shown(name, part.heading, question(above)))
    return tuple(found.values())
