"""What became of every name that was handed in: graded, not graded or set aside, and why.

The numbers add up: whatever was found has one of the three states.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dlbook.check.safe_text import csv_cell
from dlbook.grading.batch.found import Found
from dlbook.grading.batch.journal import Entry

GRADED, NOT_GRADED, SET_ASIDE = "graded", "not graded", "set aside"
_STATES = (GRADED, NOT_GRADED, SET_ASIDE)
_COPY = "another copy counts."
_SHOWN = 3  # files of one reason that a terminal names


@dataclass(frozen=True)
class Account:
    """One name that was handed in: whose it is, the sets that it counts for, its state, and why."""

    label: str
    students: tuple[str, ...]
    sets: tuple[str, ...]
    is_notebook: bool
    state: str
    why: str = ""


def accounts(found: Iterable[Found], entries: Iterable[Entry]) -> list[Account]:
    """Return what became of each name."""
    by_label: dict[str, list[Entry]] = {}
    for entry in entries:
        by_label.setdefault(entry.label, []).append(entry)
    return [_account(one, by_label.get(one.label, [])) for one in found]


def _account(one: Found, entries: list[Entry]) -> Account:
    own = [entry for entry in entries if entry.student in one.students]
    sets = tuple(sorted({entry.set_name for entry in own} - {""}))
    if not own:
        state, why = SET_ASIDE, one.reason or _COPY
    elif any(not entry.reason for entry in own):
        state, why = GRADED, ""
    else:
        state, why = NOT_GRADED, own[0].reason
    return Account(one.label, one.students, sets, one.is_notebook, state, why)


def account_lines(found: Sequence[Account]) -> list[str]:
    """Return the count of what was found, in one line for notebooks and one for other names."""
    notebooks = [one for one in found if one.is_notebook]
    others = [one for one in found if not one.is_notebook]
    people = {who for one in found if one.state != SET_ASIDE for who in one.students}
    lines = [
        f"found {_number(notebooks, 'notebook', 'notebooks')} of {len(people)} "
        f"{'person' if len(people) == 1 else 'people'}: {_states(notebooks, _STATES)}"
    ]
    if others:
        present = [state for state in _STATES if any(one.state == state for one in others)]
        names = _number(others, "other file or folder", "other files and folders")
        lines.append(f"and {names}: {_states(others, present)}")
    return lines


def aside_lines(found: Iterable[Account]) -> list[str]:
    """Return what is set aside, all of one reason in one line; files.csv has each by itself."""
    by_reason: dict[str, list[object]] = {}
    for one in found:
        if one.state == SET_ASIDE:
            by_reason.setdefault(one.why, []).append(csv_cell(one.label))
    return [f"  set aside: {_shown(labels)}: {why}" for why, labels in by_reason.items()]


def _shown(labels: Sequence[object]) -> str:
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return ", ".join(map(str, labels[:_SHOWN])) + more


def _states(found: Sequence[Account], states: Iterable[str]) -> str:
    counts = Counter(one.state for one in found)
    return ", ".join(f"{counts[state]} {state}" for state in states)


def _number(found: Sequence[Account], one: str, many: str) -> str:
    return f"{len(found)} {one if len(found) == 1 else many}"
