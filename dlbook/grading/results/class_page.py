"""What a lecturer gets: the class on one page, and which new hint would serve how many.

It shows students' code and details of hidden checks: it is not for students.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.results import students
from dlbook.grading.results.accounts import SET_ASIDE, Account, account_lines
from dlbook.grading.results.changes import Change
from dlbook.grading.results.html import render, title_of
from dlbook.grading.results.items import Item, Seconds, items, seconds
from dlbook.grading.results.likeness import Pair, likeness
from dlbook.grading.results.tally import LIMITS, ExerciseTally, Group, SetTally, tally
from dlbook.grading.rules.marks import Term, term
from dlbook.grading.rules.points import text

_MOST_PAIRS = 30  # of answers that are alike, which the page shows


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
    words: str


@dataclass(frozen=True)
class _Row:
    """The verdicts on one exercise, as a bar with its parts."""

    exercise: str
    parts: list[_BarPart]
    students: int


@dataclass(frozen=True)
class _Set:
    """One set: what its section shows. A mistake goes with the name of its exercise."""

    title: str
    tally: SetTally
    median: str
    mean: str
    points: int
    counts: list[int]
    rows: list[_Row]
    students: list[students.StudentRow]
    missing: list[str]
    undecided: list[str]
    items: list[Item]
    seconds: Seconds | None
    shared: list[tuple[str, Group]]
    single: list[tuple[str, Group]]
    known: list[ExerciseTally]
    limits: list[ExerciseTally]
    alike: list[Pair]


def class_page(
    entries: Sequence[Entry],
    changed: Sequence[Change],
    names: Sequence[Account] = (),
    marks: Term | None = None,
) -> str:
    """Return the page on a class: scores, verdicts, mistakes, groups, and who has no grade.

    Args:
        entries: one for each student and set.
        changed: which scores are others than in the run before.
        names: what became of each name that was handed in.
        marks: the marks of all students; without them the results stand as they are.
    """
    marks = marks or term(entries)
    sets = [_set(found, marks) for found in tally(entries)]
    return render(
        "class.html",
        isolation=isolation(entries),
        bands=_BANDS,
        sets=sets,
        overview=students.overview(marks) if len(marks.set_names) > 1 else [],
        set_numbers=[title_of(name).partition(" ")[0] for name in marks.set_names],
        remarks=marks.remarks,
        has_roster=marks.has_roster,
        changed=changed,
        counted=account_lines(names) if names else [],
        aside=[name for name in names if name.state == SET_ASIDE],
        link_to=students.link_to,
    )


def isolation(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """Return in which sandboxes submissions ran, and how many in each."""
    reports = [entry.report for entry in entries]
    return sorted(Counter(report.isolation for report in reports if report).items())


def _set(found: SetTally, marks: Term) -> _Set:
    own = marks.of_set(found.name)
    scores = [mark.score for mark in own if mark.score is not None]
    unknown = [(e.name, group) for e in found.exercises for group in e.unknown]
    unknown.sort(key=lambda pair: -len(pair[1].students))
    reports = [report for entry in found.graded if (report := entry.report)]
    whole = [min(int(score), found.points) for score in scores]
    return _Set(
        title_of(found.name, marks.title(found.name)),
        found,
        median=text(median(scores)) if scores else "",
        mean=f"{float(mean(scores)):.1f}" if scores else "",
        points=found.points,
        counts=[whole.count(score) for score in range(found.points + 1)],
        rows=[_bar(exercise) for exercise in found.exercises],
        students=students.rows(own),
        missing=students.missing(own),
        undecided=students.undecided(own),
        items=items(reports),
        seconds=seconds(found.graded),
        shared=[(name, group) for name, group in unknown if len(group.students) > 1],
        single=[(name, group) for name, group in unknown if len(group.students) == 1],
        known=[exercise for exercise in found.exercises if exercise.known],
        limits=[exercise for exercise in found.exercises if exercise.limits],
        alike=likeness(found.graded)[:_MOST_PAIRS],
    )


def _bar(exercise: ExerciseTally) -> _Row:
    parts = [
        _BarPart(sum(exercise.verdicts[v] for v in band.verdicts), band.colour, band.words)
        for band in _BANDS
    ]
    return _Row(exercise.name, parts, sum(part.size for part in parts))
