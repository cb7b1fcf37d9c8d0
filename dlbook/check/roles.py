"""What a cell of an exercise notebook is for: its visible first line says it."""

import re
from dataclasses import dataclass

_ROLE = re.compile(
    r"\s*#+\s*(answer|check|hidden check|wrong answer|right answer)\s*:\s*"
    r"([A-Za-z_]\w*)(?:\s*/\s*(\w+))?\s*$",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Role:
    """What a cell is for, read from its first line: kind, exercise, and the variant's label."""

    kind: str
    name: str
    label: str = ""


def role(source: str) -> Role | None:
    """Return the role that the first line with text in it names, None for a cell of the story."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    match = _ROLE.match(first)
    if match is None:
        return None
    return Role(match[1].lower(), match[2], match[3] or "")


def stub_message(name: str) -> str:
    """Return what the stub of exercise `name` raises NotImplementedError with."""
    return f"{name}: your turn"
