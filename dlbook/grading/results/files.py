"""Every file of a folder of results, from the roll: pages, tables, JSON lines; and it in short."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from dlbook.check.safe_text import csv_cell, file_stem
from dlbook.check.verdict import Verdict
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.changes import Change
from dlbook.grading.results.class_page import class_page
from dlbook.grading.results.feedback import feedback
from dlbook.grading.results.folder import Results
from dlbook.grading.results.tally import tally

_MANY = 5  # students; if so many have tried an exercise and none has it right, that is told
_BYTE_ORDER_MARK = "\ufeff"  # tells spreadsheets that a CSV is UTF-8


def write_all(results: Results, entries: Sequence[Entry], changed: Sequence[Change]) -> None:
    """Write grades.csv, class.html, class.csv, results.jsonl, changes.csv and feedback/."""
    results.write("grades.csv", gradebook(entries))
    results.write("class.csv", class_table(entries))
    results.write("class.html", class_page(entries, changed))
    results.write("results.jsonl", json_lines(entries))
    if changed:
        rows = [(c.student, c.set_name, c.before, c.after, c.exercises, c.why) for c in changed]
        head = ("student", "set", "before", "now", "exercises", "why")
        results.write("changes.csv", table(head, rows))
    students: dict[str, list[Entry]] = {}
    for entry in entries:
        students.setdefault(entry.student, []).append(entry)
    for student, own in students.items():
        results.write(f"feedback/{file_stem(student)}.html", feedback(own))


def gradebook(entries: Sequence[Entry]) -> str:
    """Return a CSV with a row for each student: score, points, state and notes of each set.

    Of several sets there is a total; it stays empty where a set of the student has no grade. Files
    of no known set are in the last column.
    """
    sets = sorted({entry.set_name for entry in entries} - {""})
    points = {name: max(_points(e) for e in entries if e.set_name == name) for name in sets}
    exercises = {
        name: list(
            dict.fromkeys(
                exercise.name
                for entry in entries
                if entry.set_name == name and (report := entry.report)
                for exercise in report.exercises
            )
        )
        for name in sets
    }
    head = ["student", "name", "lms id"]
    if len(sets) > 1:
        head += ["total score", "total points"]
    for name in sets:
        head += [f"{name} {word}" for word in ("score", "points", "state", "late", "file", "notes")]
        head += exercises[name]
    strays = any(not entry.set_name for entry in entries)
    head += ["files of no set"] * strays
    by_student: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_student.setdefault(entry.student, {})[entry.set_name] = entry
    rows = []
    for student, own in sorted(by_student.items()):
        who = next(iter(own.values()))
        row: list[Any] = [student, who.name, who.lms_id]
        if len(sets) > 1:
            row += [_total(own[name] for name in sets if name in own), sum(points.values())]
        for name in sets:
            row += _columns(own.get(name), exercises[name])
        if strays:
            row.append(f"{own[''].label}: {own[''].reason}" if "" in own else "")
        rows.append(row)
    return table(head, rows)


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


def json_lines(entries: Iterable[Entry]) -> str:
    """Return a line of JSON for each entry; details of hidden checks are in it."""
    return "".join(json.dumps(_plain(entry), ensure_ascii=False) + "\n" for entry in entries)


def summary(folder: Path, entries: Sequence[Entry], changed: Sequence[Change]) -> str:
    """Return what came out in a few lines for a terminal: each file without a grade by name."""
    missing = [entry for entry in entries if entry.reason]
    lines = [f"{len(entries) - len(missing)} graded, {len(missing)} not graded"]
    sets = tally(entry for entry in entries if entry.set_name)
    if len(sets) > 1:
        lines += [f"  {s.name}: {len(s.graded)} graded" for s in sets]
        lines.append("  one set alone: --set")
    lines += [
        f"  {csv_cell(e.student)}: {csv_cell(e.label)}: {csv_cell(e.reason)}" for e in missing
    ]
    if changed:
        whys = Counter(change.why for change in changed)
        up, down = (sum(sign * c.gain > 0 for c in changed) for sign in (1, -1))
        told = f"{up} up, {down} down"
        lines.append(f"results changed since the run before: {len(changed)}, {told}")
        lines += [f"  {count}: {why}" for why, count in whys.most_common()]
        lines += [f"  {csv_cell(c.student)}: {c.before}, now {c.after}" for c in changed[:10]]
        lines += ["  ..., all in changes.csv"] * (len(changed) > 10)
    lines += [
        f"nobody of {tried} has {exercise.name} right: is its reference right?"
        for found in sets
        for exercise in found.exercises
        if (tried := exercise.tried) >= _MANY and not exercise.verdicts[Verdict.RIGHT]
    ]
    walls = Counter(report.isolation for entry in entries if (report := entry.report))
    lines += [f"isolation: {name} ({count})" for name, count in sorted(walls.items())]
    return "\n".join([*lines, f"results: {folder / 'class.html'}, {folder / 'grades.csv'}"])


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a CSV that spreadsheets read as UTF-8 and in which no cell is a formula."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([csv_cell(cell) for cell in head])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return _BYTE_ORDER_MARK + stream.getvalue()


def _points(entry: Entry) -> int:
    return report.points if (report := entry.report) else 0


def _total(entries: Iterable[Entry]) -> int | str:
    reports = [entry.report for entry in entries]
    graded = [report.score for report in reports if report]
    return sum(graded) if graded and len(graded) == len(reports) else ""


def _columns(entry: Entry | None, exercises: list[str]) -> list[Any]:
    if entry is None:
        return ["", "", "nothing handed in", "", "", "", *("" for _ in exercises)]
    report = entry.report
    late = "late" if entry.late else ""
    notes = "; ".join([*entry.notes, *(report.notes if report else ())])
    if report is None:
        state = f"not graded: {entry.reason}"
        return ["", "", state, late, entry.label, notes, *("" for _ in exercises)]
    scores = {exercise.name: exercise.score for exercise in report.exercises}
    own = [scores.get(name, "") for name in exercises]
    return [report.score, report.points, "graded", late, entry.label, notes, *own]


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
