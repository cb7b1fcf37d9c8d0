"""A build does what changed and nothing else: told by the lines that it says."""

import json
from dataclasses import replace

import pytest

from dlbook.check.answer_key import load
from dlbook.check.wire import encode
from dlbook.cli import main
from dlbook.grading.course import lint, marks
from dlbook.grading.course.build import Course, build, check
from dlbook.grading.course.exercise_set import understand
from dlbook.grading.notebook import canonical, code_digest, read

TINY, OTHER = "90_tiny", "91_other"
LINT = "lint   solutions/{}.ipynb"
AGAIN = "the checking code changed: the sets that it checks are linted again"


@pytest.fixture
def course(course) -> Course:
    """A course with two sets that say the same of two exercises."""
    text = (course.root / "solutions" / f"{TINY}.ipynb").read_text("utf-8")
    other = course.root / "solutions" / f"{OTHER}.ipynb"
    other.write_text(text.replace("relu_back", "relu_more"), "utf-8")
    assert lines(course)
    return course


def lines(course, *sets: str) -> list[str]:
    said: list[str] = []
    assert build(course, said.append, sets) == []
    return [line for line in said if not line.startswith(("next ", "attack "))]


def edit_key(course, name: str, **changes) -> None:
    key = load(course.key(name))
    course.key(name).write_text(replace(key, **changes).to_json(), "utf-8")


def edit_solution(course, name: str, old: str, new: str) -> None:
    path = course.root / "solutions" / f"{name}.ipynb"
    notebook = read(path)
    cells = [replace(cell, source=cell.source.replace(old, new)) for cell in notebook.cells]
    assert cells != list(notebook.cells)
    path.write_text(canonical(cells, code_digest(cells)), "utf-8")


def test_a_set_that_did_not_change_is_not_linted(course, monkeypatch):
    monkeypatch.setattr(lint, "problems", None)  # whoever calls it fails
    assert lines(course) == []


def test_a_changed_exercise_brings_its_own_set_along_alone(course):
    edit_solution(course, OTHER, "return g * (x > 0)", "return (x > 0) * g")
    assert lines(course) == [LINT.format(OTHER), f"write  keys/{OTHER}.json"]
    assert lines(course) == []


def test_a_changed_hidden_check_is_linted_though_its_key_does_not_hold_it(course):
    edit_solution(course, TINY, "(5, 2)", "(2, 5)")
    assert lines(course) == [LINT.format(TINY), f"write  keys/{TINY}.json"]


@pytest.mark.parametrize("name", ["91", OTHER, "91_o"])
def test_a_named_set_is_built_alone_changed_or_not(course, name):
    edit_solution(course, TINY, "(5, 2)", "(2, 5)")
    assert lines(course, name) == [LINT.format(OTHER)]


def test_an_unknown_set_is_refused_with_those_that_there_are(course, capsys):
    assert main(["--course", str(course.root), "build", "90", "44"]) == 2
    said = capsys.readouterr()
    assert f"a set is needed, got '44'; the sets are: {TINY}, {OTHER}" in said.err
    assert said.out == ""


def test_a_check_of_some_sets_is_refused(course, capsys):
    assert main(["--course", str(course.root), "build", "--check", "90"]) == 2
    assert "leave the sets out" in capsys.readouterr().err


def test_changed_checking_code_lints_every_set_and_says_so_once(course, monkeypatch):
    monkeypatch.setattr(marks, "engine", lambda exercise_set: "0123456789ab")
    said = lines(course)
    assert said.count(AGAIN) == 1
    assert [line for line in said if line.startswith("lint")] == [
        LINT.format(TINY),
        LINT.format(OTHER),
    ]
    assert lines(course) == []


def test_a_set_that_fails_its_lint_is_linted_until_it_holds(course, monkeypatch):
    edit_solution(course, TINY, "(5, 2)", "(2, 5)")
    monkeypatch.setattr(lint, "problems", lambda solution: ["mend it."])
    for _ in range(2):
        assert build(course, print) == [f"solutions/{TINY}.ipynb: mend it."]
    monkeypatch.undo()
    assert lines(course) == [LINT.format(TINY), f"write  keys/{TINY}.json"]


def test_a_key_that_was_edited_by_hand_is_made_anew(course):
    before = course.key(TINY).read_text("utf-8")
    key = load(course.key(TINY))
    exercise = key.exercises[0]
    wrong = replace(exercise.checks[0], expected=encode({"dx": 0.0}))
    edit_key(course, TINY, exercises=(replace(exercise, checks=(wrong,)),))
    assert lines(course) == [LINT.format(TINY), f"write  keys/{TINY}.json"]
    assert course.key(TINY).read_text("utf-8") == before


@pytest.mark.parametrize("text", ["", "<<<<<<< HEAD\n", "[]", "{}", '{"exercises": [1]}'])
def test_a_damaged_key_is_made_anew(course, text):
    before = course.key(TINY).read_text("utf-8")
    course.key(TINY).write_text(text, "utf-8")
    assert any("its key is stale" in problem for problem in check(course, print))
    assert lines(course) == [LINT.format(TINY), f"write  keys/{TINY}.json"]
    assert course.key(TINY).read_text("utf-8") == before


def test_a_key_in_another_form_is_written_anew_without_a_lint(course):
    path = course.key(TINY)
    before = path.read_text("utf-8")
    path.write_text(json.dumps(json.loads(before), indent=1), "utf-8")
    assert lines(course) == [f"write  keys/{TINY}.json"] and path.read_text("utf-8") == before


def test_a_check_believes_no_note(course):
    """A note that somebody made up for a set that does not hold is worth nothing in CI."""
    edit_solution(course, TINY, "return g * (x > 0)", "return g * (y > 0)")
    path = course.root / "solutions" / f"{TINY}.ipynb"
    solution, _problems = understand(TINY, read(path))
    key = load(course.key(TINY))
    edit_key(course, TINY, linted=marks.mark(key, solution, marks.engine(solution)))
    assert not any(line.startswith("lint") for line in lines(course))
    assert any("mend that first" in problem for problem in check(course, print))


# ---- what follows by hand ----


def next_lines(course) -> list[str]:
    said: list[str] = []
    assert build(course, said.append) == []
    return [line for line in said if line.startswith("next ")]


def test_a_new_set_names_its_chapter(course):
    for name in (TINY, OTHER):
        course.key(name).unlink()
    (course.root / "chapters" / f"{OTHER}.ipynb").write_text(canonical([], code_digest([])))
    first, second = next_lines(course)
    assert first.startswith(f"next   write chapters/{TINY}.ipynb") and first.endswith("now 1")
    assert f"`exercises/{TINY}.ipynb`" in first
    assert second.startswith(f"next   look at chapters/{OTHER}.ipynb")
    assert next_lines(course) == []


def test_a_time_that_is_not_the_sum_of_the_rows_is_refused(course):
    edit_solution(course, TINY, "**Time** 3 minutes", "**Time** 4 minutes")
    (problem,) = build(course, print)
    assert "**Time** 4 minutes, its rows add up to 3: write 3" in problem
