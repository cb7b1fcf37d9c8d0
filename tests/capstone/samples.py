"""A sample is a study, the tasks that it is for, and what should be found broken."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TASKS = ("image", "speech", "text")


@dataclass(frozen=True)
class Sample:
    """One study, and what `examine` should say of it.

    Args:
        name: of the function, a verb phrase.
        kind: honest, too strict, mistake, dishonest or beyond.
        study: takes data and a seed, for any of the tasks.
        tasks: for which it runs.
        broken: a property that has to be found broken, '' where all hold.
    """

    name: str
    kind: str
    study: Callable[..., dict[str, Any]]
    tasks: tuple[str, ...]
    broken: str = ""

    def on(self, task: str) -> Callable[..., dict[str, Any]]:
        """Return the study with the default that names its task."""

        def study(data, seed, task=task):
            return self.study(data, seed)

        return study


class Samples(dict[str, Sample]):
    """Samples by name; a decorator adds one."""

    def add(self, kind: str, broken: str = "", tasks: tuple[str, ...] = TASKS):
        def enter(study):
            assert study.__name__ not in self, f"{study.__name__} is there twice: rename one"
            assert list(inspect.signature(study).parameters) == ["data", "seed"]
            self[study.__name__] = Sample(study.__name__, kind, study, tasks, broken)
            return study

        return enter


SAMPLES = Samples()
