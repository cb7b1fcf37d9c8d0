"""What a student gets back: one page that says what is right, what is not, and what to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

from dlbook.check.shared import _
from dlbook.check.verdict import Verdict, hint_lines
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.html import render, title_of
from dlbook.grading.run.report import ExerciseReport, Report

_FAULT = "something went wrong in grading and not in your file, which will be graded again."


@dataclass(frozen=True)
class _Card:
    """One exercise that was tried; the first check that is not right speaks for it."""

    exercise: ExerciseReport
    kind: str
    symbol: str
    is_hidden: bool = False
    remark: str = ""
    hints: Sequence[str] = ()


@dataclass(frozen=True)
class _Part:
    """One set of a student; without a report there is a reason."""

    title: str
    report: Report | None
    reason: str
    right: int
    cards: list[_Card]
    untried: list[ExerciseReport]
    late: bool
    notes: list[str]


def feedback(entries: Sequence[Entry]) -> str:
    """Return the page of one student, with a part for each of the sets handed in."""
    who = entries[0].name or entries[0].student
    return render("feedback.html", who=who, parts=[_part(entry) for entry in entries])


def _part(entry: Entry) -> _Part:
    report = entry.report
    exercises = report.exercises if report else ()
    return _Part(
        title_of(entry.set_name),
        report,
        _(_FAULT) if entry.is_fault else entry.reason,
        right=sum(e.verdict is Verdict.RIGHT for e in exercises),
        cards=[_card(e) for e in exercises if e.verdict is not Verdict.NOT_ATTEMPTED],
        untried=[e for e in exercises if e.verdict is Verdict.NOT_ATTEMPTED],
        late=entry.late,
        notes=[*entry.notes, *(report.notes if report else ())],
    )


def _card(exercise: ExerciseReport) -> _Card:
    wrong = [outcome for outcome in exercise.outcomes if outcome.verdict is not Verdict.RIGHT]
    if not wrong:
        return _Card(exercise, "right", "✓")
    hints = dict.fromkeys(hint for outcome in wrong for hint in outcome.hints)
    return _Card(exercise, "problem", "✗", wrong[0].hidden, wrong[0].remark, hint_lines(hints))
