"""What the cells of an exercise notebook are for: lines such as `# answer: relu_back` say it.

In a solution notebook a cell has one role, which its visible first line says. Learners merge and
split cells and write above such lines, so in their notebooks each of these lines counts.
"""

import re
import unicodedata
from dataclasses import dataclass

_ROLE = re.compile(
    r"\s*#+\s*(answer|check|hidden check|second hint|wrong answer|right answer)\s*:\s*"
    r"([^\W\d]\w*)(?:\s*/\s*(\w+))?\s*$",
    re.IGNORECASE | re.ASCII,
)
_IN_ANY_LETTERS = re.compile(_ROLE.pattern, re.IGNORECASE)
_BLANKS = "[ \t\r\f\v\xa0\u2000-\u200b\u202f\u3000\ufeff]*"  # as pages and keyboards give them
_MARK = re.compile(
    rf"^{_BLANKS}#+{_BLANKS}(answer|check){_BLANKS}[:\uff1a]{_BLANKS}(\w+){_BLANKS}$",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Role:
    """What a cell is for, read from its first line: kind, exercise, and the variant's label."""

    kind: str
    name: str
    label: str = ""


def role(source: str) -> Role | None:
    """Return the role that the first line with text in it names, None for a cell of the story."""
    match = _ROLE.match(_first_line(source))
    if match is None:
        return None
    return Role(match[1].lower(), match[2], match[3] or "")


def names_without_role(source: str) -> list[str]:
    """Return the names for which a first line gives no role: those in other letters than ASCII."""
    match = _IN_ANY_LETTERS.match(unicodedata.normalize("NFC", _first_line(source)))
    names = match.groups()[1:] if match else ()
    return [name for name in names if name and not name.isascii()]


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")


def marks(source: str, kind: str = "answer") -> tuple[str, ...]:
    """Return the exercises that lines of a cell name as `# answer: NAME`, wherever they stand.

    Args:
        source: the cell.
        kind: answer or check.
    """
    found = _MARK.findall(source.replace("\r", "\n"))
    return tuple(dict.fromkeys(name for what, name in found if what.lower() == kind))


def without_marks(source: str) -> str:
    """Return a cell without the lines that `marks` reads."""
    return _MARK.sub("", source.replace("\r", "\n"))


def stub_message(name: str) -> str:
    """Return what the stub of exercise `name` raises NotImplementedError with."""
    return f"{name}: your turn"


def is_stub(name: str, source: str) -> bool:
    """Return whether the line that raises this message stands in a cell, and not as a comment."""
    raised = rf"^[ \t]*raise[ \t]+NotImplementedError\([\"']{re.escape(stub_message(name))}"
    return stub_message(name) in source and bool(re.search(raised, source, re.MULTILINE))
