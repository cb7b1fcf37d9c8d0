"""What students read, in their language: records stay English, and are told again here."""

from dataclasses import replace
from typing import Any

from dlbook.check.localized import hint_again
from dlbook.check.shared import _, retold
from dlbook.grading.batch.entry import FAULT, Entry
from dlbook.grading.results.html import title_of


def told_again(entry: Entry) -> Entry:
    """Return an entry whose notes, details and hints are in the language of this process."""
    record = entry.record
    if record:
        report = record.report and _report(record.report)
        record = replace(record, report=report, unreadable=retold(record.unreadable))
    is_ours = entry.problem.startswith(FAULT)  # which students are not told
    problem = entry.problem if is_ours else retold(entry.problem)
    title = _title(entry)
    return replace(entry, notes=_all(entry.notes), problem=problem, record=record, title=title)


def _title(entry: Entry) -> str:
    """Return what a set calls itself, or its name where that has a translation."""
    topic = entry.set_name.partition("_")[2].replace("_", " ")
    return entry.title if _(topic) == topic else title_of(entry.set_name)


def _report(report: dict[str, Any]) -> dict[str, Any]:
    exercises = [
        exercise | {"checks": [_check(report["set"], check) for check in exercise["checks"]]}
        for exercise in report["exercises"]
    ]
    return report | {"notes": _all(report["notes"]), "exercises": exercises}


def _check(set_name: str, check: dict[str, Any]) -> dict[str, Any]:
    told = {name: retold(check[name]) for name in ("detail", "case") if name in check}
    return check | told | {"hints": [hint_again(set_name, hint) for hint in check["hints"]]}


def _all(texts: Any) -> tuple[str, ...]:
    return tuple(retold(text) for text in texts)
