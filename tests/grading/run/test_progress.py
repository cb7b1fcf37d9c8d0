"""Which checks of an exercise are due in the second round."""

from dataclasses import replace

import pytest

from dlbook.check.verdict import Outcome, Verdict
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.run.graft import Step
from dlbook.grading.run.progress import Progress

DUE = {  # whether the set gives shares, the verdict of the visible check: whether the rest is due
    (True, Verdict.WRONG): True,
    (True, Verdict.ERROR): True,
    (True, Verdict.NOT_ATTEMPTED): False,
    (True, Verdict.TIME_OUT): False,
    (False, Verdict.WRONG): False,
    (False, Verdict.RIGHT): True,
}


@pytest.mark.parametrize("case", DUE)
def test_where_parts_earn_points_a_wrong_visible_check_ends_nothing(tiny_key, case):
    partial, verdict = case
    key = replace(tiny_key, partial=partial)
    exercise = key.exercises[0]
    steps = [Step("", exercise=exercise, check=check) for check in exercise.checks]
    first = Progress(key, Limits(), None, None, steps)
    first.outcomes[exercise.name, False] = Outcome(exercise.name, verdict, parts=1)
    second = Progress(key, Limits(), None, None, steps, before=first)
    assert [second.is_due(step) for step in steps] == [DUE[case]] * len(steps)
