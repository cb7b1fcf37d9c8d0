"""The way on after a card: a step at a time, nothing while graded, nothing once it is right."""

import json

import numpy as np
import pytest

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.example import example
from dlbook.check.ladder import solution, steps
from dlbook.check.notebook_door import check
from dlbook.check.wire import encode
from tests.check.test_notebook_door import run_visible_check, written

LINK = "[Section 5.2](../chapters/05_backpropagation.ipynb#5.2-Send)"
NEEDED = {"dx": np.array([1.0, 2.0]), "kink": 0.5}


def key(hidden=False):
    return CheckKey("", hidden, 1e-6, 1e-9, encode(NEEDED), {})


def exercise(**others):
    return ExerciseKey("relu_back", 1, {}, (key(),), **others)


def test_the_steps_come_in_order_and_what_is_not_there_is_left_out():
    full = steps(exercise(second="Which array?", section=LINK), "dx\nneeded:")
    titles = ["second hint", "where it is taught", "needed and got", "the course's answer"]
    assert [step.title for step in full] == titles
    assert full[1].link == "../chapters/05_backpropagation.ipynb#5.2-Send"
    assert full[1].text == "Read section 5.2 again, and run its cells."
    assert [step.title for step in steps(exercise(), "")] == titles[-1:]


EXAMPLES = {  # what is put out: what is shown
    "second": (NEEDED | {"kink": 1.0}, "kink\nneeded:\n0.5\ngot:\n1"),
    "first": (NEEDED | {"dx": np.zeros(2)}, "dx\nneeded:\n[1. 2.]\ngot:\n[0. 0.]"),
    "right": (NEEDED, ""),
    "error": (ValueError("no"), "dx\nneeded:\n[1. 2.]\ngot:\nValueError: no"),
    "other labels": ({"dy": 1}, "dx\nneeded:\n[1. 2.]"),
    "none": (None, "dx\nneeded:\n[1. 2.]"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_first_case_that_is_not_right_shows_both_values(name):
    got, shown = EXAMPLES[name]
    assert example(key(), encode(got)) == shown
    assert example(key(hidden=True), encode(got)) == ""


def test_a_long_value_is_cut():
    big = {"dx": np.arange(4000.0).reshape(50, 80)}
    shown = example(CheckKey("", False, 0, 0, encode(big), {}), encode({"dx": 0.0}))
    assert len(shown) < 2000 and "..." in shown


def test_the_solution_is_that_of_the_answer_cell_without_its_marks(tmp_path):
    source = "# answer: relu_back\ndef relu_back(g, x):\n    ### BEGIN SOLUTION\n    return g\n"
    cells = [{"source": ["# check: relu_back"]}, {"source": source + "    ### END SOLUTION"}]
    (tmp_path / "05.ipynb").write_text(json.dumps({"cells": cells}), "utf-8")
    assert solution("relu_back", [tmp_path]) == (
        "# answer: relu_back\ndef relu_back(g, x):\n    return g"
    )
    assert solution("softmax", [tmp_path]) == "" == solution("relu_back", [tmp_path / "none"])


@pytest.fixture
def wrong(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dlbook").mkdir()
    run_visible_check(written("return 0 * g"))


def test_in_a_notebook_each_call_gives_the_next_step(wrong, capsys):
    assert 'More: check.hint("relu_back")' in capsys.readouterr().out
    said = []
    for _ in range(4):
        check.hint("relu_back")
        said.append(capsys.readouterr().out)
    assert any(line.startswith("where it is taught: Read section 5.2") for line in said)
    assert any(line.startswith("needed and got: dx\nneeded:") for line in said)
    assert said[-1].startswith("the course's answer: In a cell: check.solution(")
    check.solution("relu_back")
    assert "def relu_back" in capsys.readouterr().out


def test_a_solution_waits_for_an_attempt_or_a_clear_word(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    check.solution("exp_back")
    assert capsys.readouterr().out.startswith("First an attempt of yours")
    check.solution("exp_back", anyway=True)
    assert "def exp_back" in capsys.readouterr().out


def test_nothing_is_said_while_graded(wrong, monkeypatch, capsys):
    capsys.readouterr()
    monkeypatch.setenv("DLBOOK_SEED", "5")
    check.hint("relu_back")
    check.solution("relu_back", anyway=True)
    assert capsys.readouterr().out == ""


def test_an_attempt_is_noted_and_shown_on_the_map(wrong, capsys):
    run_visible_check(written("return g * (x > 0)"))
    capsys.readouterr()
    check.progress()
    shown = capsys.readouterr().out
    assert "05 backpropagation" in shown and "●" in shown
    assert "1 of" in shown and "Next: scale in 00 start here, about" in shown


@pytest.mark.parametrize("verb", [check.hint, check.solution])
def test_an_unknown_exercise_is_refused(verb):
    with pytest.raises(LookupError, match="got 'relu_bakc'"):
        verb("relu_bakc")
