"""How many mutants of the references the graded checks of a set reject.

A mutant survives where it puts out the same as the reference in both checks: at some seeds by
luck, at all of them because no input goes there, or because it computes the same.
"""

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dlbook.grading.course.exercise_set import Exercise, ExerciseSet
from dlbook.grading.course.lint import SEEDS, with_seeds
from dlbook.grading.course.mutations import Mutant, mutants
from dlbook.grading.course.programs import Emitted, differences, program

_SECONDS = 2.0  # of CPU, after which a program counts as one that does not end


@dataclass(frozen=True)
class Tally:
    """How many mutants there are, and those that survive, each as one line."""

    count: int
    survivors: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.count - len(self.survivors)} of {self.count} mutants rejected"

    def line(self, set_name: str) -> str:
        """Return how a set fared, and where mutants survive how to see them."""
        how = f"; `python -m dlbook.grading.course.mutants {set_name}` names the others"
        return f"attack {set_name}: {self}" + (how if self.survivors else "")


def tally(exercise_set: ExerciseSet, seeds: Iterable[int] = SEEDS) -> Tally:
    """Return how the mutants of all references of a set fare under each of `seeds`."""
    seeds, count, survivors = list(seeds), 0, []
    for exercise in exercise_set.exercises:
        expected = {seed: _expected(exercise_set, exercise, seed) for seed in seeds}
        for mutant in _mutants(exercise):
            count += 1
            at = _survives(exercise_set, exercise, mutant, expected)
            if at:
                survivors.append(with_seeds(f"{exercise.name}, {mutant}", at, len(seeds)))
    return Tally(count, tuple(survivors))


def _expected(exercise_set: ExerciseSet, exercise: Exercise, seed: int) -> list[Emitted]:
    reference = program(exercise_set, exercise, exercise.answer.source)
    return [emitted for check in exercise.checks for emitted in reference.emit(check, seed)]


def _mutants(exercise: Exercise) -> Iterator[Mutant]:
    """Yield the mutants of the part of an answer that the learner writes."""
    lines = exercise.answer.source.splitlines()
    marks = [number for number, line in enumerate(lines, 1) if line.strip().startswith("### ")]
    return mutants(exercise.answer.source, marks[0], marks[-1])


def _survives(
    exercise_set: ExerciseSet,
    exercise: Exercise,
    mutant: Mutant,
    expected: dict[int, list[Emitted]],
) -> list[int]:
    """Return the seeds at which no check rejects a mutant."""
    at = []
    for seed, values in expected.items():
        with _time_limit() as reached:
            try:
                answer = program(exercise_set, exercise, mutant.source)
                passes = all(
                    not any(differences([wanted], answer.emit(check, seed)))
                    for check, wanted in zip(exercise.checks, values, strict=True)
                )
            except Exception:  # it does not even run
                passes = False
        if reached:
            return []
        if passes:
            at.append(seed)
    return at


class _TooLongError(Exception):
    """Raised in a program that has run too long."""


@contextmanager
def _time_limit() -> Iterator[list[bool]]:
    """Raise in what runs too long; the list is not empty then. Without such timers, let it run."""
    reached: list[bool] = []
    if not hasattr(signal, "setitimer") or threading.current_thread() != threading.main_thread():
        yield reached
        return

    def end(_number: int, _frame: object) -> None:
        reached.append(True)
        raise _TooLongError

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, _SECONDS, _SECONDS)  # again for the second call
    try:
        yield reached
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
