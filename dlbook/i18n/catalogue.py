"""Catalogues of words, in the format .po that editors for translators know."""

import json
import re

_LINE = re.compile(r'(?:(msgid|msgstr) +)?(".*")\s*')


def read(text: str) -> dict[str, str]:
    """Return the translations in the text of a .po file by their English.

    Entries without a translation are left out, and so is the header. A file has no plurals and no
    contexts: English sentences of the course are written so that they need none.
    """
    entries: list[dict[str, str]] = [{}]
    part = ""
    for line in text.splitlines():
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        part = found[1] or part
        if found[1] == "msgid":
            entries.append({})
        entries[-1][part] = entries[-1].get(part, "") + json.loads(found[2])
    filled = (entry for entry in entries if entry.get("msgid") and entry.get("msgstr"))
    return {entry["msgid"]: entry["msgstr"] for entry in filled}
