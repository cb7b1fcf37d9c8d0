"""What a student gets back: one page that says what is right, what is not, and what to ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from dlbook.check.safe_text import file_stem
from dlbook.check.shared import N_, _
from dlbook.check.verdict import Verdict, hint_lines
from dlbook.grading.batch.entry import Entry
from dlbook.grading.results.html import render, title_of
from dlbook.grading.rules.marks import ExerciseMark, Mark, term
from dlbook.grading.rules.points import text
from dlbook.grading.run.report import ExerciseReport


@dataclass(frozen=True)
class _Card:
    """One exercise that was tried; the first check that is not right speaks for it."""

    exercise: ExerciseReport
    score: str
    kind: str
    symbol: str
    verdict: str
    which: str = ""
    remark: str = ""
    hints: Sequence[str] = ()
    why: str = ""


@dataclass(frozen=True)
class _Part:
    """One set of a student; without a report there is a reason, without a score no points."""

    title: str
    score: str
    points: int
    earned: float
    has_report: bool
    reason: str
    right: int
    all: int
    cards: list[_Card]
    untried: list[ExerciseReport]
    late: bool
    reasons: list[str]
    comments: list[str]
    notes: list[str]
    time: str


def feedback_path(student: str) -> str:
    """Return where the page of a student lies in a folder of results."""
    return f"feedback/{file_stem(student)}.html"


def feedback(entries: Sequence[Entry]) -> str:
    """Return the page of one student where the results stand as they are, without any rules."""
    return student_page(term(entries).marks)


def student_page(marks: Sequence[Mark]) -> str:
    """Return the page of one student, with a part for each of the sets that there is news of."""
    who = marks[0].name or marks[0].student
    return render("feedback.html", who=who, parts=[_part(mark) for mark in marks])


def told(mark: Mark) -> list[str]:
    """Return what a student reads beside the verdicts: rules that changed the score, comments."""
    return [*_reasons(mark), *mark.comments]


def _part(mark: Mark) -> _Part:
    entry = mark.entry
    report = entry.report if entry else None
    exercises = report.exercises if report else ()
    by_name = {each.name: each for each in mark.exercises}
    tried = [e for e in exercises if not _is_untried(e, by_name[e.name])]
    return _Part(
        title_of(mark.set_name, mark.title),
        mark.shown_score,
        mark.points,
        float(min(mark.score or 0, mark.points)),
        report is not None,
        entry.reason_for_student if entry else _("nothing was handed in."),
        right=sum(e.verdict is Verdict.RIGHT for e in exercises),
        all=len(exercises),
        cards=[_card(e, by_name[e.name]) for e in tried],
        untried=[e for e in exercises if e not in tried],
        late=bool(entry and entry.late and not mark.when.words),
        reasons=_reasons(mark),
        comments=list(mark.comments),
        notes=[*(entry.notes if entry else ()), *(report.notes if report else ())],
        time=mark.when.shown_time if entry and entry.has_noted_time else "",
    )


def _is_untried(exercise: ExerciseReport, mark: ExerciseMark) -> bool:
    return exercise.verdict is Verdict.NOT_ATTEMPTED and not mark.why


def _reasons(mark: Mark) -> list[str]:
    """Return the rules that made a score; where the checks alone did, it needs no words."""
    earned = sum((each.score for each in mark.exercises), Fraction(0))
    has_rule = mark.entry is None or mark.when.words or mark.is_by_hand
    is_plain = mark.score == earned and not has_rule
    return [] if is_plain else list(mark.reasons)


def _card(exercise: ExerciseReport, mark: ExerciseMark) -> _Card:
    score = text(mark.score)
    wrong = [outcome for outcome in exercise.outcomes if outcome.verdict is not Verdict.RIGHT]
    if not wrong:
        return _Card(exercise, score, "right", "✓", Verdict.RIGHT.value, why=mark.why)
    hints = hint_lines(dict.fromkeys(hint for outcome in wrong for hint in outcome.hints))
    first = wrong[0]
    has_share = mark.score > 0 and not mark.is_by_hand
    look = ("◐", N_("partly right")) if has_share else ("✗", exercise.verdict.value)
    return _Card(exercise, score, "problem", *look, first.kind, first.remark, hints, mark.why)
