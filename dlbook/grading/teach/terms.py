"""The page of terms: each in English and Chinese, with a link to its first use in each chapter."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Protocol

from dlbook.grading.course.build import Course
from dlbook.grading.notebook import read
from dlbook.grading.results.html import render
from dlbook.grading.teach.links import Links
from dlbook.grading.teach.prose import Part, anchor, parts, plain, read_aloud


class Term(Protocol):
    """What the page needs to know of a term; `pattern` finds it in running text."""

    @property
    def id(self) -> str: ...
    @property
    def english(self) -> str: ...
    @property
    def chinese(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def pattern(self) -> re.Pattern[str]: ...


@dataclass(frozen=True)
class Use:
    """Where a chapter first uses a term: the chapter, and the title of the section."""

    stem: str
    section: str

    @property
    def anchor(self) -> str:
        return anchor(self.section)


@dataclass(frozen=True)
class _Row:
    """One row of the page; `alike` tells that another term is spelt as this one."""

    term: Term
    uses: list[Use]
    alike: bool


def terms_page(course: Course, terms: Sequence[Term], links: Links) -> str:
    """Return the page of terms, with an `id` for each term and links into the chapters.

    Args:
        course: its chapters are read; without chapters there are no links.
        terms: in the order in which the page shows them.
        links: where the page finds the course.
    """
    chapters = [_prose(path) for path in course.notebooks("chapters")]
    spelt = Counter(name.lower() for term in terms for name in term.names)
    rows = [
        _Row(
            term,
            [use for stem, prose in chapters if (use := first_use(term.pattern, stem, prose))],
            alike=any(spelt[name.lower()] > 1 for name in term.names),
        )
        for term in terms
    ]
    return render(
        "terms.html",
        letters=[(letter, list(group)) for letter, group in groupby(rows, _letter)],
        link=links.to,
        plain=plain,
        has_chapters=bool(chapters),
    )


def first_use(pattern: re.Pattern[str], stem: str, prose: Sequence[Part]) -> Use | None:
    """Return where the prose of a chapter first uses what a pattern finds, None if it does not."""
    for part in prose:
        if pattern.search(read_aloud(part.cell.source)):
            return Use(stem, part.heading)
    return None


def _prose(path: Path) -> tuple[str, list[Part]]:
    """Return the prose of a chapter, without the titles of its sources."""
    return path.stem, list(_said(parts(read(path).cells)))


def _said(found: Sequence[Part]) -> Iterator[Part]:
    for part in found:
        if part.cell.kind == "markdown" and part.heading != "Sources":
            yield part


def _letter(row: _Row) -> str:
    return row.term.names[0][:1].upper()
