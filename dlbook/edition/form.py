"""Whether the files of an edition are in the form that their readers and editors expect.

A line that a reader passes over takes words out of an edition unseen, so each such line is told by
its number.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from dlbook.i18n.catalogue import LINE, entries
from dlbook.i18n.overlay import MARK

_CONFLICT = re.compile(r"(?:<{7}|\|{7}|>{7})(?: .*)?|={7}")
_CHARSET = re.compile(r"charset=([\w-]+)")
_SHOWN = 50  # characters of a line that is told
Check = Callable[[str], Iterator[str]]


def in_file(place: Path, *checks: Check) -> Iterator[str]:
    """Yield what checks say of the text in a file, until the first one that finds something."""
    data = place.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        yield f"line {line} is not in UTF-8: save the file in UTF-8"
        return
    if text.startswith("\ufeff"):
        yield "line 1 begins with a byte order mark: save the file in UTF-8 without one"
        return
    text = "\n".join(text.splitlines())
    for check in checks:
        found = list(check(text))
        yield from found
        if found:
            return


def of_overlay(text: str) -> Iterator[str]:
    """Yield lines of an overlay that belong to no piece, look like a mark, or are git's."""
    has_begun = False
    for number, line in enumerate(text.split("\n"), 1):
        is_mark = bool(MARK.fullmatch(line))
        if _CONFLICT.fullmatch(line):
            yield f"line {number} is a mark of git, {_shown(line)}: settle the conflict"
        elif "<!--" in line and not is_mark:
            yield (
                f"line {number} needs `<!-- NAME DIGEST -->` and nothing else, "
                f"with a digest of 8 digits or `?`, got {_shown(line)}: write it so"
            )
        elif line.strip() and not is_mark and not has_begun:
            yield (
                f"line {number} stands above the first `<!-- NAME DIGEST -->`, "
                f"{_shown(line)}: no one would read it, move it below one"
            )
        has_begun = has_begun or bool(line.strip())


def of_catalogue(text: str) -> Iterator[str]:
    """Yield what is wrong with the lines of a .po file, or if nothing is, with its entries."""
    lines = list(_of_lines(text))
    yield from lines
    if lines:
        return
    seen: dict[str, int] = {}
    for number, english, other in entries(text):
        if english in seen:
            yield (
                f"line {number} has the text {_shown(english)} again, "
                f"after line {seen[english]}: keep one of them"
            )
        seen.setdefault(english, number)
        if not english and _CHARSET.findall(other) != ["UTF-8"]:
            yield f"line {number}, the header, needs charset=UTF-8, got {_shown(other)}: write it"
    if "" not in seen:
        yield 'line 1 needs a header below it, got none: write msgid "" and charset=UTF-8 there'


def _of_lines(text: str) -> Iterator[str]:
    """Yield lines of a .po file that its reader passes over, or other programs read otherwise."""
    part = "msgstr"
    for number, line in enumerate(text.split("\n"), 1):
        found = LINE.fullmatch(line)
        if not line.strip() or line.startswith("#"):
            if line.startswith("#,") and "fuzzy" in line:
                yield f"line {number} says fuzzy: look at the translation, then take the mark out"
        elif found is None or not _is_string(found[2]):
            yield (
                f"line {number} needs msgid, msgstr or nothing, then one text in double quotes, "
                f"got {_shown(line)}: write it so; there are no plurals and no contexts"
            )
            part = line.partition(" ")[0]
        elif found[1] == part:
            lacking = "msgstr" if part == "msgid" else "msgid"
            yield f"line {number} is a second {part} in a row: write a {lacking} between the two"
        else:
            part = found[1] or part


def _is_string(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    return True


def _shown(line: str) -> str:
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")
