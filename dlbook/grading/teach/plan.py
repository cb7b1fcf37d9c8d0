"""Plans: chapters and exercises spread over weeks, so that no week is much longer than another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby


@dataclass(frozen=True)
class Task:
    """What a learner does in one go: read a chapter, or solve one exercise of a set.

    `of` names the chapter or set, `name` the exercise; it is '' for a chapter.
    """

    of: str
    name: str
    minutes: int


@dataclass(frozen=True)
class Share:
    """What one week takes of one chapter or set: the chapter, or some exercises in a row."""

    of: str
    names: tuple[str, ...]
    minutes: int


def weeks(tasks: Sequence[Task], count: int) -> list[list[Task]]:
    """Return the tasks in their order, cut into weeks that are as even as the order allows.

    The sum of the squared minutes of the weeks is the least that there is, so their spread about
    the mean is the least as well. With fewer tasks than weeks, each task has a week of its own.

    Args:
        tasks: in the order in which they are done.
        count: how many weeks there are, at least one.
    """
    count = min(count, len(tasks))
    until = [0, *accumulate(task.minutes for task in tasks)]
    best: list[tuple[float, tuple[int, ...]]] = [(0, ())] + [(float("inf"), ())] * len(tasks)
    for week in range(1, count + 1):
        best = [
            min(
                (
                    (best[start][0] + (until[end] - until[start]) ** 2, (*best[start][1], end))
                    for start in range(week - 1, end)
                ),
                default=(float("inf"), ()),
            )
            for end in range(len(tasks) + 1)
        ]
    ends = best[-1][1]
    return [list(tasks[a:b]) for a, b in zip((0, *ends), ends, strict=False)]


def shares(week: Iterable[Task]) -> list[Share]:
    """Return the tasks of a week, those of one chapter or set together."""
    groups = groupby(week, key=lambda task: (task.of, bool(task.name)))
    found = [(of, list(tasks)) for (of, _is_exercise), tasks in groups]
    return [
        Share(of, tuple(t.name for t in tasks if t.name), sum(t.minutes for t in tasks))
        for of, tasks in found
    ]
