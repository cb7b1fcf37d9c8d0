"""What a student reads beside the grade in an LMS: score, and a line for each problem."""

import html
from collections.abc import Iterable

from dlbook.check.safe_text import clean_line
from dlbook.check.shared import _
from dlbook.check.verdict import Verdict, hint_lines
from dlbook.grading.batch.entry import Entry
from dlbook.grading.run.report import ExerciseReport

_ENDS = (".", "?", "!", ":", "…")
_LONGEST = 400  # characters of a line


def lines(entry: Entry, more: Iterable[str] = ()) -> list[str]:
    """Return the comment on what a student handed in of one set; the first line begins with it.

    Args:
        entry: the result.
        more: what else the student is to read, below the score.
    """
    below = [clean_line(line, _LONGEST) for line in more]
    report = entry.report
    if report is None:
        reason = _("Not graded: {reason}").format(reason=entry.reason_for_student)
        return [clean_line(f"{head(entry)} {reason}", _LONGEST), *below]
    words = _("{score} of {points} points") if report.points else _("{score} points")
    score = words.format(score=report.score, points=report.points)
    problems = [e for e in report.exercises if e.verdict is not Verdict.RIGHT]
    return [f"{head(entry)} {score}", *below, *(_line(exercise) for exercise in problems)]


def head(entry: Entry) -> str:
    """Return what a comment of ours begins with, so that it is known again in an export."""
    return f"{entry.title or entry.set_name}:"


def is_ours(text: str, entry: Entry) -> bool:
    """Return whether a comment on a set in an export is ours; older ones begin with its name."""
    return html.unescape(text).startswith((head(entry), f"{entry.set_name}:"))


def as_html(text: list[str]) -> str:
    """Return lines as HTML without a line end: what students or their files are called is text."""
    return "<br>".join(html.escape(line) for line in text)


def _line(exercise: ExerciseReport) -> str:
    """Return the verdict on an exercise with what the first check says that is not right."""
    first = next(o for o in exercise.outcomes if o.verdict is not Verdict.RIGHT)
    hints = [clean_line(line, _LONGEST) for line in hint_lines(first.hints)]
    remark = clean_line(first.remark, _LONGEST)
    if hints and remark and not remark.endswith(_ENDS):
        remark += " ·"  # it may end in code, where a full stop would be taken for a part of it
    said = [_ended(first.headline), remark, *map(_ended, hints)]
    return clean_line(" ".join(said), _LONGEST)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(_ENDS) else f"{sentence}."
