"""Where an exception was raised: on the wire in English, and to a reader in his language."""

import re

from dlbook.i18n import N_, _

IN_FUNCTION = N_("in {function}, line {line} of its cell: {code}")
IN_CHECK = N_("called by the check in: {code}")


def in_words(where: str) -> str:
    """Return places as they stand on the wire, a line each, in the language of the reader."""
    return "\n".join(_line(line) for line in where.splitlines())


def _line(line: str) -> str:
    for template in (IN_FUNCTION, IN_CHECK):
        if found := _pattern(template).fullmatch(line):
            return _(template).format(**found.groupdict())
    return line


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*?)", re.escape(template)))
