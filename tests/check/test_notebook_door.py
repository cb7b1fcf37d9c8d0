import subprocess
import sys
from collections.abc import Callable, Iterator
from subprocess import DEVNULL

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from dlbook.check import check
from dlbook.check.answer_key import find
from dlbook.check.watching import RUNNERS
from dlbook.grading.course.execute import execute
from dlbook.grading.notebook import Cell
from tests.check.shells import people, shells

STUB = 'raise NotImplementedError("relu_back: your turn")'
ANSWERS = {  # the body of relu_back(g, x): what the card says
    "return g * (x > 0)": ["✓ relu_back: right"],
    "return g * (g > 0)": ["✗ relu_back: known mistake", "Hint: ", "numbers differ"],
    "return None": ["✗ relu_back: wrong", "got None: is a `return` missing?"],
    "g *= x > 0; return g": ["✗ relu_back: known mistake", "your function changed its argument g"],
    "return np.array(3)": ["✗ relu_back: wrong", "an array of shape"],
    "return g @ x": ["✗ relu_back: error", "ValueError: inner sizes 4 and 3", "says it: matmul"],
    "return g * no_such_name": ["✗ relu_back: error", "was it run since the kernel started"],
    "exit()": ["✗ relu_back: error", "SystemExit"],
    STUB: [
        "○ relu_back: not attempted",
        "the line that raises NotImplementedError is still there: write your answer in its place",
    ],
}


def run_visible_check(relu_back) -> None:
    """Run the check cell of exercise relu_back, as the notebook has it."""
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


def test_a_card_says_that_a_browser_has_no_torch(capsys, monkeypatch):
    told = {}
    for platform in ("linux", "emscripten"):
        monkeypatch.setattr(sys, "platform", platform)
        for name in ("torch", "scipy"):
            run_visible_check(written(f"return {name}.relu(x)"))
            told[platform, name] = capsys.readouterr().out
    assert all("✗ relu_back: error" in card for card in told.values())
    known = {place for place, card in told.items() if "is not defined" not in card}
    assert known == {("emscripten", "torch")} and "solve it there" in told["emscripten", "torch"]


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
    with pytest.raises(LookupError, match=r"got 'relu_bakc': do you mean relu_back"):

        @check("relu_bakc")
        def case(rng):
            return {}


def test_in_a_graded_kernel_a_check_of_ones_own_says_nothing(capsys, monkeypatch):
    monkeypatch.setenv("DLBOOK_SEED", "5")
    run_visible_check(written("return g * (g > 0)"))
    assert capsys.readouterr().out == ""


@pytest.fixture(scope="module")
def in_a_shell() -> Iterator[Callable[..., str]]:
    with shells() as run:
        yield run


ANSWER = "# answer: relu_back\ndef relu_back(g, x):\n    return "


def test_running_an_answer_cell_shows_its_card(in_a_shell):
    output = in_a_shell(ANSWER + "g * (x > 0)", ANSWER + "g * (g > 0)")
    assert output.index("✓ relu_back: right") < output.index("✗ relu_back: known mistake")


ENDS_IN = {  # how a cell with an answer ends: what its card asks
    "g * (x > 0）": ("SyntaxError", "switch the keyboard to English"),
    "(g * x": ("SyntaxError", "which bracket or quotation mark"),
    "(g * x]": ("SyntaxError", "which one has none?"),
    "'g": ("SyntaxError", "an English one?"),
    "g\n  x": ("IndentationError", "which line does not?"),
}


@pytest.mark.parametrize("body", ENDS_IN)
def test_the_card_of_a_cell_that_did_not_run_says_what_to_look_at(body, in_a_shell):
    error, advice = ENDS_IN[body]
    output = in_a_shell(ANSWER + body)
    assert "✗ relu_back: error" in output and advice in output.partition("✗ relu_back")[2]
    assert f"the cell ends in {error}, so what it defines is not in force" in output


def test_a_return_that_left_its_function_is_told_and_not_taken_for_a_missing_one(in_a_shell):
    output = in_a_shell("# answer: relu_back\ndef relu_back(g, x):\n    y = g\nreturn y")
    card = output.partition("✗ relu_back: error")[2]
    assert "the cell ends in SyntaxError: mend it first" in card
    assert "which line does not?" in card and "return` missing" not in card


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
    run = f"    run_apart('from dlbook.check import check', '', {source!r}, 'relu_back', 5)"
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


FRONT_ENDS = {  # what a kernel is told of the cell that runs: no card hangs on it
    "JupyterLab": "{'metadata': {'cellId': 'a1'}, 'content': {'allow_stdin': True}}",
    "VS Code": "{'metadata': {'cellId': 'vscode-notebook-cell:/a'}, 'content': {}}",
    "an editor that answers no input()": "{'content': {'allow_stdin': False}}",
    "JupyterLite's Pyodide kernel": "{'header': {'msg_type': 'execute_request'}}",
    "a kernel between two messages": "{}",
    "a kernel that was asked nothing yet": "None",
}


@pytest.mark.parametrize("name", FRONT_ENDS)
def test_an_answer_gets_its_card_whatever_the_front_end_says_of_itself(name, in_a_shell):
    told = f"get_ipython().get_parent = lambda: {FRONT_ENDS[name]}"
    assert in_a_shell(told, ANSWER + "g * (x > 0)") == "✓ relu_back: right\n"


COLAB = """
from IPython.core import interactiveshell
class Info(interactiveshell.ExecutionInfo):  # IPython 7 tells no cell_id
    def __getattribute__(self, name):
        if name == "cell_id":
            raise AttributeError(name)
        return super().__getattribute__(name)
interactiveshell.ExecutionInfo = Info
"""


def test_an_answer_gets_its_card_where_cells_have_no_id(in_a_shell):
    assert in_a_shell(COLAB, ANSWER + "g * (x > 0)") == "✓ relu_back: right\n"


@pytest.mark.parametrize("name", RUNNERS)
def test_a_runner_that_compares_outputs_gets_no_card_below_an_answer(name, in_a_shell):
    quiet = (
        f"import os, sys\nos.environ[{name!r}] = '1'\ndel sys.modules['dlbook.check.notebook_door']"
    )
    again = (
        "get_ipython().events.callbacks['post_run_cell'].clear()\nimport dlbook.check.notebook_door"
    )
    assert in_a_shell(quiet, again, ANSWER + "g * (x > 0)") == ""


TERMINAL = """import numpy as np
from dlbook.check import check
def relu_back(g, x): return g * (g > 0)

{check}
check.hint("relu_back")
"""


IPYTHON = ["-m", "IPython", "--simple-prompt", "--no-banner"]  # some tips in it are not ASCII


@pytest.mark.parametrize("python", [["-i", "-q"], IPYTHON])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_in_a_terminal_the_card_is_text_and_the_way_on_is_named(python, encoding, tmp_path):
    check = find("relu_back")[1].checks[0].source
    typed = TERMINAL.format(check=check + "\n")
    around = people() | {"PYTHONIOENCODING": encoding, "IPYTHONDIR": str(tmp_path), "TERM": "dumb"}
    command = [sys.executable, *python]
    done = subprocess.run(
        command, env=around, cwd=tmp_path, input=typed.encode(), capture_output=True
    )
    said = done.stdout.decode(encoding)
    mark = "✗" if encoding == "utf-8" else "x"
    assert f"{mark} relu_back: known mistake" in said and "Hint: " in said, done.stderr.decode()
    assert 'More: check.hint("relu_back")' in said and "second hint: " in said
    assert "Traceback" not in said + done.stderr.decode("utf-8", "replace")


@pytest.mark.notebook
@pytest.mark.parametrize("runner", [False, True])
def test_a_kernel_shows_a_card_unless_a_runner_has_started_it(runner):
    manager = KernelManager()
    around = people() | ({"DLBOOK_QUIET": "1"} if runner else {})
    manager.start_kernel(stderr=DEVNULL, env=around)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    shown = []

    def keep(message: dict) -> None:
        if message["msg_type"] == "display_data":
            shown.append(message["content"]["data"]["text/plain"])

    client.execute_interactive("import numpy as np\nfrom dlbook.check import check")
    source = ANSWER + "g * (x > 0)"
    client.execute_interactive(source, allow_stdin=False, output_hook=keep)
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    assert shown == ([] if runner else ["✓ relu_back: right"])


@pytest.mark.notebook
def test_a_build_stores_no_card_below_an_answer(tmp_path):
    setup = Cell("code", "import numpy as np\nfrom dlbook.check import check")
    for cell in execute([setup, Cell("code", ANSWER + "g * (x > 0)")], tmp_path, {}):
        assert cell.outputs == ()


MARKED = "# answer: exp_back\ndef exp_back(g, x):\n    return g * np.exp(x)"
UNMARKED = "def relu_back(g, x):\n    return g * (x > 0)"


def test_an_answer_without_its_first_line_gets_a_card_once_its_set_is_shown(in_a_shell):
    assert in_a_shell(UNMARKED) == ""
    output = in_a_shell(MARKED, UNMARKED, "relu_back", "")
    assert output.count("relu_back: right") == 1


def test_a_helper_named_as_an_exercise_of_another_set_gets_no_card(in_a_shell):
    assert in_a_shell(MARKED, "def scale(x):\n    return x") == "✓ exp_back: right\n"


def test_each_answer_of_a_merged_cell_gets_its_card(in_a_shell):
    merged = f"{MARKED}\n\n{ANSWER}g * (g > 0)"
    assert [line[:12] for line in in_a_shell(merged).splitlines() if "_back: " in line] == [
        "✓ exp_back: ",
        "✗ relu_back:",
    ]


def test_an_alias_that_is_bound_again_gets_its_card_again(in_a_shell):
    alias = "# answer: relu_back\nrelu_back = my_relu"
    output = in_a_shell("def my_relu(g, x):\n    return g * (x > 0)", alias, alias)
    assert output.count("✓ relu_back: right") == 2


def test_what_was_bound_before_the_cell_failed_is_judged(in_a_shell):
    output = in_a_shell(ANSWER + "g * (x > 0)\n1 / 0")
    assert "✓ relu_back: right" in output and "✗" not in output


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
