"""Help for translators: what is left to do, and digests for what is done.

`python -m dlbook.edition.draft exercises/05_backpropagation` prints the overlay with a line and the
English for each piece that it lacks. Write `?` for a digest; `python -m dlbook.edition.draft` puts
that of today's English in place of each `?`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from dlbook import atomic
from dlbook.check.errors import UserError
from dlbook.edition.sources import locale, overlays
from dlbook.grading.course.build import Course
from dlbook.grading.course.place import find
from dlbook.i18n import FOLDERS
from dlbook.i18n.overlay import MARK, digest, parse, path

LANGUAGE = "zh"


def draft(course: Course, name: str) -> Iterator[str]:
    """Yield the overlay `name` in lines, with the English of what it lacks at its end.

    Raises:
        UserError: if the course has no such text.
    """
    sources = dict(overlays(course))
    if name not in sources:
        raise UserError(f"a text of the course is needed, got {name!r}; try {', '.join(sources)}")
    place = path(name, LANGUAGE, locale(course))
    text = place.read_text("utf-8") if place.is_file() else ""
    there = dict(parse(text))
    yield text
    lacking = {piece: english for piece, english in sources[name].items() if piece not in there}
    alike: dict[str, list[str]] = {}
    for piece, english in lacking.items():
        alike.setdefault(digest(english), []).append(piece)
    for mark, names in alike.items():  # one translation for all that say the same
        yield from (f"<!-- {piece} {mark} -->" for piece in names)
        yield f"{lacking[names[0]]}\n"


def stamp(course: Course) -> list[Path]:
    """Put digests in place of each `?`, and return the overlays that have changed."""
    changed = []
    for name, english in overlays(course):
        place = path(name, LANGUAGE, locale(course))
        if not place.is_file():
            continue
        text = place.read_text("utf-8")

        def stamped(mark: re.Match[str], english: dict[str, str] = english) -> str:
            if mark[2] != "?" or mark[1] not in english:
                return mark[0]
            return f"<!-- {mark[1]} {digest(english[mark[1]])} -->"

        new = MARK.sub(stamped, text)
        if new != text:
            atomic.write(place, new)
            changed.append(place)
    return changed


def main(names: list[str]) -> int:
    """Print drafts, or without a name put digests in."""
    course = find(Path.cwd())
    if not names:
        for place in stamp(course):
            print(f"write  {FOLDERS[LANGUAGE]}/{place.parent.name}/{place.name}")
    for name in names:
        print("\n".join(draft(course, name)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
