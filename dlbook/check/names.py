"""Names that somebody has typed, and those that are near to it."""

from collections.abc import Iterable

_MANY = 4  # that are told


def sets_named(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names of sets that 05, 5, 05_back or the whole name means; 1 is never 10."""
    names = list(names)
    if typed in names:
        return [typed]
    if not typed.isdecimal():
        return [name for name in names if name.startswith(typed)]
    numbers = {name: name.partition("_")[0] for name in names}
    return [name for name, own in numbers.items() if own.isdecimal() and int(own) == int(typed)]


def near(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names that hold what was typed, and those that it is a slip of; few of them."""
    from difflib import get_close_matches

    names, typed = list(names), typed.lower()
    holding = [name for name in names if typed and typed in name]
    slips = [name for name in get_close_matches(typed, names, _MANY) if name not in holding]
    return (holding + slips)[:_MANY]
