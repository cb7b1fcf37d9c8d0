"""What a lecturer opens in a spreadsheet: the gradebook, the mistakes of a class, and changes."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import StringIO

from dlbook.check.safe_text import csv_cell
from dlbook.grading.batch.entry import Entry
from dlbook.grading.results.accounts import Account
from dlbook.grading.results.changes import Change
from dlbook.grading.results.tally import tally
from dlbook.grading.rules.marks import Mark, Term
from dlbook.grading.rules.points import text

NOTHING = "nothing handed in"
_BYTE_ORDER_MARK = "\ufeff"  # shows spreadsheets that a CSV is UTF-8


@dataclass(frozen=True)
class _Set:
    """One set of the gradebook: its points, and the names of its exercises."""

    name: str
    points: int
    exercises: list[str]


def gradebook(term: Term) -> str:
    """Return a CSV with a row for each student: score, points, state and notes of each set.

    What makes a score stands in the column `why`. Of several sets there is a total; it stays empty
    where a set of the student has no grade. Files of no known set are in the last column.
    """
    sets = [_set(name, term) for name in term.set_names]
    with_unknown = any(not mark.set_name for mark in term.marks)
    by_student: dict[str, dict[str, Mark]] = {}
    for mark in term.marks:
        by_student.setdefault(mark.student, {})[mark.set_name] = mark
    rows = [_row(own, sets, with_unknown) for _student, own in sorted(by_student.items())]
    return table(_head(sets, with_unknown), rows)


def class_table(entries: Sequence[Entry]) -> str:
    """Return a CSV with a row for each mistake: exercise, verdict, how many, who."""
    rows = [
        (
            found.name,
            exercise.name,
            group.verdict.value,
            group.which.removesuffix(" check") or "visible",
            len(group.students),
            group.what,
            "; ".join(group.students),
        )
        for found in tally(entries)
        for exercise in found.exercises
        for group in exercise.groups
    ]
    head = ("set", "exercise", "verdict", "check", "students", "hint or difference", "who")
    return table(head, rows)


def change_table(changed: Iterable[Change]) -> str:
    """Return a CSV with a row for each score that is another than in the run before."""
    rows = [(c.student, c.set_name, c.before, c.after, c.exercises, c.why) for c in changed]
    return table(("student", "set", "before", "now", "exercises", "why"), rows)


def file_table(found: Iterable[Account]) -> str:
    """Return a CSV with a row for each name that was handed in: what became of it, and why."""
    rows = [
        (one.label, "; ".join(one.students), "; ".join(one.sets), one.state, one.why)
        for one in found
    ]
    return table(("file", "student", "set", "state", "why"), rows)


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV that spreadsheets read as UTF-8 and in which no cell is a formula."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([csv_cell(cell) for cell in head])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return _BYTE_ORDER_MARK + stream.getvalue()


def _set(name: str, term: Term) -> _Set:
    marks = term.of_set(name)
    exercises = dict.fromkeys(each.name for mark in marks for each in mark.exercises)
    return _Set(name, max((mark.points for mark in marks), default=0), list(exercises))


def _head(sets: list[_Set], with_unknown: bool) -> list[str]:
    head = ["student", "name", "lms id"]
    if len(sets) > 1:
        head += ["total score", "total points"]
    for one in sets:
        words = ("score", "points", "state", "late", "file", "notes", "handed in", "why", "comment")
        head += [f"{one.name} {word}" for word in words]
        head += one.exercises
    if with_unknown:
        head.append("files of no set")
    return head


def _row(own: dict[str, Mark], sets: list[_Set], with_unknown: bool) -> list[object]:
    """Return the row of one student, whose marks go by the name of their set."""
    first = next(iter(own.values())).person
    row: list[object] = [first.student, first.name, first.lms_id]
    if len(sets) > 1:
        total = _total([own[one.name] for one in sets if one.name in own])
        row += [total, sum(one.points for one in sets)]
    for one in sets:
        row += _cells(own.get(one.name), one.exercises)
    if with_unknown:
        stray = own[""].entry if "" in own else None
        row.append(f"{stray.label}: {stray.reason}" if stray else "")
    return row


def _total(marks: Sequence[Mark]) -> str:
    """Return the sum of what is graded, '' where something that was handed in has no grade."""
    scores = [mark.score for mark in marks if mark.score is not None]
    is_open = any(mark.score is None and mark.entry for mark in marks)
    return text(sum(scores, Fraction(0))) if scores and not is_open else ""


def _cells(mark: Mark | None, exercises: list[str]) -> list[object]:
    """Return the cells of one student in one set, with a score for each exercise."""
    empty = [""] * len(exercises)
    if mark is None:
        return ["", "", NOTHING, *[""] * 6, *empty]
    entry, points = mark.entry, mark.points if mark.score is not None else ""
    cells: list[object] = [mark.shown_score, points, state_of(mark), late_of(mark)]
    cells += [entry.label if entry else "", "; ".join(notes_of(mark))]
    cells += [mark.when.shown_time, "; ".join(mark.reasons), "; ".join(mark.comments)]
    scores = {each.name: text(each.score) for each in mark.exercises}
    return [*cells, *(scores.get(name, "") for name in exercises)]


def state_of(mark: Mark) -> str:
    """Return what became of what a student handed in for a set."""
    if mark.entry is None:
        return NOTHING
    if mark.entry.report is None:
        return f"not graded: {mark.entry.reason}"
    return "graded"


def late_of(mark: Mark) -> str:
    """Return how late it was: in days, where a deadline is known, or what the LMS says."""
    if mark.when.days:
        return f"{mark.when.days} {'day' if mark.when.days == 1 else 'days'} late"
    is_marked = bool(mark.entry and mark.entry.late)
    return "late" if is_marked and (mark.when.is_open or mark.when.due is None) else ""


def notes_of(mark: Mark) -> list[str]:
    """Return what was noted on the way to the result."""
    entry = mark.entry
    report = entry.report if entry else None
    return [*(entry.notes if entry else ()), *(report.notes if report else ())]
