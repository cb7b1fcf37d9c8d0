"""Run the programs of a solution notebook in this trusted process, and make the key from them.

The reference, wrong answers, right answers and null answers run on the same inputs.
"""

import ast
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from types import CodeType
from typing import Any

import numpy as np

from dlbook.check.answer_key import RELEASED_SEED, CheckKey, ExerciseKey, Key
from dlbook.check.compare import explain
from dlbook.check.evaluate import Body, evaluate
from dlbook.check.wire import Json, decode
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, content_digest, derive
from dlbook.grading.course.functions import defined_names
from dlbook.grading.notebook import Cell


@dataclass(frozen=True)
class Emitted:
    """What one check emitted for one program, and the settings that the check names."""

    name: str
    hidden: bool
    rtol: float
    atol: float
    values: Json

    @cached_property
    def value(self) -> object:
        """The values, decoded."""
        return decode(self.values)


class Program:
    """An answer in its surroundings: the set's setup and the story's code above it."""

    def __init__(self, setup: str, before: tuple[str, ...], source: str, given: str = "") -> None:
        self.namespace: dict[str, Any] = {"__name__": "dlbook_exercise"}
        self._setup, self._given = setup, given
        with _quiet():
            for code in (setup, *before, source):
                exec(_compiled(code), self.namespace)

    def emit(self, check: Cell, seed: int) -> list[Emitted]:
        """Return what the check cell emits, an entry for each `@check` in it."""
        emitted: list[Emitted] = []

        def record(
            name: str, *, hidden: bool = False, rtol: float = 1e-6, atol: float = 1e-9
        ) -> Callable[[Body], None]:
            def run(body: Body) -> None:
                result = evaluate(body, name, seed, rtol, atol)
                emitted.append(Emitted(name, hidden, rtol, atol, result.values))

            return run

        with _quiet():
            exec(_compiled(self._setup), self.namespace)
            fresh = _surroundings(self._setup, self._given)
            exec(_compiled(check.source), self.namespace | fresh | {"check": record})
        return emitted


@lru_cache(maxsize=1024)
def _compiled(source: str) -> CodeType:
    return compile(source, "<string>", "exec")


@lru_cache(maxsize=64)
def _surroundings(setup: str, given: str) -> dict[str, Any]:
    """Return the names that checks read; all programs share what the given code keeps."""
    names: dict[str, Any] = {"__name__": "dlbook_exercise"}
    exec(_compiled(setup), names)
    exec(_compiled(given), names)
    return names


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep prints and warnings out of the way: wrong answers overflow and divide by 0.

    Torch gets one thread: on arrays as small as those of checks, threads only wait for each other,
    and a training run takes ten times as long.
    """
    torch = sys.modules.get("torch")
    threads = torch.get_num_threads() if torch else 0
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if torch:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if torch:
                torch.set_num_threads(threads)


def program(exercise_set: ExerciseSet, exercise: Exercise, source: str) -> Program:
    """Return the answer `source` to `exercise`, ready to be checked."""
    return Program(exercise_set.setup, exercise.before, source, exercise.given)


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


def make_key(exercise_set: ExerciseSet, seed: int, *, hidden: bool) -> Key:
    """Return the key of a set for `seed`.

    With `hidden` it is one for graders: hidden checks and the released key are in it.
    """
    return Key(
        name=exercise_set.name,
        seed=seed,
        setup=exercise_set.setup,
        exercise_digest=content_digest(derive(exercise_set)),
        exercises=tuple(
            _exercise_key(exercise_set, exercise, seed, hidden)
            for exercise in exercise_set.exercises
        ),
        hides=exercise_set.hides,
        partial=exercise_set.partial,
        released=make_key(exercise_set, RELEASED_SEED, hidden=False) if hidden else None,
    )


def same_key(one: Key, two: Key) -> bool:
    """Return whether two keys say the same, floats within the tolerance of each check."""
    left, right = asdict(replace(one, linted="")), asdict(replace(two, linted=""))
    values = [list(_pop_values(data)) for data in (left, right)]
    if left != right or len(values[0]) != len(values[1]):
        return False
    return all(
        a[:2] == b[:2] and (a[2] == b[2] or explain(decode(a[2]), decode(b[2]), *a[:2]) is None)
        for a, b in zip(*values, strict=True)
    )


def _pop_values(data: dict[str, Any]) -> Iterator[tuple[float, float, Any]]:
    for exercise in data["exercises"]:
        for entry in exercise["checks"]:
            mistakes = entry.pop("mistakes")
            entry["labels"] = list(mistakes)
            for values in (entry.pop("expected"), *mistakes.values()):
                yield entry["rtol"], entry["atol"], values


def _exercise_key(
    exercise_set: ExerciseSet, exercise: Exercise, seed: int, hidden: bool
) -> ExerciseKey:
    reference = program(exercise_set, exercise, exercise.answer.source)
    wrong = {v.label: program(exercise_set, exercise, v.source) for v in exercise.wrong}
    checks = []
    for check in exercise.checks:
        emitted = reference.emit(check, seed)[0]
        if emitted.hidden and not hidden:
            continue
        mistakes = {label: p.emit(check, seed)[0].values for label, p in wrong.items()}
        tolerances = emitted.rtol, emitted.atol
        checks.append(CheckKey(check.source, emitted.hidden, *tolerances, emitted.values, mistakes))
    hints = {variant.label: variant.hint for variant in exercise.wrong}
    return ExerciseKey(
        exercise.name,
        exercise.points,
        hints,
        tuple(checks),
        exercise.given,
        exercise.minutes,
        exercise.second,
        exercise.section,
    )


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


def differences(left: list[Emitted], right: list[Emitted]) -> Iterator[str]:
    """Yield how the values of two programs differ, check by check, where they do."""
    for one, two in zip(left, right, strict=True):
        if one.values == two.values:
            continue
        difference = explain(one.value, two.value, one.rtol, one.atol)
        if difference:
            yield difference
