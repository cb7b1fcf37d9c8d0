"""Plans keep the order, leave nothing out, and are as even as the order allows."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from dlbook.grading.teach.plan import Share, Task, shares, weeks


def tasks(*minutes: int) -> list[Task]:
    return [Task("05_sample", f"e{n}", each) for n, each in enumerate(minutes)]


def spread(plan: list[list[Task]]) -> int:
    return sum(sum(task.minutes for task in week) ** 2 for week in plan)


def every_plan(items: list[Task], count: int) -> list[list[list[Task]]]:
    """Return all ways to cut a list into `count` parts that are not empty."""
    cuts = [(0, *inner, len(items)) for inner in combinations(range(1, len(items)), count - 1)]
    return [[items[a:b] for a, b in pairwise(cut)] for cut in cuts]


@pytest.mark.parametrize("count", [1, 2, 3, 6])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_cut_is_more_even(count, seed):
    items = tasks(*np.random.default_rng(seed).integers(1, 30, size=9).tolist())
    plan = weeks(items, count)
    assert len(plan) == count and [task for week in plan for task in week] == items
    assert spread(plan) == min(map(spread, every_plan(items, count)))


def test_equal_tasks_make_equal_weeks():
    assert [len(week) for week in weeks(tasks(*[10] * 12), 6)] == [2] * 6


def test_a_long_task_is_not_cut():
    assert {len(week) for week in weeks(tasks(5, 90, 5), 2)} == {1, 2}


@pytest.mark.parametrize("minutes", [(), (7,), (7, 8)])
def test_with_fewer_tasks_than_weeks_each_has_its_own(minutes):
    assert [[t.minutes for t in week] for week in weeks(tasks(*minutes), 12)] == [
        [each] for each in minutes
    ]


def test_a_week_names_a_chapter_and_then_the_exercises_of_its_set():
    week = [Task("05_a", "", 60), Task("05_a", "x", 4), Task("05_a", "y", 5), Task("06_b", "", 70)]
    assert shares(week) == [
        Share("05_a", (), 60),
        Share("05_a", ("x", "y"), 9),
        Share("06_b", (), 70),
    ]
