from dataclasses import replace
from time import process_time

import pytest

from dlbook.check.answer_key import load
from dlbook.grading.batch.worker import Task, engine, pack, work
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Cell, read
from dlbook.grading.run.graft import discovery, graft, why_not_this_set
from tests import ROOT

NAME = "05_backpropagation"


@pytest.fixture
def key():
    return load(ROOT / "dlbook" / "keys" / f"{NAME}.json")


def first_lines_lost(cells):
    return tuple(replace(c, source=c.source.partition("\n")[2]) if c.role else c for c in cells)


def test_a_chapter_handed_in_for_its_exercises_is_refused(key):
    reason = why_not_this_set(read(ROOT / "chapters" / f"{NAME}.ipynb").cells, key)
    assert f"of its {len(key.exercises)} functions only unbroadcast is there" in reason
    assert f"Hand in exercises/{NAME}.ipynb" in reason


def test_exercises_without_any_first_line_are_of_this_set(key):
    cells = read(ROOT / "exercises" / f"{NAME}.ipynb").cells
    assert why_not_this_set(cells, key) == "" == why_not_this_set(first_lines_lost(cells), key)


def test_a_notebook_of_other_functions_is_refused(key):
    cells = read(ROOT / "chapters" / "00_start_here.ipynb").cells
    reason = f"of its {len(key.exercises)} functions none is there"
    assert reason in why_not_this_set(cells, key)


def test_a_function_that_was_renamed_is_reported(key):
    cells = read(ROOT / "exercises" / f"{NAME}.ipynb").cells
    renamed = [replace(c, source=c.source.replace("def relu_back", "def my_relu")) for c in cells]
    reasons = {"relu_back": "its answer cell defines my_relu, and no relu_back"}
    assert graft(tuple(renamed), key).renamed == reasons
    named, cell = {"relu_back": [len(renamed)]}, Cell("code", "relu_back = my_relu")
    assert graft((*renamed, cell), key, named).renamed == {} == graft(cells, key).renamed


@pytest.mark.parametrize("cells", [(), (Cell("code", " \n"), Cell("markdown", ""))])
def test_an_empty_notebook_is_refused(key, cells):
    assert why_not_this_set(cells, key).startswith("an empty notebook")


def test_another_notebook_gets_a_reason_and_no_grade(key):
    data = (ROOT / "chapters" / f"{NAME}.ipynb").read_bytes()
    limits = Limits()
    record = work(Task(data, pack(key), limits, "off", engine(limits, "off")))
    assert record.report is None and record.unreadable.startswith("not the exercise notebook")


def code(*sources):
    return tuple(Cell("code", source) for source in sources)


def test_nobody_asks_a_kernel_where_the_text_is_plain(key):
    exercises = read(ROOT / "exercises" / f"{NAME}.ipynb").cells
    solutions = read(ROOT / "solutions" / f"{NAME}.ipynb").cells
    assert discovery(exercises, key) == () == discovery(solutions, key)


ANSWER = "# answer: relu_back\ndef relu_back(g, x):\n    return g * (x > 0)"
OTHER = "def relu_back(g, x):\n    return g"
STUB = "# answer: relu_back\ndef relu_back(g, x):\n"
STUB += '    raise NotImplementedError("relu_back: your turn")'
FOUND = {  # cells, and which of them bind relu_back: the one that counts, and a note on it
    "a marked one is plain": ((OTHER, ANSWER), [], 1, ""),
    "a marked one comes first": ((ANSWER, OTHER), [0, 1], 0, "defines it again, which does not"),
    "the last marked one": ((ANSWER, ANSWER), [], 1, "2 answer cells, the last one counts"),
    "the last that binds it": ((OTHER, OTHER), [0, 1], 1, "2 answer cells"),
    "one in place of a stub": ((OTHER, STUB), [0], 0, "found by its function's name"),
    "a stub where nothing else is": ((STUB, "x = 1"), [], 0, ""),
    "a mark in a text": ((ANSWER, 's = """\n# answer: relu_back\n"""'), [], 0, ""),
    "a mark above the cell": (("# answer: relu_back", OTHER), [1], 1, "found by its function's"),
    "a line below others": (("x = 1\n" + ANSWER, "y"), [], 0, ""),
}


@pytest.mark.parametrize("case", FOUND)
def test_the_last_answer_that_was_written_counts(case, key):
    sources, binding, place, note = FOUND[case]
    plan = graft(code(*sources), key, {"relu_back": binding})
    answer = next(step for step in plan.steps if "relu_back" in step.answers)
    assert answer.cell == place
    assert any(note in line for line in plan.notes) if note else plan.notes == ()


def test_the_checks_of_a_merged_cell_follow_it(key):
    steps = graft(code(ANSWER + "\n# answer: exp_back\ndef exp_back(g, x): pass"), key).steps
    assert set(steps[1].answers) == {"exp_back", "relu_back"}
    assert {step.exercise.name for step in steps[2:]} == {"exp_back", "relu_back"}


def test_a_check_cell_runs_only_where_something_was_written_in_it(key):
    check = next(e for e in key.exercises if e.name == "relu_back").checks[0].source
    for source, runs in ((check, False), (check + "\nhelper = 3", True)):
        steps = graft(code(source, ANSWER), key).steps
        assert any(step.source == source for step in steps) is runs
    assert [step.cell for step in discovery(code(STUB, check + "\n" + OTHER), key)][-1] == 1


def test_a_heading_of_the_story_is_no_answer_cell(key):
    cells = (Cell("markdown", "## Answer: relu_back"), Cell("code", OTHER))
    assert "relu_back" in graft(cells, key, {"relu_back": [1]}).steps[1].answers
    turned = (Cell("markdown", ANSWER), Cell("markdown", "# Answer: relu_back"))
    assert graft(turned, key).steps[1].source == ANSWER


LONG = {
    "statements": "0;" * 500_000,
    "newlines": "\n" * 1_000_000,
    "a sum": "y = 1" + "+1" * 500_000,
    "signs": "y = " + "-" * 1_000_000 + "1",
    "blanks": " " * 1_000_000 + "x",
    "names": "relu_back, " * 90_000,
    "calls": "relu_back(" * 100_000,
    "marks": "# answer: relu_back\n" * 50_000,
    "definitions": "def relu_back(\n" * 66_000,
    "imports": "from torch import " * 55_000,
}


@pytest.mark.parametrize("text", LONG)
def test_the_trusted_work_on_a_million_letters_is_short(text, key):
    cells = code(LONG[text], "# answer: relu_back\n" + LONG[text], OTHER)
    start = process_time()
    for step in (graft, discovery, why_not_this_set):
        step(cells, key)
    assert process_time() - start < 20  # seconds; one is the aim, a quadratic pattern takes hours
