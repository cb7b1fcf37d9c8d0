"""The table of students on the class page: who has what, when it came, and where their page is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import quote

from dlbook.check.shared import _
from dlbook.grading.results.feedback import feedback_path
from dlbook.grading.results.tables import late_of, notes_of
from dlbook.grading.rules.marks import Mark, Term
from dlbook.grading.rules.points import text


@dataclass(frozen=True)
class StudentRow:
    """One student in one set; `link` is '' where there is no page, `notes` are a line each."""

    student: str
    name: str
    link: str
    score: str
    points: int
    state: str
    late: str
    time: str
    notes: list[str]


@dataclass(frozen=True)
class Overview:
    """One student over all sets: a score for each set, '' where there is none, and the sum."""

    student: str
    name: str
    link: str
    scores: list[str]
    total: str


def link_to(student: str) -> str:
    """Return the address of a student's page as seen from the class page."""
    return quote(feedback_path(student))


def rows(marks: Iterable[Mark]) -> list[StudentRow]:
    """Return a row for each student of one set."""
    return [_row(mark) for mark in marks]


def overview(marks: Term) -> list[Overview]:
    """Return a row for each student, with the sets as columns."""
    by_student: dict[str, list[Mark]] = {}
    for mark in marks.marks:
        if mark.set_name:
            by_student.setdefault(mark.student, []).append(mark)
    return [_over(own, marks.set_names) for own in by_student.values()]


def missing(marks: Iterable[Mark]) -> list[str]:
    """Return who handed in nothing."""
    return [mark.student for mark in marks if mark.entry is None]


def undecided(marks: Iterable[Mark]) -> list[str]:
    """Return who may be late, where no time is known that counts."""
    return [mark.student for mark in marks if mark.when.is_open]


def _row(mark: Mark) -> StudentRow:
    notes = [*mark.reasons[1:], *mark.comments, *notes_of(mark)]
    if mark.entry is None or not mark.reasons:
        notes = [*mark.reasons, *mark.comments, *notes_of(mark)]
    return StudentRow(
        mark.student,
        _more_than(mark.student, mark.name),
        link_to(mark.student) if mark.has_news else "",
        mark.shown_score,
        mark.points,
        _state(mark),
        _("late") if late_of(mark) else "",
        mark.when.shown_time,
        notes,
    )


def _state(mark: Mark) -> str:
    """Return why there are no results of checks, '' where there are."""
    if mark.entry is None:
        return "" if mark.reasons else _("nothing handed in")
    reason = mark.entry.reason
    return _("not graded: {reason}").format(reason=reason) if reason else ""


def _over(own: Sequence[Mark], names: Sequence[str]) -> Overview:
    by_set = {mark.set_name: mark for mark in own}
    scores = [by_set[name].shown_score if name in by_set else "" for name in names]
    graded = [mark.score for mark in own if mark.score is not None]
    first, total = own[0], text(sum(graded, Fraction(0))) if graded else ""
    link = link_to(first.student) if any(mark.has_news for mark in own) else ""
    return Overview(first.student, _more_than(first.student, first.name), link, scores, total)


def _more_than(student: str, name: str) -> str:
    """Return a name that says more than the one in the results, '' where it does not."""
    return "" if name in student else name
