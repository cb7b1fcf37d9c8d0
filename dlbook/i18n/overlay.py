"""Overlays: the prose of an edition in another language, laid over the English by name.

An overlay is one Markdown file. A line such as `<!-- figure-one-weight 1a2b3c4d -->` stands above
each piece of prose. It gives the name of what is translated, here a cell, and the digest of the
English that it was translated from. Several such lines share the piece below them. Where a digest
no longer fits, the piece is stale: then the English is shown, with a note in both languages.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dlbook.i18n import FOLDERS, LOCALE, N_, language, words

MARK = re.compile(r"^<!-- (\S.*?) ([0-9a-f]{8}|\?) -->$", re.MULTILINE)
STALE = N_(
    "The translation of this part is behind the English text, so the English text stands here."
)


@dataclass(frozen=True)
class Piece:
    """A piece of prose, and the digest of its English; `?` where nobody has noted it."""

    digest: str
    text: str


def digest(text: str) -> str:
    """Return a digest of the words of a text, paragraph by paragraph: line ends do not count."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text)]
    plain = "\n\n".join(filter(None, paragraphs))
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:8]


def parse(text: str) -> list[tuple[str, Piece]]:
    """Return names and pieces in the text of an overlay, in its order."""
    _above, *parts = MARK.split(text)
    found: list[tuple[str, Piece]] = []
    shared = ""
    for at in range(len(parts) - 3, -1, -3):  # from the last one, since lines share what is below
        name, noted, body = parts[at : at + 3]
        shared = body.strip() or shared
        found.append((name, Piece(noted, shared)))
    return found[::-1]


def path(name: str, language: str, locale: Path = LOCALE) -> Path:
    """Return where the overlay of a text is, such as `chapters/00_start_here`, or would be."""
    return locale / FOLDERS[language] / f"{name}.md"


def load(name: str, language: str, locale: Path = LOCALE) -> dict[str, Piece]:
    """Return the pieces of an overlay by name; none in English, and where there is no file."""
    if language not in FOLDERS:
        return {}
    place = path(name, language, locale)
    return _load(place, place.stat().st_mtime_ns) if place.is_file() else {}


@lru_cache(maxsize=64)
def _load(place: Path, _modified: int) -> dict[str, Piece]:
    return dict(parse(place.read_text("utf-8")))


def fitting(pieces: dict[str, Piece], name: str, english: str) -> str | None:
    """Return the translation of a text, None where there is none or it is stale."""
    piece = pieces.get(name)
    return piece.text if piece and piece.digest == digest(english) else None


def note(text: str, language: str) -> str:
    """Return what a reader is told about English that stands where a translation should, twice."""
    return f"{words(language).get(text, '')}{text}"


def told(overlay: str, name: str, english: str) -> str:
    """Return a text in the language of this process.

    Where an overlay lacks it or is stale, it is the English with a note in both languages; where
    there is no overlay at all, it is the English.
    """
    pieces = load(overlay, language())
    if not pieces or not english:
        return english
    text = fitting(pieces, name, english)
    return f"{english} ({note(STALE, language())})" if text is None else text
