import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from dlbook.check import check

STUB = 'raise NotImplementedError("relu_back: your turn")'
ANSWERS = {  # the body of relu_back(g, x): what the card says
    "return g * (x > 0)": ["✓ relu_back: right"],
    "return g * (g > 0)": ["✗ relu_back: known mistake", "Hint: ", "numbers differ"],
    "return None": ["✗ relu_back: wrong", "got None: is a `return` missing?"],
    "g *= x > 0; return g": ["✗ relu_back: known mistake", "your function changed its argument g"],
    "return np.array(3)": ["✗ relu_back: wrong", "an array of shape"],
    "return g @ x": ["✗ relu_back: error", "ValueError: matmul"],
    "exit()": ["✗ relu_back: error", "SystemExit"],
    STUB: ["○ relu_back: not attempted"],
}


def run_visible_check(relu_back) -> None:
    """Run the check cell of exercise relu_back, as the notebook has it."""
    from dlbook.check.answer_key import find

    exercise = find("relu_back")[1]
    exec(exercise.checks[0].source, {"check": check, "np": np, "relu_back": relu_back})


def written(body: str):
    namespace = {"np": np}
    exec(f"def relu_back(g, x):\n    {body}", namespace)
    return namespace["relu_back"]


@pytest.mark.parametrize("body", ANSWERS)
def test_a_card_says_whether_and_why_not(capsys, body):
    run_visible_check(written(body))
    card = capsys.readouterr().out
    assert all(words in card for words in ANSWERS[body]), card


def test_an_answer_that_was_interrupted_is_not_called_again(capsys):
    calls = []

    def relu_back(g, x):
        calls.append(1)
        raise KeyboardInterrupt

    run_visible_check(relu_back)
    card = capsys.readouterr().out
    assert "✗ relu_back: error" in card and "stopped by you" in card and len(calls) == 1


def test_an_answer_that_keeps_state_is_noticed(capsys):
    calls = []

    def relu_back(g, x):
        calls.append(1)
        return g * (x > 0) * len(calls)

    run_visible_check(relu_back)
    assert "called a second time" in capsys.readouterr().out


def test_what_an_answer_prints_is_shown_once_though_the_check_runs_twice(capsys):
    calls = []

    def relu_back(g, x):
        calls.append(1)
        print("here")
        return g * (x > 0)

    run_visible_check(relu_back)
    assert capsys.readouterr().out.count("here\n") == len(calls) / 2 > 0


def test_a_hidden_check_gives_no_verdict(capsys):
    @check("relu_back", hidden=True)
    def case(rng):
        return {"dx": np.zeros(3)}

    assert capsys.readouterr().out == "relu_back: hidden check, its values are for the grader\n"


def test_an_unknown_exercise_is_refused_with_what_to_do():
    with pytest.raises(LookupError, match=r"got 'relu_bakc': use the one in the answer cell"):

        @check("relu_bakc")
        def case(rng):
            return {}


def test_in_a_graded_kernel_a_check_of_ones_own_says_nothing(capsys, monkeypatch):
    monkeypatch.setenv("DLBOOK_SEED", "5")
    run_visible_check(written("return g * (g > 0)"))
    assert capsys.readouterr().out == ""


CELLS = ["from dlbook.check import check", "import numpy as np"]
SHELLS = """
import json
import os
import sys
from contextlib import redirect_stdout
from io import StringIO
from IPython.core.interactiveshell import InteractiveShell
before = dict(os.environ)
for line in sys.stdin:
    cell_id, *cells = json.loads(line)
    for name in [name for name in sys.modules if name.split(".")[0] == "dlbook"]:
        del sys.modules[name]
    InteractiveShell.clear_instance()
    os.environ.clear()
    os.environ.update(before)
    with redirect_stdout(StringIO()) as printed:
        shell = InteractiveShell.instance()
        for cell in cells:
            shell.run_cell(cell, cell_id=cell_id or None)
    print(json.dumps(printed.getvalue()), flush=True)
"""


@pytest.fixture(scope="module")
def in_a_shell() -> Iterator[Callable[..., str]]:
    """Return what a fresh IPython shell prints for cells that a front end names, or does not.

    The shells follow one another in one process, which loads IPython once: each has a namespace,
    a dlbook and an environment of its own.
    """
    command = [sys.executable, "-c", SHELLS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, encoding="utf-8") as process:

        def run(*cells: str, cell_id: str = "a-cell") -> str:
            process.stdin.write(json.dumps([cell_id, *CELLS, *cells]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


ANSWER = "# answer: relu_back\ndef relu_back(g, x):\n    return "


def test_running_an_answer_cell_shows_its_card(in_a_shell):
    output = in_a_shell(ANSWER + "g * (x > 0)", ANSWER + "g * (g > 0)")
    assert output.index("✓ relu_back: right") < output.index("✗ relu_back: known mistake")


def test_the_card_names_the_line_that_failed(in_a_shell):
    output = in_a_shell(ANSWER + "g @ x")
    assert "✗ relu_back: error" in output and "Traceback" not in output
    assert "in relu_back, line 3 of its cell: return g @ x" in output
    assert 'called by the check in: return {"dx": relu_back(g, x)' in output


def test_the_card_names_lines_of_the_learner_alone(in_a_shell):
    output = in_a_shell(
        "from ipykernel.kernelbase import Kernel", ANSWER + "Kernel.raw_input(None)"
    )
    assert "in relu_back, line 3 of its cell" in output and "in raw_input" not in output


RAISES = """
@check("relu_back", hidden=HIDDEN)
def case(rng):
    return {"secret label": relu_back(rng.normal(size=3), "no array")}
"""


@pytest.mark.parametrize("hidden", [False, True])
def test_a_grading_run_tells_the_line_that_failed_but_no_line_of_a_hidden_check(hidden, in_a_shell):
    look = "from unittest import mock\nfrom dlbook.check.run_apart import run_apart"
    show = "lambda data, raw: print(list(data.values())[0]['where'])"
    source = RAISES.replace("HIDDEN", str(hidden))
    run = f"    run_apart({CELLS[0]!r}, {source!r}, 'relu_back', 5)"
    run = f"with mock.patch('IPython.display.display', {show}):\n{run}"
    output = in_a_shell(look, ANSWER + "g @ x", run)
    assert "in relu_back, line 3 of its cell: return g @ x" in output
    assert ("secret label" in output) is not hidden


def test_the_card_leaves_the_learners_names_alone(in_a_shell):
    output = in_a_shell("case = 3", "check = 4", ANSWER + "g * (x > 0)", "print(case, check)")
    assert "✓ relu_back: right" in output and output.endswith("3 4\n")


def test_a_name_that_was_taken_for_something_else_troubles_no_card(in_a_shell):
    answer = "# answer: scale\ndef scale(x, factor):\n    return factor * x"
    output = in_a_shell("float = 3", "rng = np = None", answer, "print(float, np)")
    assert "✓ scale: right" in output and output.endswith("3 None\n")


def test_a_cell_that_no_person_runs_stays_quiet(in_a_shell):
    assert in_a_shell(ANSWER + "g * (x > 0)", cell_id="") == ""


@pytest.mark.parametrize(
    ("cell", "output"),
    [
        ("# answer: relu_back\ndef relu_back(g, x)\n    return g", "SyntaxError"),
        ("# answer: relu_back\n1 / 0", "ZeroDivisionError"),
        ("# answer: relu_back\ndef relu(g, x):\n    return g", "does not define relu_back"),
    ],
)
def test_a_cell_that_defines_nothing_new_is_not_judged_by_what_was_there_before(
    cell, output, in_a_shell
):
    shown = in_a_shell(ANSWER + "g * (x > 0)", cell)
    after = shown.partition("✓ relu_back: right")[2]
    assert "✗ relu_back: error" in after and output in after


def test_other_cells_stay_quiet(in_a_shell):
    assert in_a_shell("# answer: no_such_exercise\nx = 1", "# a remark", "y = 2") == ""
