"""What does not fit in the editions of a course: missing, stale, orphaned, changed, ill written."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from dlbook.edition import chinese, form, strings
from dlbook.edition.literals import differences
from dlbook.edition.sources import locale, overlays
from dlbook.grading.course.build import Course
from dlbook.i18n import FOLDERS
from dlbook.i18n.overlay import Piece, digest, parse, path


def problems(course: Course) -> list[str]:
    """Return the problems of all editions of a course, a sentence each.

    A notebook without an overlay is no problem: an edition grows chapter by chapter.
    """
    if not locale(course).is_dir():
        return []
    sources = dict(overlays(course))
    found: list[str] = []
    for language, folder in FOLDERS.items():
        for name, english in sources.items():
            place = path(name, language, locale(course))
            if place.is_file():
                found += [f"{_short(place)}: {p}" for p in overlay_problems(english, place)]
        found += _strays(locale(course) / folder, set(sources))
        place = locale(course) / folder / "dlbook.po"
        if place.is_file():
            told = form.in_file(place, form.of_catalogue, strings.problems)
            found += [f"{_short(place)}: {p}" for p in told]
    return found


def _short(place: Path) -> str:
    return place.as_posix().partition("/locale/")[2]


def overlay_problems(english: dict[str, str], place: Path) -> Iterator[str]:
    """Return what is wrong with the overlay in a file: its lines, or else piece by piece.

    Args:
        english: what there is to translate, by name.
        place: of the overlay.
    """
    return form.in_file(place, form.of_overlay, partial(_pieces, english))


def _pieces(english: dict[str, str], text: str) -> Iterator[str]:
    pieces = parse(text)
    for name, count in Counter(name for name, _piece in pieces).items():
        if count > 1:
            yield f"{name} stands there {count} times: keep one"
        if name not in english:
            yield f"{name} is an orphan: the English has no such piece, take it out or rename it"
    translated = dict(pieces)
    for name, text in english.items():
        if name not in translated:
            yield f"{name} is missing: add `<!-- {name} {digest(text)} -->` and its translation"
        else:
            yield from (f"{name} {problem}" for problem in _piece(text, translated[name]))


def _piece(english: str, piece: Piece) -> Iterator[str]:
    """Yield what is wrong with one piece."""
    now = digest(english)
    if piece.digest == "?":
        yield f"has no digest yet: write {now} above it, or run `python -m dlbook.edition.draft`"
        return
    if piece.digest != now:
        yield f"is stale: its English has changed; translate it again, then write {now} above it"
        return
    if not piece.text:
        yield "is empty: write its translation below the line"
        return
    yield from (f"differs from its English, {words}" for words in differences(english, piece.text))
    yield from (f"breaks a house rule, {words}" for words in chinese.problems(piece.text, english))
    yield from (f"uses another term: {words}" for words in chinese.wrong_terms(english, piece.text))


def _strays(folder: Path, known: set[str]) -> Iterator[str]:
    for place in sorted(folder.rglob("*.md")):
        if place.relative_to(folder).with_suffix("").as_posix() not in known:
            yield f"{_short(place)}: it belongs to no notebook: take it out or rename it"
