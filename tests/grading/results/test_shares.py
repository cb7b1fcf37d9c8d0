"""Shares of an exercise, as changes and pages tell them."""

from dataclasses import replace

from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.results.changes import changes
from dlbook.grading.results.feedback import feedback
from dlbook.grading.run.report import ExerciseReport, Report
from tests.grading.batch import fakes
from tests.grading.results.test_files import RIGHT, entry, wrong
from tests.page import Page


def partly(right: int) -> Entry:
    """Return an entry of a set with partial credit, so many of two parts right."""
    outcome = replace(wrong("x"), hidden=True, fresh=True, parts=2, parts_right=right)
    report = Report(fakes.SET, 7, (ExerciseReport("relu_back", 2, (outcome,)),), partial=True)
    return replace(entry("ada", RIGHT), record=Record(report.to_dict(whole=True)))


def test_a_share_that_rose_is_a_change_though_the_verdict_is_the_same():
    (change,) = changes([partly(0)], [partly(1)])
    assert (change.before, change.after, change.gain) == ("0 of 2", "1 of 2", 1)
    assert change.exercises == "relu_back: wrong (0), now wrong (1)"
    assert changes([partly(1)], [partly(1)]) == []


def test_a_page_does_not_call_wrong_what_earns_a_share():
    assert "◐ relu_back: partly right" in Page(feedback([partly(1)])).words
    assert "✗ relu_back: wrong" in Page(feedback([partly(0)])).words
