import pytest

from dlbook.check.verdict import Verdict
from dlbook.cli import main
from dlbook.grading.errors import UnreadableError
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.notebook import Cell, Notebook, read
from dlbook.grading.run.endings import describe
from dlbook.grading.run.nbval_run import grade
from tests import SAMPLES

SUBMISSIONS = sorted(path.stem for path in SAMPLES.glob("relu_back-*.ipynb"))
RUN = [name for name in SUBMISSIONS if "-unreadable-" not in name]
UNREADABLE = [name for name in SUBMISSIONS if "-unreadable-" in name]
NOTES = {
    "relu_back-right-answer_turned_markdown": "turned into markdown",
    "relu_back-right-first_line_lost": "found by its function's name",
    "relu_back-right-cell_kills_kernel": "a cell ended the kernel, left out: import os",
    "relu_back-right-old_format": "old notebook format 3",
    "relu_back-right-junk_cells": "left out",
}


@pytest.mark.notebook
@pytest.mark.parametrize("name", RUN)
def test_a_submission_gets_the_verdict_in_its_name(name, tiny_key):
    path = SAMPLES / f"{name}.ipynb"
    before = path.read_bytes()
    report = grade(read(path), tiny_key, Limits(cell_seconds=5))
    assert report.exercises[0].verdict == name.split("-")[1].replace("_", " "), report.text()
    assert NOTES.get(name, "") in "\n".join(report.notes)
    assert report.score == (2 if "-right-" in name else 0)
    assert path.read_bytes() == before


def test_every_note_belongs_to_a_sample():
    assert set(NOTES) <= set(RUN), f"{set(NOTES) - set(RUN)}: no such sample, take it out of NOTES"


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_notebook_is_refused_in_one_sentence(name):
    with pytest.raises(UnreadableError) as refusal:
        read(SAMPLES / f"{name}.ipynb")
    assert "\n" not in str(refusal.value) and ":" in str(refusal.value)


def test_an_unreadable_file_ends_the_command_without_a_traceback(capsys):
    assert main(["check", str(SAMPLES / "relu_back-unreadable-truncated.ipynb")]) == 2
    output = capsys.readouterr()
    assert (
        output.out == "" and output.err.startswith("unreadable: ") and output.err.count("\n") == 1
    )


@pytest.mark.notebook
def test_a_known_mistake_gets_its_own_hint_under_a_seed_never_seen(tiny_key):
    report = grade(read(SAMPLES / "relu_back-known_mistake-forgets_g.ipynb"), tiny_key)
    hint = tiny_key.exercises[0].hints["forgets_g"]
    assert all(outcome.hints == (hint,) for outcome in report.exercises[0].outcomes)


@pytest.mark.notebook
def test_a_cell_that_was_stopped_is_noted(tiny_key):
    cells = read(SAMPLES / "relu_back-right-plain.ipynb").cells
    slow = Cell("code", "# a long night\nimport time; time.sleep(60)")
    report = grade(Notebook((slow, *cells)), tiny_key, Limits(cell_seconds=1))
    assert report.all_right
    note = "a cell was stopped after 1 seconds of waiting: # a long night"
    assert report.notes == (note, *report.notes[1:])


@pytest.mark.notebook
def test_a_syntax_error_is_reported_with_its_line(tiny_key):
    source = "# answer: relu_back\ndef relu_back(g, x):\n    return np.where(x > 0, g, 0.0"
    report = grade(Notebook((Cell("code", source),)), tiny_key)
    detail = report.exercises[0].outcomes[0].detail
    told, advice = detail.splitlines()
    assert told.endswith(", in line 3: return np.where(x > 0, g, 0.0"), detail
    assert "no partner" in advice


def test_a_line_that_no_syntax_error_names_is_none():
    message = f"(line {'9' * 5_000})"  # which Python reads as no number
    assert describe({"ename": "SyntaxError", "evalue": message}, "x").endswith(message)


@pytest.mark.notebook
def test_a_hidden_check_never_tells_how_the_values_differ(tiny_key):
    report = grade(read(SAMPLES / "relu_back-wrong-kink.ipynb"), tiny_key)
    visible, fresh, hidden = report.exercises[0].outcomes
    assert visible.verdict is fresh.verdict is Verdict.RIGHT and hidden.verdict is Verdict.WRONG
    assert "index" in hidden.detail
    assert "index" not in hidden.text() + hidden.html() + str(report.to_dict())
    assert hidden.case and hidden.case in hidden.text()


@pytest.mark.notebook
def test_values_of_another_seed_do_not_pass(tiny_key, tmp_path):
    replay = (SAMPLES / "relu_back-right-plain.ipynb").read_text("utf-8")
    numbers = "np.arange(12.0).reshape(3, 4) if len(x) == 3 else np.zeros((5, 2))"
    path = tmp_path / "replay.ipynb"
    path.write_text(replay.replace("np.where(x > 0, g, 0.0)", numbers), "utf-8")
    assert grade(read(path), tiny_key).exercises[0].verdict is Verdict.WRONG


SLIPS = {  # a cell before a right answer, which costs it no point: the answer
    "builtins": ("list = [1]; sum = 0; dict = type = str = range = {}", "g * (x > 0)"),
    "a value that the answer reads": ("filter = 0.0", "np.where(x > filter, g, 0)"),
    "a helper named as a builtin": ("def round(x): return (x > 0) * 1.0", "g * round(x)"),
    "names of the setup": ("np = rng = 3", "np.where(x > 0, g, 0)"),
    "a function check": ("def check(x): return x > 0", "g * check(x)"),
    "a value check": ("check = True", "g * (x > 0)"),
}


@pytest.mark.notebook
@pytest.mark.parametrize("slip", SLIPS)
def test_a_name_taken_in_one_cell_costs_no_other(slip, tiny_key):
    taken, answer = SLIPS[slip]
    source = f"# answer: relu_back\ndef relu_back(g, x):\n    return {answer}"
    report = grade(Notebook((Cell("code", taken), Cell("code", source))), tiny_key)
    assert report.all_right, report.text()


@pytest.mark.notebook
def test_whoever_replaces_the_door_changes_no_check_of_the_grader(tiny_key):
    taken = "import dlbook.check\ndlbook.check.check = lambda *a, **b: lambda body: None"
    cells = read(SAMPLES / "relu_back-right-plain.ipynb").cells
    report = grade(Notebook((Cell("code", taken), *cells)), tiny_key)
    assert report.all_right, report.text()
