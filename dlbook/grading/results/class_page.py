"""What a lecturer gets: the class on one page, and which new hint would serve how many.

It shows students' code and details of hidden checks: it is not for students.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.accounts import SET_ASIDE, Account, account_lines
from dlbook.grading.results.changes import Change
from dlbook.grading.results.html import render, title_of
from dlbook.grading.results.tally import LIMITS, ExerciseTally, Group, SetTally, tally


@dataclass(frozen=True)
class _Band:
    """Verdicts that share a colour in a bar, with words for its key and for a column."""

    verdicts: tuple[Verdict, ...]
    colour: str
    words: str
    short: str


_BANDS = (  # from the left of a bar
    _Band((Verdict.RIGHT,), "#009E73", "right", "right"),
    _Band((Verdict.KNOWN_MISTAKE,), "#0072B2", "known mistake, has a hint", "known"),
    _Band((Verdict.WRONG,), "#D55E00", "wrong, no hint yet", "wrong"),
    _Band((Verdict.ERROR,), "#CC79A7", "error", "error"),
    _Band(LIMITS, "#6E6E6E", "broke a limit", "limit"),
    _Band((Verdict.NOT_ATTEMPTED, Verdict.UNREADABLE), "#DDDDDD", "not attempted", "none"),
)


@dataclass(frozen=True)
class _BarPart:
    """One part of a bar."""

    size: int
    colour: str
    name: str


@dataclass(frozen=True)
class _Row:
    """The verdicts on one exercise, as a bar and in words."""

    exercise: str
    parts: list[_BarPart]
    students: int
    words: str


@dataclass(frozen=True)
class _Set:
    """One set: what its section shows. A mistake goes with the name of its exercise."""

    title: str
    tally: SetTally
    median: int
    mean: float
    counts: list[int]
    rows: list[_Row]
    shared: list[tuple[str, Group]]
    single: list[tuple[str, Group]]
    known: list[ExerciseTally]
    limits: list[ExerciseTally]


def class_page(
    entries: Sequence[Entry], changed: Sequence[Change], names: Sequence[Account] = ()
) -> str:
    """Return the page on a class: scores, verdicts, mistakes, groups, and who has no grade.

    Args:
        entries: one for each student and set.
        changed: which scores are others than in the run before.
        names: what became of each name that was handed in.
    """
    return render(
        "class.html",
        isolation=isolation(entries),
        bands=_BANDS,
        sets=[_set(found) for found in tally(entries)],
        changed=changed,
        counted=account_lines(names) if names else [],
        aside=[name for name in names if name.state == SET_ASIDE],
    )


def isolation(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """Return in which sandboxes submissions ran, and how many in each."""
    reports = [entry.report for entry in entries]
    return sorted(Counter(report.isolation for report in reports if report).items())


def _set(found: SetTally) -> _Set:
    scores = sorted(found.scores)
    count = len(scores)
    unknown = [(e.name, group) for e in found.exercises for group in e.unknown]
    unknown.sort(key=lambda pair: -len(pair[1].students))
    return _Set(
        title_of(found.name),
        found,
        median=scores[count // 2] if scores else 0,
        mean=sum(scores) / max(count, 1),
        counts=[scores.count(score) for score in range(found.points + 1)],
        rows=[_row(exercise) for exercise in found.exercises],
        shared=[(name, group) for name, group in unknown if len(group.students) > 1],
        single=[(name, group) for name, group in unknown if len(group.students) == 1],
        known=[exercise for exercise in found.exercises if exercise.known],
        limits=[exercise for exercise in found.exercises if exercise.limits],
    )


def _row(exercise: ExerciseTally) -> _Row:
    parts = [
        _BarPart(sum(exercise.verdicts[v] for v in band.verdicts), band.colour, band.words)
        for band in _BANDS
    ]
    words = ", ".join(f"{part.size} {part.name}" for part in parts if part.size)
    return _Row(exercise.name, parts, sum(part.size for part in parts), words)
