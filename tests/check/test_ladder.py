"""The way on after a card: a step at a time, nothing while graded, nothing once it is right."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from dlbook.check.answer_key import CheckKey, ExerciseKey
from dlbook.check.example import example
from dlbook.check.ladder import solution, steps
from dlbook.check.notebook_door import check
from dlbook.check.verdict import Outcome, Verdict
from dlbook.check.wire import encode
from dlbook.i18n import speaking
from tests.check.test_notebook_door import STUB, run_visible_check, written

LINK = "[Section 5.2](../chapters/05_backpropagation.ipynb#5.2-Send)"
NEEDED = {"dx": np.array([1.0, 2.0]), "kink": 0.5}


def key(hidden=False):
    return CheckKey("", hidden, 1e-6, 1e-9, encode(NEEDED), {})


def exercise(**others):
    return ExerciseKey("relu_back", 1, {}, (key(),), **others)


LAST = Outcome("relu_back", Verdict.WRONG, example="dx\nneeded:")


def test_the_steps_come_in_order_and_what_is_not_there_is_left_out():
    full = steps(exercise(second="Which array?", section=LINK), LAST, tried=True)
    titles = ["hint", "where it is taught", "needed and got", "the course's answer"]
    assert [step.title for step in full] == titles
    assert full[1].link == "../chapters/05_backpropagation.ipynb#5.2-Send"
    assert full[1].text == "Read section 5.2 again, and run its cells."
    assert [step.title for step in steps(exercise(), None, tried=True)] == titles[-1:]


def test_a_hint_is_the_second_one_only_where_the_card_had_one():
    known = replace(LAST, verdict=Verdict.KNOWN_MISTAKE, hints=("Which array?",))
    for last, title in ((known, "second hint"), (LAST, "hint"), (None, "hint")):
        assert steps(exercise(second="Draw it."), last, tried=True)[0].title == title


def test_without_an_attempt_the_last_step_leads_to_one_and_nothing_is_given_away():
    stub = replace(LAST, verdict=Verdict.NOT_ATTEMPTED)
    for last in (None, stub):
        found = steps(exercise(second="Draw it.", section=LINK), last, tried=False)
        assert [step.title for step in found] == ["hint", "where it is taught", "your turn"]


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


@pytest.fixture(autouse=True)
def fresh_session(monkeypatch):
    monkeypatch.setattr(check, "_told", {})
    monkeypatch.setattr(check, "_last", {})


@pytest.fixture
def wrong(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".dlbook").mkdir()
    run_visible_check(written("return 0 * g"))


def hinted(capsys, times):
    """Return what as many calls of `check.hint` say, one after the other."""
    capsys.readouterr()
    said = []
    for _ in range(times):
        check.hint("relu_back")
        said.append(capsys.readouterr().out)
    return said


def test_in_a_notebook_each_call_gives_the_next_step(wrong, capsys):
    assert 'More: check.hint("relu_back")' in capsys.readouterr().out
    one, two, three, *last = hinted(capsys, 5)
    assert one.startswith("hint: ")
    assert two.startswith("where it is taught: Read section 5.2")
    assert three.startswith("needed and got: dx\nneeded:")
    assert last[0].startswith("the course's answer: In a cell: check.solution(")
    assert last == last[:1] * 2
    check.solution("relu_back")
    assert "def relu_back" in capsys.readouterr().out


def test_a_step_that_was_shown_before_the_attempt_is_not_shown_again(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert [line.partition(":")[0] for line in hinted(capsys, 4)][2:] == ["your turn"] * 2
    for body in ("return 0 * g", "return 3 * g"):
        run_visible_check(written(body))
        assert hinted(capsys, 1)[0].startswith("needed and got: dx")


def test_a_solution_waits_for_an_attempt_or_a_clear_word(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    check.solution("exp_back")
    assert capsys.readouterr().out.startswith("First an attempt of yours")
    run_visible_check(written(STUB))
    check.solution("relu_back")
    assert "First an attempt of yours" in capsys.readouterr().out, "a stub is no attempt"
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
    assert "1 of" in shown and "exercises have been right. " in shown and "● was right" in shown
    assert "Next: scale in 00 start here, about" in shown


def test_the_map_is_chinese_in_a_chinese_folder(wrong, capsys):
    capsys.readouterr()
    with speaking("zh"):
        check.progress()
    shown = capsys.readouterr().out
    assert "05 反向传播" in shown and "● 做对过，◐ 试过，○ 未做。" in shown
    assert not re.search("[a-z]{2,}", shown.replace("scale", "")), shown


ANY = "use the one in the answer cell's first line, as in "
REFUSED = [  # what is given, what is said of it
    (["scael"], "got 'scael': do you mean scale? As in "),
    (["relu_bakc"], "got 'relu_bakc': do you mean relu_back? As in "),
    (["???"], f"got '???': {ANY}"),
    ([open], "got 'open': " + ANY),
    ([5], f"got 5: {ANY}"),
    ([], f"got nothing: {ANY}"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
@pytest.mark.parametrize("verb", ["hint", "solution"])
def test_an_unknown_exercise_is_refused_with_names_that_are_near(verb, given, said):
    needed = f"check.{verb} needs a name of this course's exercises, {said}"
    with pytest.raises(LookupError, match=re.escape(needed)) as refused:
        getattr(check, verb)(*given)
    assert f'in check.{verb}("' in str(refused.value)


def test_the_function_itself_may_be_given(wrong, capsys):
    def relu_back(g, x):
        return 0 * g

    capsys.readouterr()
    check.hint(relu_back)
    check.solution(relu_back)
    said = capsys.readouterr().out
    assert said.startswith("hint: ") and "def relu_back" in said
