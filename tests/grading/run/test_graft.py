from dataclasses import replace

import pytest

from dlbook.check.answer_key import load
from dlbook.grading.batch.worker import Task, engine, pack, work
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Cell, read
from dlbook.grading.run.graft import graft, why_not_this_set
from tests import ROOT

NAME = "05_backpropagation"


@pytest.fixture
def key():
    return load(ROOT / "dlbook" / "keys" / f"{NAME}.json")


def first_lines_lost(cells):
    return tuple(replace(c, source=c.source.partition("\n")[2]) if c.role else c for c in cells)


def test_a_chapter_handed_in_for_its_exercises_is_refused(key):
    reason = why_not_this_set(read(ROOT / "chapters" / f"{NAME}.ipynb").cells, key)
    assert "of its 11 functions only unbroadcast is there" in reason
    assert f"Hand in exercises/{NAME}.ipynb" in reason


def test_exercises_without_any_first_line_are_of_this_set(key):
    cells = read(ROOT / "exercises" / f"{NAME}.ipynb").cells
    assert why_not_this_set(cells, key) == "" == why_not_this_set(first_lines_lost(cells), key)


def test_a_notebook_of_other_functions_is_refused(key):
    cells = read(ROOT / "chapters" / "00_start_here.ipynb").cells
    assert "of its 11 functions none is there" in why_not_this_set(cells, key)


def test_a_function_that_was_renamed_is_reported(key):
    cells = read(ROOT / "exercises" / f"{NAME}.ipynb").cells
    renamed = [replace(c, source=c.source.replace("def relu_back", "def my_relu")) for c in cells]
    reasons = {"relu_back": "its answer cell defines my_relu, and no relu_back"}
    assert graft(tuple(renamed), key).renamed == reasons
    named = Cell("code", "relu_back = my_relu")
    assert graft((*renamed, named), key).renamed == {} == graft(cells, key).renamed


@pytest.mark.parametrize("cells", [(), (Cell("code", " \n"), Cell("markdown", ""))])
def test_an_empty_notebook_is_refused(key, cells):
    assert why_not_this_set(cells, key).startswith("an empty notebook")


def test_another_notebook_gets_a_reason_and_no_grade(key):
    data = (ROOT / "chapters" / f"{NAME}.ipynb").read_bytes()
    limits = Limits()
    record = work(Task(data, pack(key), limits, "off", engine(limits, "off")))
    assert record.report is None and record.unreadable.startswith("not the exercise notebook")
