"""Names that are near to what somebody has typed."""

from collections.abc import Iterable

_MANY = 4  # that are told


def near(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names that hold what was typed, and those that it is a slip of; few of them."""
    from difflib import get_close_matches

    names, typed = list(names), typed.lower()
    holding = [name for name in names if typed and typed in name]
    slips = [name for name in get_close_matches(typed, names, _MANY) if name not in holding]
    return (holding + slips)[:_MANY]
