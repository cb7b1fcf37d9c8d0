"""Run the programs of a solution notebook in this trusted process, and make the key from them.

The reference, wrong answers, right answers and null answers run on the same inputs.
"""

import ast
import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlbook.check.answer_key import CheckKey, ExerciseKey, Key
from dlbook.check.evaluate import Body, evaluate
from dlbook.check.wire import Json
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, derive, digest
from dlbook.grading.functions import defined_names
from dlbook.grading.notebook import Cell


@dataclass(frozen=True)
class Put:
    """What one check put out for one program, and the settings that the check names."""

    name: str
    hidden: bool
    rtol: float
    atol: float
    values: Json


class Program:
    """An answer in its surroundings: the set's setup and the story's code above it."""

    def __init__(self, setup: str, before: tuple[str, ...], source: str) -> None:
        self.namespace: dict[str, Any] = {"__name__": "dlbook_exercise"}
        self._setup = setup
        with _quiet():
            for code in (setup, *before, source):
                exec(code, self.namespace)

    def put_out(self, check: Cell, seed: int) -> list[Put]:
        """Return what the check cell puts out, an entry for each `@check` in it."""
        puts: list[Put] = []

        def record(
            name: str, *, hidden: bool = False, rtol: float = 1e-6, atol: float = 1e-9
        ) -> Callable[[Body], None]:
            def run(body: Body) -> None:
                result = evaluate(body, name, seed, rtol, atol)
                puts.append(Put(name, hidden, rtol, atol, result.values))

            return run

        with _quiet():
            exec(self._setup, self.namespace)
            exec(check.source, self.namespace | {"check": record})
        return puts


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep prints and warnings out of the way: wrong answers overflow and divide by 0."""
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def program(course: ExerciseSet, exercise: Exercise, source: str) -> Program:
    """Return the answer `source` to `exercise`, ready to be checked."""
    return Program(course.setup, exercise.before, source)


def null_answers(
    exercise: Exercise, reference: Program
) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield answers that know nothing: what each returns in words, and a function that does."""
    original = reference.namespace[exercise.name]
    constants: tuple[Any, ...] = (None, True, False, 0, 1, 0.0, 1.0, "", [])
    for value in constants:
        yield repr(value), lambda *args, value=value, **kwargs: value
    for number in range(_parameters(exercise)):
        yield f"its input number {number + 1}", lambda *args, number=number: args[number]
    for fill in (0, 1):
        yield (
            f"{fill}s in the right shape",
            lambda *args, fill=fill, **kwargs: _filled(original(*args, **kwargs), fill),
        )


def make_key(course: ExerciseSet, seed: int, *, hidden: bool) -> Key:
    """Return the key of a set for `seed`; `hidden` says whether hidden checks are in it."""
    return Key(
        name=course.name,
        seed=seed,
        setup=course.setup,
        exercise_digest=digest(derive(course)),
        exercises=tuple(_exercise_key(course, entry, seed, hidden) for entry in course.exercises),
        hides=course.hides,
    )


def _exercise_key(course: ExerciseSet, exercise: Exercise, seed: int, hidden: bool) -> ExerciseKey:
    reference = program(course, exercise, exercise.answer.source)
    wrong = {v.label: program(course, exercise, v.source) for v in exercise.wrong}
    checks = []
    for check in exercise.checks:
        put = reference.put_out(check, seed)[0]
        if put.hidden and not hidden:
            continue
        mistakes = {label: p.put_out(check, seed)[0].values for label, p in wrong.items()}
        checks.append(CheckKey(check.source, put.hidden, put.rtol, put.atol, put.values, mistakes))
    hints = {variant.label: variant.hint for variant in exercise.wrong}
    return ExerciseKey(exercise.name, exercise.points, hints, tuple(checks))


def _parameters(exercise: Exercise) -> int:
    assert exercise.name in defined_names(exercise.answer.source)
    for node in ast.parse(exercise.answer.source).body:
        if isinstance(node, ast.FunctionDef) and node.name == exercise.name:
            return len(node.args.args)
    return 0


def _filled(value: Any, fill: int) -> Any:
    """Return a copy of `value` with every number in it replaced by `fill`; a tensor as array."""
    if callable(getattr(value, "detach", None)):
        value = value.detach().numpy()
    if isinstance(value, dict):
        return {key: _filled(item, fill) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_filled(item, fill) for item in value)
    if isinstance(value, np.ndarray):
        return np.full_like(value, fill)
    return type(value)(fill) if isinstance(value, (bool, int, float, str)) else value
