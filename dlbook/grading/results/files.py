"""Every file of a folder of results, from the entries of all students; and the results in short."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dlbook.check.safe_text import csv_cell
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.entry import Entry
from dlbook.grading.batch.found import Found
from dlbook.grading.results.accounts import (
    GRADED,
    NOT_GRADED,
    Account,
    account_lines,
    accounts,
    aside_lines,
)
from dlbook.grading.results.changes import Change
from dlbook.grading.results.class_page import class_page, isolation
from dlbook.grading.results.feedback import feedback_path, student_page
from dlbook.grading.results.folder import Results
from dlbook.grading.results.tables import change_table, class_table, file_table, gradebook
from dlbook.grading.results.tally import SetTally, tally
from dlbook.grading.rules.marks import Mark, Term, term

_MANY = 5  # students; if so many have tried an exercise and none has it right, the summary says so
_SHOWN = 10  # changes, of which the summary shows each


def write_all(
    results: Results,
    entries: Sequence[Entry],
    changed: Sequence[Change],
    found: Sequence[Found] = (),
    marks: Term | None = None,
) -> None:
    """Write grades.csv, class.html, class.csv, files.csv and results.jsonl, for the lecturer.

    Where a score has changed there is changes.csv, too. Without `marks` results stand as they are.
    """
    names, marks = accounts(found, entries), marks or term(entries)
    results.write("grades.csv", gradebook(marks))
    results.write("class.csv", class_table(entries))
    results.write("class.html", class_page(entries, changed, names, marks))
    results.write("files.csv", file_table(names))
    results.write("results.jsonl", json_lines(entries))
    if changed:
        results.write("changes.csv", change_table(changed))


def write_feedback(results: Results, marks: Term) -> None:
    """Write feedback/, a page for each student, in the language of this process."""
    students: dict[str, list[Mark]] = {}
    for mark in marks.marks:
        if mark.has_news:
            students.setdefault(mark.student, []).append(mark)
    for student, own in students.items():
        results.write(feedback_path(student), student_page(own))


def json_lines(entries: Iterable[Entry]) -> str:
    """Return a line of JSON for each entry; details of hidden checks are in it."""
    return "".join(json.dumps(_plain(entry), ensure_ascii=False) + "\n" for entry in entries)


def summary(
    folder: Path,
    entries: Sequence[Entry],
    changed: Sequence[Change],
    found: Sequence[Found] = (),
) -> str:
    """Return what came out in a few lines for a terminal: each file without a grade by name."""
    names = accounts(found, entries)
    missing = [entry for entry in entries if entry.reason]
    sets = tally(entry for entry in entries if entry.set_name)
    lines = account_lines(names) if names else []
    if _count(names) != (len(entries) - len(missing), len(missing)):
        lines.append(
            f"{len(entries) - len(missing)} graded, {len(missing)} not graded{_all(names)}"
        )
    if len(sets) > 1:
        lines += [f"  {found.name}: {len(found.graded)} graded" for found in sets]
        lines.append("  one set alone: --set")
    lines += [
        f"  {csv_cell(e.student)}: {csv_cell(e.label)}: {csv_cell(e.reason)}" for e in missing
    ]
    lines += aside_lines(names)
    if changed:
        lines += _change_lines(changed)
    lines += _doubts(sets)
    lines += [f"isolation: {name} ({count})" for name, count in isolation(entries)]
    lines.append(f"results: {folder / 'class.html'}, {folder / 'grades.csv'}")
    return "\n".join(lines)


def _count(names: Iterable[Account]) -> tuple[int, int]:
    """Return how many names are graded, and how many are not."""
    states = Counter(name.state for name in names)
    return states[GRADED], states[NOT_GRADED]


def _all(names: Sequence[Account]) -> str:
    return ", each set of a notebook and earlier runs counted" if names else ""


def _change_lines(changed: Sequence[Change]) -> list[str]:
    up = sum(change.gain > 0 for change in changed)
    down = sum(change.gain < 0 for change in changed)
    lines = [f"results changed since the run before: {len(changed)}, {up} up, {down} down"]
    causes = Counter(change.why for change in changed)
    lines += [f"  {count}: {why}" for why, count in causes.most_common()]
    lines += [f"  {csv_cell(c.student)}: {c.before}, now {c.after}" for c in changed[:_SHOWN]]
    if len(changed) > _SHOWN:
        lines.append("  ..., all in changes.csv")
    return lines


def _doubts(sets: Iterable[SetTally]) -> list[str]:
    """Return the exercises that many have tried and nobody has right."""
    exercises = [exercise for found in sets for exercise in found.exercises]
    return [
        f"nobody of {exercise.tried} has {exercise.name} right: is its reference right?"
        for exercise in exercises
        if exercise.tried >= _MANY and not exercise.verdicts[Verdict.RIGHT]
    ]


def _plain(entry: Entry) -> dict[str, Any]:
    origin, record = entry.origin, entry.record
    return {
        "student": entry.student,
        "name": entry.name,
        "lms_id": entry.lms_id,
        "set": entry.set_name,
        "file": entry.label,
        "late": entry.late,
        "notes": list(entry.notes),
        "reason": entry.reason,
        "submission": origin.submission if origin else None,
        "reference": origin.reference if origin else None,
        "seed": origin.seed if origin else None,
        "engine": origin.engine if origin else None,
        "seconds": record.seconds if record else None,
        "report": record.report if record else None,
    }
