import numpy as np
import pytest
from hypothesis import given, strategies as st

from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.batch.entry import Entry, Record
from dlbook.grading.results.items import FEWEST, correlation, items, seconds
from dlbook.grading.run.report import ExerciseReport, Report
from tests.grading.batch import fakes


def report(*right: bool) -> Report:
    verdicts = [Verdict.RIGHT if ok else Verdict.WRONG for ok in right]
    return Report(
        fakes.SET,
        7,
        tuple(ExerciseReport(f"e{i}", 1, (Outcome("e", v),)) for i, v in enumerate(verdicts)),
    )


def test_an_exercise_that_goes_with_the_others_discriminates_and_one_against_them_does_not():
    class_ = [report(n > 5, n > 4, n > 6, n < 3, True) for n in range(12)]
    first, _second, _third, against, easy = items(class_)
    assert first.right == 0.5 and first.discrimination > 0.5 > 0 > against.discrimination
    assert easy.right == 1 and easy.discrimination is None


def test_with_few_students_there_is_no_discrimination():
    few = [report(n > 2, n > 3) for n in range(FEWEST - 1)]
    assert all(item.discrimination is None for item in items(few))


NUMBERS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=3, max_size=30)


@given(NUMBERS)
def test_the_correlation_is_that_of_numpy(pairs):
    x, y = zip(*pairs, strict=True)
    found = correlation(x, y)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_the_time_of_grading_names_who_took_longest():
    entries = [
        Entry(who, fakes.SET, record=Record({}, seconds=took))
        for who, took in (("ada", 1.0), ("bob", 9.0), ("eve", 2.0))
    ]
    found = seconds(entries)
    assert (found.middle, found.longest, found.who) == (2.0, 9.0, "bob")
    assert seconds([]) is None
