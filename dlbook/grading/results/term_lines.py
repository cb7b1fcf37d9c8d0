"""What the lecturer's rules came to, in a few lines for a terminal."""

from collections.abc import Sequence

from dlbook.check.safe_text import csv_cell
from dlbook.grading.results.changes import Change
from dlbook.grading.results.students import missing, undecided
from dlbook.grading.rules.marks import Term

_SHOWN = 10


def term_lines(marks: Term, changed: Sequence[Change] = ()) -> list[str]:
    """Return who handed in nothing, what is left to decide, and lines that may be a slip."""
    lines = []
    for name in marks.set_names:
        own = marks.of_set(name)
        if absent := missing(own):
            lines.append(f"{name}: nothing handed in: {_shown(absent)}")
        if late := sum(mark.when.days > 0 for mark in own):
            lines.append(f"{name}: {late} late, see the column why of grades.csv")
        if open_ones := undecided(own):
            lines.append(
                f"{name}: may be late, and no time counts, so nothing is taken off: "
                f"{_shown(open_ones)}: write their times into times.csv, or file_times = true "
                "under [late] into rules.toml"
            )
    by_hand = {(mark.student, mark.set_name) for mark in marks.marks if mark.is_by_hand}
    kept = [change.student for change in changed if (change.student, change.set_name) in by_hand]
    if kept:
        lines.append(f"results changed, and points from overrides.csv stay: {_shown(kept)}")
    return [*lines, *map(str, map(csv_cell, marks.remarks))]


def _shown(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(str(csv_cell(name)) for name in names[:_SHOWN]) + more
