"""Catalogues of words, in the format .po that editors for translators know."""

import json
import re
from collections.abc import Iterator

LINE = re.compile(r'(?:(msgid|msgstr) +)?(".*")\s*')


def read(text: str) -> dict[str, str]:
    """Return the translations in the text of a .po file by their English.

    Entries without a translation are left out, and so is the header. A file has no plurals and no
    contexts: English sentences of the course are written so that they need none.
    """
    return {english: other for _line, english, other in entries(text) if english and other}


def entries(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield each entry of a .po file: the number of its first line, the English, the translation.

    Raises:
        ValueError: if a text in double quotes has an escape that JSON does not know.
    """
    found: list[tuple[int, dict[str, str]]] = [(0, {})]
    part = ""
    for number, line in enumerate(text.splitlines(), 1):
        words = LINE.fullmatch(line)
        if words is None:
            continue
        part = words[1] or part
        if words[1] == "msgid":
            found.append((number, {}))
        entry = found[-1][1]
        entry[part] = entry.get(part, "") + json.loads(words[2])
    for number, entry in found[1:]:
        yield number, entry.get("msgid", ""), entry.get("msgstr", "")
