"""Entries whose reports give the score that the rules made: what goes back into an LMS."""

from dataclasses import replace
from fractions import Fraction

from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.rules.marks import Mark, Term
from dlbook.grading.run.report import Report


def final_entries(term: Term) -> list[Entry]:
    """Return an entry for each mark that somebody handed something in for, or that has a score."""
    return [_final(mark) for mark in term.marks if mark.entry or mark.score is not None]


def _final(mark: Mark) -> Entry:
    person = mark.person
    entry = mark.entry or Entry(person.student, mark.set_name, person.name, person.lms_id)
    entry = replace(entry, title=mark.title)
    if mark.score is None:
        return entry
    report = entry.report or Report(
        mark.set_name, 0, (), isolation="nothing ran", worth=mark.points
    )
    plain = report.to_dict(whole=True) | {"final": _number(mark.score)}
    record = replace(entry.record or Record(), report=plain, unreadable="")
    return replace(entry, record=record, problem="")


def _number(score: Fraction) -> int | float:
    return score.numerator if score.denominator == 1 else float(score)
