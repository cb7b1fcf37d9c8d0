"""How the exercises of a set did: how many have them right, and whom they tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, median

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.run.report import Report

FEWEST = 10  # students, below which a correlation says nothing


@dataclass(frozen=True)
class Item:
    """One exercise over those who handed in: the part that has it right, and its discrimination.

    `discrimination` is the correlation of having it right with the points of all other exercises,
    from -1 to 1; None with too few students, or where all have the same.
    """

    name: str
    right: float
    discrimination: float | None


@dataclass(frozen=True)
class Seconds:
    """How long grading took: of half of the students less than `middle`, and of one `longest`."""

    middle: float
    longest: float
    who: str


def items(reports: Sequence[Report]) -> list[Item]:
    """Return the analysis of each exercise, in the order of the set."""
    names = dict.fromkeys(each.name for report in reports for each in report.exercises)
    return [_item(name, reports) for name in names]


def seconds(entries: Sequence[Entry]) -> Seconds | None:
    """Return how long grading took, None where nobody was graded."""
    taken = [(entry.record.seconds, entry.student) for entry in entries if entry.record]
    if not taken:
        return None
    longest, who = max(taken)
    return Seconds(median(each for each, _who in taken), longest, who)


def _item(name: str, reports: Sequence[Report]) -> Item:
    rows = []
    for report in reports:
        own = [each for each in report.exercises if each.name == name]
        is_right = any(each.verdict is Verdict.RIGHT for each in own)
        rest = report.earned - sum(each.score for each in own)
        rows.append((float(is_right), float(rest)))
    enough = len(rows) >= FEWEST
    right = [row[0] for row in rows]
    return Item(name, mean(right), correlation(right, [row[1] for row in rows]) if enough else None)


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Return Pearson's correlation of two lists of numbers, None where one of them is constant."""
    dx, dy = [each - mean(x) for each in x], [each - mean(y) for each in y]
    size = sqrt(sum(each * each for each in dx) * sum(each * each for each in dy))
    if size < 1e-12:
        return None
    return sum(a * b for a, b in zip(dx, dy, strict=True)) / size
