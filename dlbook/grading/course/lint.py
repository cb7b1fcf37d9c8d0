"""Does an exercise set hold what it promises?

Wrong answers are rejected, each with its own hint, right ones pass, and nothing can be guessed.
Every problem is one sentence that says what to do.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.compare import explain, is_stub, judge
from dlbook.check.verdict import Verdict
from dlbook.check.wire import Failure, Foreign
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, stub
from dlbook.grading.course.programs import Emitted, Program, null_answers, program

SEEDS = (0, 1, 2)


def problems(exercise_set: ExerciseSet, seeds: Iterable[int] = SEEDS) -> list[str]:
    """Return the problems of how the programs of a set behave, under each of `seeds`."""
    found: dict[str, None] = {}
    for exercise in exercise_set.exercises:
        for seed in seeds:
            found |= dict.fromkeys(_exercise_problems(exercise_set, exercise, seed))
    return list(found)


def _exercise_problems(exercise_set: ExerciseSet, exercise: Exercise, seed: int) -> list[str]:
    name = exercise.name
    try:
        reference = program(exercise_set, exercise, exercise.answer.source)
        expected = _emit_all(reference, exercise, seed)
    except Exception as error:
        return [f"{name}: the reference or its check cell fails ({error!r}): mend that first."]
    wiring = _wiring_problems(exercise, expected)
    if wiring:
        return wiring
    try:
        others = {
            variant.label: _emit_all(
                program(exercise_set, exercise, variant.source), exercise, seed
            )
            for variant in (*exercise.wrong, *exercise.right)
        }
    except Exception as error:
        return [f"{name}: a wrong or right answer does not run ({error!r}): mend it."]
    return [
        *_variant_problems(exercise, expected, others),
        *_stub_problems(exercise_set, exercise, seed),
        *_guessable_problems(exercise, reference, expected, seed),
    ]


def rejects(exercise_set: ExerciseSet, key: Key) -> list[str]:
    """Return which right answers of a set its key rejects, as `exercise / label`."""
    return [
        f"{exercise.name} / {variant.label}"
        for exercise, keyed in zip(exercise_set.exercises, key.exercises, strict=True)
        for variant in exercise.right
        if not _passes(program(exercise_set, exercise, variant.source), exercise, keyed, key.seed)
    ]


def _passes(answer: Program, exercise: Exercise, keyed: ExerciseKey, seed: int) -> bool:
    return all(
        judge(keyed, check, answer.emit(cell, seed)[0].values).verdict is Verdict.RIGHT
        for cell, check in zip(exercise.checks, keyed.checks, strict=True)
    )


def _emit_all(answer: Program, exercise: Exercise, seed: int) -> list[Emitted]:
    """Return what a program emits in all checks of an exercise, in order."""
    return [emitted for check in exercise.checks for emitted in answer.emit(check, seed)]


def _wiring_problems(exercise: Exercise, expected: list[Emitted]) -> list[str]:
    name, found = exercise.name, []
    wanted = [(name, cell.role.kind == "hidden check") for cell in exercise.checks if cell.role]
    if [(emitted.name, emitted.hidden) for emitted in expected] != wanted:
        found.append(
            f'{name}: each check cell needs one `@check("{name}")`, and the hidden one '
            f'`@check("{name}", hidden=True)`, above one function.'
        )
    for emitted in expected:
        value = emitted.value
        if isinstance(value, Failure):
            found.append(
                f"{name}: the reference fails in its check ({value.type}: {value.message}): "
                "mend that first."
            )
        elif not isinstance(value, dict):
            found.append(f"{name}: a check returns a dict of labelled values, got {value!r}.")
        elif list(value) == ["first call", "second call"]:
            found.append(
                f"{name}: the reference gives something else when called again: draw all "
                "randomness from rng, and leave the inputs as they were."
            )
        for type_name in _not_sent(value):
            found.append(
                f"{name}: a check puts out a value that cannot be sent and compared "
                f"({type_name}): let it put out numbers, texts, arrays of numbers, lists or dicts."
            )
    return found


def _not_sent(value: object) -> Iterator[str]:
    """Yield the type of each value in a decoded one of which only the type was sent."""
    if isinstance(value, Foreign):
        yield value.type
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _not_sent(item)


def _variant_problems(
    exercise: Exercise, expected: list[Emitted], others: dict[str, list[Emitted]]
) -> list[str]:
    """Name right answers that fail, wrong ones that pass, and wrong ones that are alike."""
    name, found = exercise.name, []
    for variant in exercise.right:
        difference = next(_differences(expected, others[variant.label]), None)
        if difference:
            found.append(
                f"{name} / {variant.label}: a right answer is rejected ({difference}): mend it, "
                "or what the check compares."
            )
    for variant in exercise.wrong:
        if not any(_differences(expected, others[variant.label])):
            found.append(
                f"{name} / {variant.label}: this wrong answer passes: "
                "give the check inputs on which it goes wrong."
            )
    for one, two in combinations([v.label for v in exercise.wrong], 2):
        if not any(_differences(others[one], others[two])):
            found.append(
                f"{name}: wrong answers {one} and {two} cannot be told apart: "
                "give a check inputs on which they differ, or merge the two."
            )
    return found


def _stub_problems(exercise_set: ExerciseSet, exercise: Exercise, seed: int) -> list[str]:
    name = exercise.name
    unwritten = program(exercise_set, exercise, stub(name, exercise.answer.source))
    if all(is_stub(name, emitted.value) for emitted in _emit_all(unwritten, exercise, seed)):
        return []
    return [
        f"{name}: the stub passes or is not noticed: a check has to call "
        f"`{name}`, and let its NotImplementedError through."
    ]


def _guessable_problems(
    exercise: Exercise, reference: Program, expected: list[Emitted], seed: int
) -> list[str]:
    found = []
    for words, function in null_answers(exercise, reference):
        guess = Program("", (), "")
        guess.namespace = reference.namespace | {exercise.name: function}
        for check, emitted in zip(exercise.checks, expected, strict=True):
            if not any(_differences([emitted], guess.emit(check, seed))):
                kind = check.role.kind if check.role else "check"
                found.append(
                    f"{exercise.name}: the {kind} can be guessed (returning {words} passes): "
                    "let it put out several numbers that depend on rng."
                )
    return found


def _differences(left: list[Emitted], right: list[Emitted]) -> Iterator[str]:
    """Yield how the values of two programs differ, check by check, where they do."""
    for one, two in zip(left, right, strict=True):
        if one.values == two.values:
            continue
        difference = explain(one.value, two.value, one.rtol, one.atol)
        if difference:
            yield difference
