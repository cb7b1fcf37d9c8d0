"""What the programs of a set are held to, on the sample set with some cells changed."""

import re
from dataclasses import replace

import pytest

from dlbook.check.answer_key import RELEASED_SEED
from dlbook.grading.course import lint
from dlbook.grading.course.exercise_set import ExerciseSet, understand
from dlbook.grading.course.programs import make_key
from dlbook.grading.notebook import Cell, Notebook, read
from tests import SAMPLES


def sample(*more: str, **changed: str) -> ExerciseSet:
    """Return the sample set with more wrong answers, and with texts changed: old by new."""
    cells = list(read(SAMPLES / "tiny-pass.ipynb").cells)
    for old, new in changed.values():
        assert any(old in cell.source for cell in cells)
        cells = [replace(cell, source=cell.source.replace(old, new)) for cell in cells]
    found, problems = understand("90_tiny", Notebook((*cells, *(Cell("raw", m) for m in more))))
    assert problems == []
    return found


def wrong(label: str, hint: str, value: str) -> str:
    return (
        f"# wrong answer: relu_back / {label}\n# hint: {hint}\n"
        f"def relu_back(g, x):\n    return {value}"
    )


def test_the_sample_holds_under_five_seeds():
    assert len(lint.SEEDS) == 5 and lint.problems(sample()) == []


NAMES = {  # a name of an exercise or a label, composed or apart: the one that is told
    "größte_lücke": "größte_lücke",
    "gro\u0308ße": "größe",
    "中心": "中心",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_other_letters_than_ascii_is_told_once(name):
    cells = read(SAMPLES / "tiny-pass.ipynb").cells
    renamed = [replace(each, source=each.source.replace("relu_back", name)) for each in cells]
    _found, problems = understand("90_tiny", Notebook(tuple(renamed)))
    (problem,) = [each for each in problems if not each.startswith("the title cell says")]
    assert problem.startswith(f"{NAMES[name]}: names of exercises and labels need the letters a")


def test_a_label_in_other_letters_would_be_shown_to_learners_and_is_told():
    more = Cell("raw", "# wrong answer: relu_back / größer\n# hint: Where?\nx = 1")
    cells = (*read(SAMPLES / "tiny-pass.ipynb").cells, more)
    _found, (problem,) = understand("90_tiny", Notebook(cells))
    assert problem.startswith("größer: names of exercises and labels need")


def test_two_programs_may_share_a_hint_but_not_their_values():
    leaks = "Lets something through below 0. What is the slope there?"
    one, two = (wrong(label, leaks, "g * np.where(x > 0, 1, 0.1)") for label in ("leaks", "drips"))
    assert lint.problems(sample(one, two)) == []
    (problem,) = lint.problems(sample(one, two.replace("Lets", "Allows")))
    assert "leaks and drips cannot be told apart in the check: " in problem


def test_a_hidden_check_tells_apart_what_the_visible_one_passes():
    keeps = wrong("keeps_zero", "Lets 0 through. What is the slope there?", "g * (x >= 0)")
    lets = wrong("lets_most", "Lets most through. Where is the limit?", "g * (x > -1e-9)")
    (problem,) = lint.problems(sample(keeps, lets))
    assert "keeps_zero and lets_most cannot be told apart in the hidden check" in problem


def test_a_hidden_check_is_not_asked_about_what_the_visible_one_rejects():
    one = wrong("doubles", "Where is the 2 from?", "g * (x > 0) * 2")
    two = wrong("grows", "Where is the rest from?", "g * (x > 0) * (2 if len(x) == 5 else 3)")
    assert lint.problems(sample(one, two)) == []


def test_what_the_visible_check_passes_is_noted():
    keeps = wrong("keeps_zero", "Lets 0 through. What is the slope there?", "g * (x >= 0)")
    (note,) = lint.notes(make_key(sample(keeps), RELEASED_SEED, hidden=False))
    assert note.startswith("relu_back: the visible check passes keeps_zero: ")
    assert lint.notes(make_key(sample(), RELEASED_SEED, hidden=False)) == []


def test_luck_is_told_with_its_seeds():
    lucky = wrong("lucky", "Where is the 2 from?", "g * (x > 0) * np.where(g[0, 0] > 0, 2, 1)")
    (problem,) = lint.problems(sample(lucky))
    assert "lucky: this wrong answer passes" in problem
    assert re.search(r" \(At [1-4] of 5 seeds: \d(, \d)*\.\)$", problem), problem


LABELS = {  # an entry of a check: whether students may read its label
    '"first row": float(x[1, 0] > 0)': True,
    'f"{x[1, 0]:.1f}": 1.0': False,
    'f"row {rng.integers(50)}": 1.0': False,
}


@pytest.mark.parametrize("entry", LABELS)
@pytest.mark.parametrize("size", ["(3, 4)", "(5, 2)"])
def test_a_label_says_nothing_of_what_was_drawn(entry, size):
    drawn = f"g = rng.normal(size={size})\n    return {{"
    found = lint.problems(sample(label=(drawn, f"{drawn}{entry}, ")))
    assert (found == []) == LABELS[entry]
    assert all("labels that are the same under every seed are needed" in p for p in found)


NOT_SENT = {  # a value of a check: where and of which type it is
    '"kinds": {1, 2}': "got set at `kinds`",
    '"names": np.array(["a"])': "got array of <U1 at `names`",
    '"roots": [1.0, 1j]': "got complex at `roots / 2`",
    '"raw": b"a"': "got bytes at `raw`",
    '"deep": {"n": 2**70}': "got huge int at `deep / n`",
}


@pytest.mark.parametrize("entry", NOT_SENT)
@pytest.mark.parametrize("size", ["(3, 4)", "(5, 2)"])
def test_a_value_that_is_not_sent_is_refused_by_exercise_label_and_type(entry, size):
    drawn = f"g = rng.normal(size={size})\n    return {{"
    (found,) = lint.problems(sample(label=(drawn, f"{drawn}{entry}, ")))
    assert found.startswith("relu_back: ") and NOT_SENT[entry] in found and "let it put" in found


def test_the_check_that_is_missing_is_named():
    for kind, other in (("check", "hidden check"), ("hidden check", "check")):
        cells = read(SAMPLES / "tiny-pass.ipynb").cells
        kept = tuple(cell for cell in cells if not cell.role or cell.role.kind != kind)
        _found, problems = understand("90_tiny", Notebook(kept))
        assert f"relu_back: no cell starts with `# {kind}: relu_back`: add one." in problems
        assert not any(f"`# {other}:" in problem for problem in problems)


def test_a_problem_of_both_checks_is_told_once_and_of_all_seeds():
    (problem,) = lint.problems(sample(raises=("return g * (x > 0)", "raise ValueError('no')")))
    assert problem.endswith("(ValueError: no): mend that first.")


FAILURES = {
    "np.loadtxt('../data.csv')": "graded alone, without files beside it",
    "import no_such_package": "add it to `dependencies` in pyproject.toml",
    "1 / 0": "mend that first.",
}


@pytest.mark.parametrize("line", FAILURES)
def test_what_keeps_a_set_from_running_is_told_with_a_remedy(line):
    (problem,) = lint.problems(sample(more=("import numpy as np", f"import numpy as np\n{line}")))
    assert FAILURES[line] in problem
