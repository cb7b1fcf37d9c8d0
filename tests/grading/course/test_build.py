import shutil
from dataclasses import replace

import nbformat
import pytest

from dlbook.cli import main
from dlbook.grading.course.build import build, check
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.notebook import Notebook, parse, read
from tests import SAMPLES

SAYS = {  # what is wrong with the solution sample: what the builder says, and what it says to do
    "wrong_answer_passes": ("divides_out: this wrong answer passes", "give the check inputs"),
    "wrong_answers_alike": ("forgets_g and returns_slope cannot be told apart", "merge the two"),
    "hint_missing": ("forgets_g: no hint", "add a line `# hint: ...`"),
    "second_hint_missing": ("relu_back: no second hint", "add a raw cell `# second"),
    "stub_passes": ("the stub passes or is not noticed", "call `relu_back`"),
    "right_answer_rejected": ("with_where: a right answer is rejected", "mend it"),
    "reference_fails": ("name 'y' is not defined", "mend that first"),
    "two_roles_one_name": ("two cells start with `# check: relu_back`", "rename or remove one"),
    "row_missing": ("no row in the title cell's table", "add `| `relu_back` | points | minutes |`"),
    "reference_never_run": ("was not run from top to bottom", "run `dlbook build`"),
    "value_not_sent": ("sent and compared, got set at `signs`", "let it put out numbers"),
    "guessable_true": ("returning 0 passes", "several numbers that depend on rng"),
    "guessable_zero": ("returning 0 passes", "several numbers that depend on rng"),
    "guessable_none": ("returning None passes", "several numbers that depend on rng"),
    "guessable_zeros": ("returning 0s in the right shape passes", "depend on rng"),
    "guessable_input": ("returning its input number 1 passes", "depend on rng"),
}


def run_check(course, capsys) -> tuple[int, str]:
    code = main(["--course", str(course.root), "build", "--check"])
    return code, capsys.readouterr().err


def put(course, sample: str, place: str) -> None:
    shutil.copy(SAMPLES / f"tiny-{sample}.ipynb", course.root / place)


def test_a_built_course_is_fresh(course, capsys):
    assert run_check(course, capsys) == (0, "")


@pytest.mark.parametrize("why", SAYS)
def test_a_bad_solution_is_refused_with_what_to_do(course, capsys, why):
    put(course, f"fail-{why}", "solutions/90_tiny.ipynb")
    code, said = run_check(course, capsys)
    assert code == 1
    assert all(part in said for part in SAYS[why]), said


def test_a_stale_exercise_is_refused(course, capsys):
    put(course, "fail-exercise_stale", "exercises/90_tiny.ipynb")
    code, said = run_check(course, capsys)
    assert code == 1 and "exercises/90_tiny.ipynb is stale" in said and "dlbook build" in said


def test_an_exercise_has_a_name_of_its_own_in_the_course(course, capsys):
    """A card finds an exercise by its name, so the key of the first would judge the second."""
    text = (course.root / "solutions" / "90_tiny.ipynb").read_text("utf-8")
    (course.root / "solutions" / "91_more.ipynb").write_text(text, "utf-8")
    for verb in (["build"], ["build", "91"], ["build", "--check"]):
        assert main(["--course", str(course.root), *verb]) == 1
        said = capsys.readouterr().err
        assert "91_more.ipynb: relu_back: a name of its own is needed" in said
        assert "solutions/90_tiny.ipynb: " not in said and "rename one" in said
    assert not (course.root / "dlbook" / "keys" / "91_more.json").exists()


@pytest.mark.parametrize("folder", ["chapters", "exercises", "solutions"])
def test_a_stray_file_is_refused(course, capsys, folder):
    put(course, "fail-stray_file", f"{folder}/notes.ipynb")
    code, said = run_check(course, capsys)
    assert code == 1 and f"{folder}/notes.ipynb: a stray file" in said and "move it away" in said


def test_the_key_of_a_set_that_is_gone_is_told(course, capsys):
    shutil.copy(course.key("90_tiny"), course.key("89_gone"))
    code, said = run_check(course, capsys)
    assert code == 1 and "dlbook/keys/89_gone.json: it has no solution: remove this." in said


def test_every_sample_of_a_bad_set_is_in_a_test():
    bad = {path.stem.removeprefix("tiny-fail-") for path in SAMPLES.glob("tiny-fail-*.ipynb")}
    assert bad == {*SAYS, "exercise_stale", "stray_file"}


def test_a_second_build_writes_nothing(course):
    said = []
    assert build(course, said.append) == [] and said == []


def test_a_changed_sentence_reaches_the_exercise(course):
    edit(course, "solutions", "[0, 7]", "[0, 7.0]")
    said = []
    assert build(course, said.append) == []
    assert said == [
        "lint   solutions/90_tiny.ipynb",
        "attack 90_tiny: 9 of 9 mutants rejected",
        "write  keys/90_tiny.json",
        "write  exercises/90_tiny.ipynb",
    ]
    assert "[0, 7.0]" in (course.root / "exercises" / "90_tiny.ipynb").read_text("utf-8")


def test_a_notebook_that_was_worked_in_is_never_overwritten(course):
    edit(course, "exercises", 'raise NotImplementedError(\\"relu_back: your turn\\")', "return g")
    mine = (course.root / "exercises" / "90_tiny.ipynb").read_bytes()
    edit(course, "solutions", "[0, 7]", "[0, 7.0]")
    problems = build(course, lambda line: None)
    assert len(problems) == 1 and "move it away" in problems[0]
    assert (course.root / "exercises" / "90_tiny.ipynb").read_bytes() == mine


def test_a_damaged_solution_is_one_sentence(course):
    (course.root / "solutions" / "90_tiny.ipynb").write_text('{"cells": [')
    problems = check(course, print)
    assert len(problems) == 1 and "cut off" in problems[0]


def test_an_exercise_holds_no_solution_and_no_hidden_check(course):
    text = (course.root / "exercises" / "90_tiny.ipynb").read_text("utf-8")
    cells = parse(text.encode()).cells
    assert "return g * (x > 0)" not in text and "hidden" not in text and "hint" not in text
    assert [cell.role.kind for cell in cells if cell.role] == ["answer", "check"]


def test_outputs_of_code_that_has_changed_are_stale(course):
    edit(course, "solutions", "size=(3, 4)", "size=(4, 3)")
    assert any("since its code changed" in problem for problem in check(course, print))


def test_the_way_a_file_cuts_text_into_lines_is_no_difference(course):
    path = course.root / "solutions" / "90_tiny.ipynb"
    before = path.read_text("utf-8")
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert path.read_text("utf-8") != before
    assert build(course, lambda line: None) == [] and path.read_text("utf-8") == before


@pytest.mark.notebook
def test_an_unexecuted_solution_is_run(course):
    put(course, "fail-reference_never_run", "solutions/90_tiny.ipynb")
    said = []
    assert build(course, said.append) == [] and "run    solutions/90_tiny.ipynb" in said
    built = (course.root / "solutions" / "90_tiny.ipynb").read_text("utf-8")
    assert built == (SAMPLES / "tiny-pass.ipynb").read_text("utf-8")


def edit(course, folder: str, old: str, new: str) -> None:
    path = course.root / folder / "90_tiny.ipynb"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


HIDES = {  # what the title cell hides: what the builder says, '' where nothing is wrong
    "torch, `scipy`": "",
    "dlbook": "",
    "numpy": "numpy: **Hides** in the title cell names it, and a cell imports it: choose.",
    "dlbook.check": "",
    "torch..nn": "needs names of packages, got 'torch..nn': write `torch, scipy`.",
}


@pytest.mark.parametrize("hides", HIDES)
def test_what_a_set_hides_is_no_package_that_it_imports(course, hides):
    solution = read(course.root / "solutions/90_tiny.ipynb")
    title, *others = solution.cells
    title = replace(title, source=f"{title.source}\n\n**Hides** {hides}: write it yourself")
    _set, problems = understand("90_tiny", Notebook((title, *others)))
    assert "\n".join(problems).endswith(HIDES[hides]) and bool(problems) == bool(HIDES[hides])
