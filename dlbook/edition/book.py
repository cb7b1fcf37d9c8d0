"""A notebook of the course in the language of an edition."""

import posixpath
import re
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from urllib.parse import unquote

from dlbook.edition.sources import FOLDERS, locale, overlay_name
from dlbook.grading.course.build import Course
from dlbook.grading.notebook import Cell, Notebook, read
from dlbook.grading.teach.prose import HEADING, anchor
from dlbook.i18n import N_
from dlbook.i18n.overlay import STALE, Piece, fitting, load, note

_TARGET = re.compile(r"\]\(([^()#\s]*)#([^()\s]+)\)")
ENGLISH = N_("This notebook has not been translated yet, so it stands here in English.")


@dataclass(frozen=True)
class Edition:
    """The course in a language, such as `zh`; in English it is the course itself.

    A piece whose English has changed since it was translated is shown in English, with a note in
    both languages. A notebook that nobody has begun to translate is English with one such note.

    Anchors are made of the words of headings, so links lead to the translated ones. JupyterLab
    does not find an anchor with Chinese letters: `for_lab`, a translated heading keeps its English
    anchor beside its words, and links from other notebooks lead to its cell.
    """

    course: Course
    language: str
    for_lab: bool = False

    def notebook(self, path: Path) -> Notebook:
        """Return a notebook of the course with its prose in the language; code stays as it is.

        Args:
            path: of a notebook in chapters/ or exercises/ of the course.

        Raises:
            UnreadableError: if it is no notebook.
        """
        english = read(path)
        if self.language == "en":
            return english
        pieces = self._pieces(overlay_name(path))
        cells = [self._cell(cell, pieces, path) for cell in english.cells]
        if not pieces:
            first = next((n for n, cell in enumerate(cells) if cell.kind == "markdown"), None)
            if first is not None:
                cells[first] = self._noted(cells[first], ENGLISH)
        return replace(english, cells=tuple(cells))

    def has_begun(self, path: Path) -> bool:
        """Return whether a notebook is in the language, wholly or in part."""
        return self.language == "en" or bool(self._pieces(overlay_name(path)))

    def _pieces(self, name: str) -> dict[str, Piece]:
        return load(name, self.language, locale(self.course))

    def _cell(self, cell: Cell, pieces: dict[str, Piece], path: Path) -> Cell:
        if cell.kind != "markdown":
            return cell
        text = fitting(pieces, cell.id, cell.source)
        if text is None and pieces:
            cell = self._noted(cell, STALE)
        elif text is not None:
            text = _with_english_anchors(cell.source, text) if self.for_lab else text
            cell = replace(cell, source=text)
        return replace(cell, source=self.with_anchors(cell.source, path))

    def _noted(self, cell: Cell, text: str) -> Cell:
        """Return an English cell with a note in both languages, below its heading if it has one."""
        told = f"> *{note(text, self.language)}*"
        first, _end, rest = cell.source.partition("\n")
        if first.startswith("#"):
            return replace(cell, source="\n\n".join(filter(None, [first, told, rest.strip("\n")])))
        return replace(cell, source=f"{told}\n\n{cell.source}")

    # ---- links: an anchor is made of the words of a heading, and these are translated ----

    def with_anchors(self, source: str, path: Path) -> str:
        """Return prose of a notebook whose links lead to the headings as the edition words them."""
        here = overlay_name(path)

        def moved(found: re.Match[str]) -> str:
            place, target = found[1], unquote(found[2])
            there = posixpath.join(posixpath.dirname(here), place) if place else f"{here}.ipynb"
            name = posixpath.normpath(there).removesuffix(".ipynb")
            if self.for_lab and not place:
                return found[0]
            return f"]({place}#{self._anchors.get(name, {}).get(target, found[2])})"

        return _TARGET.sub(moved, source)

    @cached_property
    def _anchors(self) -> dict[str, dict[str, str]]:
        """The anchors of the edition by notebook and by the English anchor."""
        found = {}
        for folder in FOLDERS:
            for path in self.course.notebooks(folder):
                if pieces := self._pieces(overlay_name(path)):
                    found[overlay_name(path)] = self._moved(read(path), pieces)
        return found

    def _moved(self, english: Notebook, pieces: dict[str, Piece]) -> dict[str, str]:
        """Return where links to the headings of a notebook lead, by their English anchors."""
        found: dict[str, str] = {}
        for cell in english.cells:
            text = fitting(pieces, cell.id, cell.source) if cell.kind == "markdown" else None
            for before, after in _pairs(cell.source, text or ""):
                found[anchor(before)] = f"cell-id={cell.id}" if self.for_lab else anchor(after)
        return found


def _pairs(english: str, other: str) -> list[tuple[str, str]]:
    """Return the titles of headings in prose, each with that of its translation."""
    before, after = headings(english), headings(other)
    return list(zip(before, after, strict=True)) if len(before) == len(after) else []


def _with_english_anchors(english: str, other: str) -> str:
    """Return translated prose whose headings have the anchors of the English ones, too."""
    anchors = [anchor(title) for title, _other in _pairs(english, other)]
    if not anchors or "```" in other:  # where a comment in code may look like a heading
        return other
    names = iter(anchors)

    def named(found: re.Match[str]) -> str:
        return f'{found[1]} <a id="{escape(next(names))}"></a>{found[2]}'

    return HEADING.sub(named, other)


def headings(source: str) -> list[str]:
    """Return the titles of the headings in prose."""
    return [title.strip() for _marks, title in HEADING.findall(source)]
