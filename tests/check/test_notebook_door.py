from collections.abc import Callable, Iterator
from subprocess import DEVNULL

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from dlbook.check import check
from tests.check.shells import shells

STUB = 'raise NotImplementedError("relu_back: your turn")'
ANSWERS = {  # the body of relu_back(g, x): what the card says
    "return g * (x > 0)": ["✓ relu_back: right"],
    "return g * (g > 0)": ["✗ relu_back: known mistake", "Hint: ", "numbers differ"],
    "return None": ["✗ relu_back: wrong", "got None: is a `return` missing?"],
    "g *= x > 0; return g": ["✗ relu_back: known mistake", "your function changed its argument g"],
    "return np.array(3)": ["✗ relu_back: wrong", "an array of shape"],
    "return g @ x": ["✗ relu_back: error", "ValueError: inner sizes 4 and 3", "says it: matmul"],
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


@pytest.fixture(scope="module")
def in_a_shell() -> Iterator[Callable[..., str]]:
    with shells() as run:
        yield run


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


def request(allow_stdin: str) -> str:
    """Return a cell after which cells are run by a front end that answers input(), or does not."""
    return f"get_ipython().get_parent = lambda: {{'content': {{'allow_stdin': {allow_stdin}}}}}"


@pytest.mark.parametrize("person", [True, False])
def test_a_cell_that_no_person_runs_stays_quiet(person, in_a_shell):
    output = in_a_shell(request(str(person)), ANSWER + "g * (x > 0)")
    assert output == ("✓ relu_back: right\n" if person else "")


@pytest.mark.notebook
def test_a_kernel_shows_a_card_to_whoever_can_answer_input():
    manager = KernelManager()
    manager.start_kernel(stderr=DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    shown = []

    def keep(message: dict) -> None:
        if message["msg_type"] == "display_data":
            shown.append(message["content"]["data"]["text/plain"])

    client.execute_interactive("import numpy as np\nfrom dlbook.check import check")
    for person in (False, True):
        source = ANSWER + "g * (x > 0)"
        client.execute_interactive(source, allow_stdin=person, output_hook=keep)
        assert shown == ["✓ relu_back: right"] * person
    client.stop_channels()
    manager.shutdown_kernel(now=True)


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
