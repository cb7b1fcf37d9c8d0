"""What a student gets back: one page that says what is right, what is not, and what to ask."""

from collections.abc import Sequence

from dlbook.check.shared import _
from dlbook.check.verdict import Verdict, hint_lines
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.html import bar, page, text, title_of
from dlbook.grading.run.report import ExerciseReport, Report

_RIGHT = "#009E73"


def feedback(entries: Sequence[Entry]) -> str:
    """Return the page of one student, with a part for each of the sets handed in."""
    first = entries[0]
    who = first.name or first.student
    parts = [f'<h1>{text(who)}</h1><p class="sub">{_("Feedback on exercises")}</p>']
    parts += [_part(entry) for entry in entries]
    reading = _(
        "Visible checks are those in the notebook; hidden checks ask the same on other inputs. "
        "Points are given when all checks of an exercise are right."
    )
    parts.append(f"<footer><p>{reading}</p></footer>")
    return page(_("Feedback: {who}").format(who=who), "\n".join(parts))


def _part(entry: Entry) -> str:
    heading = f"<h2>{text(title_of(entry.set_name))}</h2>"
    notes = [*entry.notes]
    report = entry.report
    if report is None:
        said = _("Not graded: {reason}").format(reason=entry.reason)
        body = f'<div class="card amiss"><p class="line">{text(said)}</p></div>'
    else:
        body = _summary(report) + "".join(_cards(report))
        notes += report.notes
    if entry.late:
        notes.insert(0, _("handed in late"))
    listed = "".join(f"<li>{text(note, 400)}</li>" for note in notes)
    told = f'<h3>{_("Notes")}</h3><ul class="sub">{listed}</ul>' if notes else ""
    return f"<section>{heading}{body}{told}</section>"


def _summary(report: Report) -> str:
    score = _("{score} of {points} points").format(score=report.score, points=report.points)
    right = sum(exercise.verdict is Verdict.RIGHT for exercise in report.exercises)
    count = _("{right} of {all} exercises right").format(right=right, all=len(report.exercises))
    drawn = bar([(report.score, _RIGHT, _("points"))], report.points, score)
    return f'<p class="score">{score}</p>{drawn}<p class="sub">{count}</p>'


def _cards(report: Report) -> list[str]:
    """Return a card for each exercise that was tried, and one for all the others."""
    tried = [e for e in report.exercises if e.verdict is not Verdict.NOT_ATTEMPTED]
    others = [e for e in report.exercises if e.verdict is Verdict.NOT_ATTEMPTED]
    cards = [_card(exercise) for exercise in tried]
    if others:
        names = ", ".join(f"<code>{text(e.name)}</code>" for e in others)
        points = sum(e.points for e in others)
        cards.append(_frame("none", f"○ {_('not attempted')}: {names}", f"0 / {points}", ""))
    return cards


def _card(exercise: ExerciseReport) -> str:
    verdict = exercise.verdict
    kind, symbol = ("right", "✓") if verdict is Verdict.RIGHT else ("amiss", "✗")
    head = f"{symbol} <code>{text(exercise.name)}</code>: {_(verdict.value)}"
    amiss = [outcome for outcome in exercise.outcomes if outcome.verdict is not Verdict.RIGHT]
    remark = amiss[0].remark if amiss else ""
    hints = dict.fromkeys(hint for outcome in amiss for hint in outcome.hints)
    rows = f'<p class="line">{text(remark, 800)}</p>' if remark else ""
    for told in hint_lines(hints):
        rows += f'<p class="line hint">{text(told)}</p>'
    where = _("hidden check") if amiss and amiss[0].hidden else ""
    head += f' <span class="sub">({where})</span>' if where else ""
    return _frame(kind, head, f"{exercise.score} / {exercise.points}", rows)


def _frame(kind: str, head: str, points: str, body: str) -> str:
    return (
        f'<article class="card {kind}"><div class="head"><h3 class="verdict">{head}</h3>'
        f'<span class="points">{points}</span></div>{body}</article>'
    )
