"""What a lecturer opens in a spreadsheet: the gradebook, the mistakes of a class, and changes."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO

from dlbook.check.safe_text import csv_cell
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.accounts import Account
from dlbook.grading.results.changes import Change
from dlbook.grading.results.tally import tally

_BYTE_ORDER_MARK = "\ufeff"  # shows spreadsheets that a CSV is UTF-8


@dataclass(frozen=True)
class _Set:
    """One set of the gradebook: its points at most, and the names of its exercises."""

    name: str
    points: int
    exercises: list[str]


def gradebook(entries: Sequence[Entry]) -> str:
    """Return a CSV with a row for each student: score, points, state and notes of each set.

    Of several sets there is a total; it stays empty where a set of the student has no grade. Files
    of no known set are in the last column.
    """
    sets = [_set(name, entries) for name in sorted({entry.set_name for entry in entries} - {""})]
    with_unknown = any(not entry.set_name for entry in entries)
    by_student: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_student.setdefault(entry.student, {})[entry.set_name] = entry
    rows = [_row(own, sets, with_unknown) for _student, own in sorted(by_student.items())]
    return table(_head(sets, with_unknown), rows)


def class_table(entries: Sequence[Entry]) -> str:
    """Return a CSV with a row for each mistake: exercise, verdict, how many, who."""
    rows = [
        (
            found.name,
            exercise.name,
            group.verdict.value,
            "hidden" if group.hidden else "visible",
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


def _set(name: str, entries: Iterable[Entry]) -> _Set:
    reports = [entry.report for entry in entries if entry.set_name == name]
    graded = [report for report in reports if report]
    exercises = dict.fromkeys(exercise.name for report in graded for exercise in report.exercises)
    return _Set(name, max((report.points for report in graded), default=0), list(exercises))


def _head(sets: list[_Set], with_unknown: bool) -> list[str]:
    head = ["student", "name", "lms id"]
    if len(sets) > 1:
        head += ["total score", "total points"]
    for one in sets:
        words = ("score", "points", "state", "late", "file", "notes")
        head += [f"{one.name} {word}" for word in words]
        head += one.exercises
    if with_unknown:
        head.append("files of no set")
    return head


def _row(own: dict[str, Entry], sets: list[_Set], with_unknown: bool) -> list[object]:
    """Return the row of one student, whose entries go by the name of their set."""
    first = next(iter(own.values()))
    row: list[object] = [first.student, first.name, first.lms_id]
    if len(sets) > 1:
        total = _total(own[one.name] for one in sets if one.name in own)
        row += [total, sum(one.points for one in sets)]
    for one in sets:
        row += _cells(own.get(one.name), one.exercises)
    if with_unknown:
        row.append(f"{own[''].label}: {own[''].reason}" if "" in own else "")
    return row


def _total(entries: Iterable[Entry]) -> int | str:
    reports = [entry.report for entry in entries]
    graded = [report.score for report in reports if report]
    return sum(graded) if graded and len(graded) == len(reports) else ""


def _cells(entry: Entry | None, exercises: list[str]) -> list[object]:
    """Return the cells of one student in one set, with a score for each exercise."""
    empty = [""] * len(exercises)
    if entry is None:
        return ["", "", "nothing handed in", "", "", "", *empty]
    report = entry.report
    late = "late" if entry.late else ""
    notes = "; ".join([*entry.notes, *(report.notes if report else ())])
    if report is None:
        return ["", "", f"not graded: {entry.reason}", late, entry.label, notes, *empty]
    scores = {exercise.name: exercise.score for exercise in report.exercises}
    own = [scores.get(name, "") for name in exercises]
    return [report.score, report.points, "graded", late, entry.label, notes, *own]
