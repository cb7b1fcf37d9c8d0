"""What counts as an answer: the card and the grader say the same of the same cells."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dlbook.check.answer_key import Key, load
from dlbook.grading.errors import SandboxError
from dlbook.grading.kernel.launcher import Launcher
from dlbook.grading.kernel.limits import Limits
from dlbook.grading.kernel.warm import launcher
from dlbook.grading.notebook import Cell, Notebook
from dlbook.grading.run.discover import discover
from dlbook.grading.run.nbval_run import grade
from tests import ROOT
from tests.check.shells import shells

pytestmark = pytest.mark.notebook

MARK = "# answer: relu_back\n"
RIGHT = "def relu_back(g, x):\n    return g * (x > 0)\n"
WRONG = "def relu_back(g, x):\n    return g * 17\n"
MY = RIGHT.replace("relu_back", "my_relu")
STUB = 'def relu_back(g, x):\n    raise NotImplementedError("relu_back: your turn")\n'
OTHER = "# answer: exp_back\ndef exp_back(g, x):\n    return g * np.exp(x)\n"


def indented(source: str) -> str:
    return "".join(f"    {line}\n" for line in source.splitlines())


CASES = {  # cells, with CHECK for the check cell as it was handed out: the verdict on relu_back
    "def": ([MARK + RIGHT], "right"),
    "wrong def": ([MARK + WRONG], "wrong"),
    "stub": ([MARK + STUB], "not attempted"),
    "lambda": ([MARK + "relu_back = lambda g, x: g * (x > 0)"], "right"),
    "wrong lambda": ([MARK + "relu_back = lambda g, x: g * 17"], "wrong"),
    "annotated lambda": ([MARK + "relu_back: object = lambda g, x: g * (x > 0)"], "right"),
    "two at once": ([MARK + "n, relu_back = 1, lambda g, x: g * (x > 0)"], "right"),
    "walrus": ([MARK + "(relu_back := lambda g, x: g * (x > 0))"], "right"),
    "vectorised": ([MARK + "relu_back = np.vectorize(lambda g, x: g * (x > 0))"], "right"),
    "partial": (
        [
            MARK + "from functools import partial\n"
            "relu_back = partial(lambda low, g, x: g * (x > low), 0)"
        ],
        "right",
    ),
    "with a decorator": (
        [MARK + "def plain(f):\n    return lambda *a: f(*a)\n\n@plain\n" + RIGHT],
        "right",
    ),
    "alias": ([MY, MARK + "relu_back = my_relu"], "right"),
    "alias in the cell": ([MARK + MY + "relu_back = my_relu"], "right"),
    "in if": ([MARK + "if True:\n" + indented(RIGHT)], "right"),
    "in else": ([MARK + "if False:\n    pass\nelse:\n" + indented(RIGHT)], "right"),
    "in try": ([MARK + "try:\n" + indented(RIGHT) + "finally:\n    pass"], "right"),
    "in with": ([MARK + "with np.errstate():\n" + indented(RIGHT)], "right"),
    "in for": ([MARK + "for _ in range(2):\n" + indented(RIGHT)], "right"),
    "class": (
        [MARK + "class relu_back:\n    def __new__(cls, g, x): return g * (x > 0)"],
        "right",
    ),
    "object": (
        [
            MARK + "class Answer:\n    def __call__(self, g, x): return g * (x > 0)\n"
            "relu_back = Answer()"
        ],
        "right",
    ),
    "method": (
        [
            MARK + "class Answer:\n    def relu_back(self, g, x): return g * (x > 0)\n"
            "relu_back = Answer().relu_back"
        ],
        "right",
    ),
    "imported": ([MARK + "from operator import add as relu_back"], "wrong"),
    "globals": ([MARK + "globals()['relu_back'] = lambda g, x: g * (x > 0)"], "right"),
    "a number": ([MARK + "relu_back = 3"], "error"),
    "magic": (["%%time\n" + MARK + RIGHT], "right"),
    "title": (["#@title Mine\n\n# %%\n# a remark\n" + MARK + RIGHT], "right"),
    "upper case": (["##ANSWER :relu_back  \n" + RIGHT], "right"),
    "merged": ([OTHER + MARK + RIGHT], "right"),
    "merged the other way": ([MARK + RIGHT + OTHER], "right"),
    "merged, its line lost": ([OTHER + RIGHT], "right"),
    "merged wrong": ([OTHER + MARK + WRONG], "wrong"),
    "merged with its check": ([MARK + RIGHT + "CHECK"], "right"),
    "merged below its check": (["CHECK" + MARK + RIGHT], "right"),
    "in the check cell": ([MARK + STUB, "CHECK" + RIGHT], "right"),
    "split": ([MARK, RIGHT, "CHECK"], "right"),
    "split, no check": ([OTHER, MARK + "half = 0.5", RIGHT], "right"),
    "no first line": ([OTHER, RIGHT], "right"),
    "no first line, lambda": ([OTHER, "relu_back = lambda g, x: g * (x > 0)"], "right"),
    "no first line, wrong": ([OTHER, WRONG], "wrong"),
    "the last attempt": ([MARK + WRONG, MARK + RIGHT], "right"),
    "the last attempt is wrong": ([MARK + RIGHT, MARK + WRONG], "wrong"),
    "the last attempt in if": ([MARK + WRONG, MARK + "if True:\n" + indented(RIGHT)], "right"),
    "a mark in a text": ([MARK + RIGHT + "note = '''\n# answer: exp_back\n'''"], "right"),
    "an old one in a text": ([MARK + "'''\n" + WRONG + "'''\n" + RIGHT], "right"),
    "renamed": ([MARK + MY], "error"),
    "fails after it": ([MARK + RIGHT + "1 / 0"], "right"),
    "fails before it": ([MARK + "1 / 0\n" + RIGHT], "error"),
    "syntax error": ([MARK + RIGHT + "def ("], "error"),
    "deleted and bound again": ([MARK + RIGHT + "del relu_back\n" + WRONG], "wrong"),
}


@pytest.fixture(scope="module")
def run_cells() -> Iterator[Callable[..., str]]:
    with shells() as run:
        yield run


@pytest.fixture(scope="module")
def kernels() -> Iterator[Launcher]:
    """A launcher of kernels: in a sandbox, where one starts in a moment, or without."""
    try:
        found = launcher("required")
    except SandboxError:
        found = launcher("off")
    with found:
        yield found


@pytest.fixture(scope="module")
def key() -> Key:
    """The key of two exercises, as learners have it."""
    whole = load(ROOT / "dlbook" / "keys" / "05_backpropagation.json")
    assert whole is not None
    names = ("relu_back", "exp_back")
    return replace(whole, exercises=tuple(e for e in whole.exercises if e.name in names))


def submission(*sources: str) -> Notebook:
    return Notebook(tuple(Cell("code", source) for source in ("import numpy as np", *sources)))


def by_grader(notebook: Notebook, key: Key, kernels: Launcher) -> str:
    report = grade(notebook, key, Limits(cell_seconds=20), kernels)
    assert "stopped" not in "".join(report.notes)
    return str(next(e for e in report.exercises if e.name == "relu_back").verdict)


@pytest.mark.parametrize("case", CASES)
def test_card_and_grader_agree(case, run_cells, kernels, key):
    sources, verdict = CASES[case]
    check = next(e for e in key.exercises if e.name == "relu_back").checks[0].source + "\n"
    sources = [source.replace("CHECK", check) for source in sources]
    cards = re.findall(r"^. (relu_back: .*)$", run_cells(*sources), re.MULTILINE)
    assert cards[-1:] == [f"relu_back: {verdict}"]
    assert by_grader(submission(*sources), key, kernels) == verdict


ODD = {  # a cell that Python cannot compile, or one that ends the kernel
    "a long sum": "y = 1" + "+1" * 20_000,
    "many signs": "y = " + "-" * 5_000 + "1",
    "many brackets": "y = " + "(" * 5_000 + ")" * 5_000,
    "many newlines": "\n" * 30_000 + "x = 1",
    "many statements": "0;" * 20_000,
    "the end": "import os\nrelu_back = os._exit(1)",
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("answer", [MARK + RIGHT, "if True:\n" + indented(RIGHT)])
def test_a_right_answer_beside_an_odd_cell_counts(odd, answer, kernels, key):
    assert by_grader(submission(ODD[odd], answer), key, kernels) == "right"


def test_an_endless_cell_does_not_keep_the_others_from_being_looked_at(kernels, key):
    endless = "x = relu_back = 3\nwhile True: pass"
    deaf = "while True:\n    try:\n        while True: pass\n    except: pass"
    cells = submission(endless, deaf, "if True:\n" + indented(RIGHT)).cells
    assert discover(cells, key, Limits(cell_seconds=1), kernels) == {"relu_back": [3]}


LIE = """from IPython.display import display
for items in (3, [3], [{"value": []}], [{"value": "relu_back"}, {"value": "no_such"}]):
    values = {"kind": "list", "items": items}
    display({"application/vnd.dlbook.values+json": values}, raw=True)
"""


def test_whoever_lies_about_what_is_bound_hurts_himself_alone(kernels, key):
    assert by_grader(submission(LIE + "# relu_back"), key, kernels) == "error"
    assert by_grader(submission(LIE, MARK + RIGHT), key, kernels) == "right"
