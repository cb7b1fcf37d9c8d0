"""Does an exercise set hold what it promises?

Wrong answers are rejected, each with its own hint, right ones pass, and nothing can be guessed.
Every problem is one sentence that says what to do.
"""

from collections.abc import Iterable
from itertools import combinations

from dlbook.check.answer_key import ExerciseKey, Key
from dlbook.check.compare import explain, is_stub, judge
from dlbook.check.verdict import Verdict
from dlbook.check.wire import Failure, decode
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, stub
from dlbook.grading.course.programs import Program, Put, null_answers, program

SEEDS = (0, 1, 2)


def problems(course: ExerciseSet, seeds: Iterable[int] = SEEDS) -> list[str]:
    """Return what is amiss with how the programs of a set behave, under each of `seeds`."""
    found: dict[str, None] = {}
    for exercise in course.exercises:
        for seed in seeds:
            found |= dict.fromkeys(_exercise_problems(course, exercise, seed))
    return list(found)


def _exercise_problems(course: ExerciseSet, exercise: Exercise, seed: int) -> list[str]:
    name = exercise.name
    try:
        reference = program(course, exercise, exercise.answer.source)
        expected = [put for check in exercise.checks for put in reference.put_out(check, seed)]
    except Exception as error:
        return [f"{name}: the reference or its check cell fails ({error!r}): mend that first."]
    wiring = _wiring_problems(exercise, expected)
    if wiring:
        return wiring
    try:
        others = _run_all(course, exercise, seed)
    except Exception as error:
        return [f"{name}: a wrong or right answer does not run ({error!r}): mend it."]
    found = []
    for variant in exercise.right:
        differences = _differences(expected, others[variant.label])
        if any(differences):
            found.append(
                f"{name} / {variant.label}: a right answer is rejected "
                f"({next(d for d in differences if d)}): mend it, or what the check compares."
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
    found += _stub_problems(course, exercise, seed)
    return found + _guessable_problems(exercise, reference, expected, seed)


def rejects(course: ExerciseSet, key: Key) -> list[str]:
    """Return which right answers of a set its key rejects, as `exercise / label`."""
    return [
        f"{exercise.name} / {variant.label}"
        for exercise, keyed in zip(course.exercises, key.exercises, strict=True)
        for variant in exercise.right
        if not _passes(program(course, exercise, variant.source), exercise, keyed, key.seed)
    ]


def _passes(answer: Program, exercise: Exercise, keyed: ExerciseKey, seed: int) -> bool:
    return all(
        judge(keyed, check, answer.put_out(cell, seed)[0].values).verdict is Verdict.RIGHT
        for cell, check in zip(exercise.checks, keyed.checks, strict=True)
    )


def _run_all(course: ExerciseSet, exercise: Exercise, seed: int) -> dict[str, list[Put]]:
    puts = {}
    for variant in (*exercise.wrong, *exercise.right):
        other = program(course, exercise, variant.source)
        puts[variant.label] = [p for check in exercise.checks for p in other.put_out(check, seed)]
    return puts


def _wiring_problems(exercise: Exercise, expected: list[Put]) -> list[str]:
    name, found = exercise.name, []
    wanted = [(name, cell.role.kind == "hidden check") for cell in exercise.checks if cell.role]
    if [(put.name, put.hidden) for put in expected] != wanted:
        found.append(
            f'{name}: each check cell needs one `@check("{name}")`, and the hidden one '
            f'`@check("{name}", hidden=True)`, above one function.'
        )
    for put in expected:
        value = decode(put.values)
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
    return found


def _stub_problems(course: ExerciseSet, exercise: Exercise, seed: int) -> list[str]:
    unwritten = program(course, exercise, stub(exercise.name, exercise.answer.source))
    puts = [put for check in exercise.checks for put in unwritten.put_out(check, seed)]
    if all(is_stub(exercise.name, decode(put.values)) for put in puts):
        return []
    return [
        f"{exercise.name}: the stub passes or is not noticed: a check has to call "
        f"`{exercise.name}`, and let its NotImplementedError through."
    ]


def _guessable_problems(
    exercise: Exercise, reference: Program, expected: list[Put], seed: int
) -> list[str]:
    found = []
    for words, function in null_answers(exercise, reference):
        guess = Program("", (), "")
        guess.namespace = reference.namespace | {exercise.name: function}
        for check, put in zip(exercise.checks, expected, strict=True):
            if not any(_differences([put], guess.put_out(check, seed))):
                kind = check.role.kind if check.role else "check"
                found.append(
                    f"{exercise.name}: the {kind} can be guessed (returning {words} passes): "
                    "let it put out several numbers that depend on rng."
                )
    return found


def _differences(left: list[Put], right: list[Put]) -> list[str | None]:
    """Return how the values of two programs differ, an entry for each check."""
    return [
        explain(decode(one.values), decode(two.values), one.rtol, one.atol)
        for one, two in zip(left, right, strict=True)
    ]
