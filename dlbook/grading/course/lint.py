"""Does an exercise set hold what it promises?

Wrong answers are rejected, each with its own hint, right ones pass, and nothing can be guessed.
Every problem is one sentence that says what to do.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations

from dlbook.check.answer_key import CheckKey, ExerciseKey, Key
from dlbook.check.compare import explain, is_stub, judge
from dlbook.check.verdict import Verdict
from dlbook.check.wire import Failure, Foreign, decode
from dlbook.grading.course.exercise_set import Exercise, ExerciseSet, stub
from dlbook.grading.course.programs import Emitted, Program, differences, null_answers, program

SEEDS = (0, 1, 2, 3, 4)


def problems(exercise_set: ExerciseSet, seeds: Iterable[int] = SEEDS) -> list[str]:
    """Return the problems of how the programs of a set behave, and under which of `seeds`."""
    seeds = list(seeds)
    found: dict[str, list[int]] = {}
    for exercise in exercise_set.exercises:
        labels: set[tuple[str, ...]] = set()
        for seed in seeds:
            told = _exercise_problems(exercise_set, exercise, seed, labels)
            for problem in dict.fromkeys(told):  # two checks may have the same
                found.setdefault(problem, []).append(seed)
    return [with_seeds(problem, at, len(seeds)) for problem, at in found.items()]


def with_seeds(problem: str, at: list[int], count: int) -> str:
    """Return a problem with the seeds that it shows at, unless it does at all of them."""
    if len(at) == count:
        return problem
    return f"{problem} (At {len(at)} of {count} seeds: {', '.join(map(str, at))}.)"


def notes(key: Key) -> list[str]:
    """Return which known mistakes the visible checks of a released key pass.

    Hidden checks reject them. Where the task states the rule that one of them breaks, the learner
    expects the card to test it; whether it does, no machine can tell.
    """
    return [
        f"{exercise.name}: the visible check passes {', '.join(passed)}: if the task states the "
        "rule that is broken, show it there."
        for exercise in key.exercises
        if (passed := _passed(next(check for check in exercise.checks if not check.hidden)))
    ]


def _passed(check: CheckKey) -> list[str]:
    """Return the known mistakes that a check does not see."""
    return [
        label
        for label, mistake in check.mistakes.items()
        if explain(decode(check.expected), decode(mistake), check.rtol, check.atol) is None
    ]


def _exercise_problems(
    exercise_set: ExerciseSet, exercise: Exercise, seed: int, labels: set[tuple[str, ...]]
) -> list[str]:
    """Return the problems at one seed; `labels` are those of the seeds before, and are added to."""
    name = exercise.name
    try:
        reference = program(exercise_set, exercise, exercise.answer.source)
        expected = _emit_all(reference, exercise, seed)
    except Exception as error:
        return [f"{name}: the reference or its check cell fails ({error!r}): {_remedy(error)}."]
    wiring = [*_wiring_problems(exercise, expected), *_value_problems(name, expected)]
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
        *_label_problems(name, expected, labels),
        *_variant_problems(exercise, expected, others),
        *_alike_problems(exercise, expected, others),
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


def _remedy(error: Exception) -> str:
    """Return what the author can do where code of a set fails."""
    if isinstance(error, FileNotFoundError):
        return (
            "a notebook is handed in and graded alone, without files beside it, so write the data "
            "into a cell, or make them there"
        )
    if isinstance(error, ModuleNotFoundError):
        return (
            "install that package here, and add it to `dependencies` in pyproject.toml, from which "
            "students install"
        )
    return "mend that first"


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
    return found


def _value_problems(name: str, expected: list[Emitted]) -> list[str]:
    """Name each value of which nothing but the type would reach the grader."""
    return [
        f"{name}: a check needs values that are sent and compared, got {type_name} at "
        f"`{' / '.join(labels)}`: let it put out numbers, texts, arrays of numbers, lists or dicts."
        for emitted in expected
        for labels, type_name in _not_sent(emitted.value)
    ]


def _not_sent(value: object, *labels: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield labels and type of each value in a decoded one of which only the type was sent."""
    if isinstance(value, Foreign):
        yield labels, value.type
    elif isinstance(value, (list, dict)):
        items = value.items() if isinstance(value, dict) else enumerate(value, start=1)
        for label, item in items:
            yield from _not_sent(item, *labels, str(label))


def _label_problems(
    name: str, expected: list[Emitted], labels: set[tuple[str, ...]]
) -> Iterator[str]:
    """Tell labels that change with the seed: students read them, and would learn what was drawn."""
    values = [emitted.value for emitted in expected]
    mine = tuple(label for value in values if isinstance(value, dict) for label in value)
    if labels and mine not in labels:
        yield (
            f"{name}: labels that are the same under every seed are needed, those of its checks "
            "change with what rng draws: students read them, so name the clause instead."
        )
    labels.add(mine)


def _variant_problems(
    exercise: Exercise, expected: list[Emitted], others: dict[str, list[Emitted]]
) -> list[str]:
    """Name right answers that fail, wrong ones that pass, and wrong ones that are alike."""
    name, found = exercise.name, []
    for variant in exercise.right:
        difference = next(differences(expected, others[variant.label]), None)
        if difference:
            found.append(
                f"{name} / {variant.label}: a right answer is rejected ({difference}): mend it, "
                "or what the check compares."
            )
    for variant in exercise.wrong:
        if not any(differences(expected, others[variant.label])):
            found.append(
                f"{name} / {variant.label}: this wrong answer passes: "
                "give the check inputs on which it goes wrong."
            )
    return found


def _alike_problems(
    exercise: Exercise, expected: list[Emitted], others: dict[str, list[Emitted]]
) -> list[str]:
    """Name wrong answers with different hints that a check cannot tell apart.

    Hidden checks count for those answers alone that the visible one passes: of others they are not
    run.
    """
    passed = {v.label for v in exercise.wrong if _same(expected[0], others[v.label][0])}
    found = []
    for one, two in combinations(exercise.wrong, 2):
        if one.hint == two.hint:
            continue
        for kind, wanted, left, right in zip(
            ("check", "hidden check"), expected, others[one.label], others[two.label], strict=True
        ):
            due = not wanted.hidden or passed & {one.label, two.label}
            if due and _same(left, right) and not _same(wanted, left):
                found.append(
                    f"{exercise.name}: wrong answers {one.label} and {two.label} cannot be told "
                    f"apart in the {kind}: give it inputs on which they differ, or merge the two "
                    "under one hint."
                )
    return found


def _same(one: Emitted, two: Emitted) -> bool:
    return not any(differences([one], [two]))


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
            if not any(differences([emitted], guess.emit(check, seed))):
                kind = check.role.kind if check.role else "check"
                found.append(
                    f"{exercise.name}: the {kind} can be guessed (returning {words} passes): "
                    "let it put out several numbers that depend on rng."
                )
    return found
