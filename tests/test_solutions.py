"""Every exercise set of the course keeps its promises, in this process and through nbval."""

from dataclasses import replace
from functools import cache

import pytest

from dlbook.check.answer_key import Key
from dlbook.check.compare import judge
from dlbook.check.verdict import Verdict
from dlbook.grading.course.attack import tally
from dlbook.grading.course.exercise_set import ExerciseSet, Variant, derive, understand
from dlbook.grading.course.lint import problems
from dlbook.grading.course.programs import make_key, program
from dlbook.grading.kernel.launcher import Local
from dlbook.grading.kernel.warm import Warm
from dlbook.grading.notebook import Notebook, read
from dlbook.grading.run.nbval_run import grade
from tests import ROOT
from tests.grading.sandbox.inside_it import MISSING

SETS = sorted(path.stem for path in ROOT.glob("solutions/*.ipynb"))
SEEDS = (11, 12, 13, 14, 15)  # seeds that no learner and no build has used
EACH = [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.notebook) for seed in SEEDS[1:])]


@cache
def solution(name: str) -> ExerciseSet:
    path = ROOT / "solutions" / f"{name}.ipynb"
    found, problems = understand(name, read(path))
    assert problems == []
    return found


@cache
def key(name: str, seed: int) -> Key:
    return make_key(solution(name), seed, hidden=True)


@pytest.mark.parametrize("seed", EACH)
@pytest.mark.parametrize("name", SETS)
def test_every_wrong_answer_is_rejected_with_its_own_hint(name, seed, record_property):
    survivors, count = [], 0
    for exercise in key(name, seed).exercises:
        for label, hint in exercise.hints.items():
            outcomes = [judge(exercise, check, check.mistakes[label]) for check in exercise.checks]
            hints = [outcome.hints for outcome in outcomes if outcome.verdict != "right"]
            count += 1
            if (hint,) not in hints or not all(hint in shown for shown in hints):
                survivors.append((label, outcomes))
    killed = count - len(survivors)
    record_property("measured", f"{name}, seed {seed}: {killed} of {count} wrong answers rejected")
    assert count and not survivors


@pytest.mark.parametrize("seed", EACH)
@pytest.mark.parametrize("name", SETS)
def test_every_right_answer_passes(name, seed):
    course = solution(name)
    for exercise, keyed in zip(course.exercises, key(name, seed).exercises, strict=True):
        for variant in exercise.right:
            answer = program(course, exercise, variant.source)
            for cell, check in zip(exercise.checks, keyed.checks, strict=True):
                outcome = judge(keyed, check, answer.emit(cell, seed)[0].values)
                assert outcome.verdict is Verdict.RIGHT, (variant.label, outcome.text())


@pytest.mark.notebook
@pytest.mark.parametrize("name", SETS)
def test_nothing_can_be_guessed_or_confused_under_fresh_seeds(name):
    assert problems(solution(name), SEEDS[:2]) == []


@pytest.mark.parametrize("name", SETS)
def test_mutants_of_the_references_are_rejected(name, record_property):
    found = tally(solution(name), SEEDS[:1])
    record_property("measured", f"{name}, seed {SEEDS[0]}: {found}")
    assert len(found.survivors) <= 0.15 * found.count, found.survivors  # most compute the same


def submission(name: str, answers: dict[str, Variant]) -> Notebook:
    """Return the learner's notebook of a set with variants written into its answer cells."""

    def answered(cell):
        variant = answers.get(cell.role.name) if cell.role and cell.role.kind == "answer" else None
        if variant is None:
            return cell
        return replace(cell, source=f"# answer: {cell.role.name}\n" + variant.source)

    return Notebook(tuple(answered(cell) for cell in derive(solution(name))))


ROUNDS = [  # in a round, each exercise of a set gets one of its wrong answers, while it has more
    (name, number)
    for name in SETS
    for number in range(max(len(exercise.wrong) for exercise in solution(name).exercises))
]


@pytest.fixture(scope="module")
def launcher():
    """Start kernels as graders do; without walls where this machine has none."""
    with Local() if MISSING else Warm() as started:
        yield started


@pytest.mark.notebook
@pytest.mark.parametrize(("name", "number"), ROUNDS)
def test_nbval_rejects_every_wrong_answer_with_its_own_hint(name, number, launcher):
    wrong = {e.name: e.wrong[number] for e in solution(name).exercises if number < len(e.wrong)}
    report = grade(submission(name, wrong), key(name, 2026), launcher=launcher)
    for exercise in report.exercises:
        if exercise.name not in wrong:
            assert exercise.verdict is Verdict.NOT_ATTEMPTED
            continue
        shown = [outcome.hints for outcome in exercise.outcomes]
        assert exercise.verdict is Verdict.KNOWN_MISTAKE, (wrong[exercise.name].label, shown)
        assert (wrong[exercise.name].hint,) in shown


@pytest.mark.notebook
@pytest.mark.parametrize("name", SETS)
def test_nbval_accepts_right_answers_and_the_reference(name, launcher):
    right = {exercise.name: exercise.right[0] for exercise in solution(name).exercises}
    for notebook in (submission(name, right), Notebook(solution(name).cells)):
        report = grade(notebook, key(name, 2026), launcher=launcher)
        assert report.all_right and report.score == report.points, report.text()
