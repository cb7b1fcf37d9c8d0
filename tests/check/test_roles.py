import pytest

from dlbook.check.roles import is_stub, marks

LINES = [  # each names relu_back
    "# answer: relu_back",
    "#answer:relu_back",
    "## ANSWER : relu_back  ",
    "\t#\tAnswer:\trelu_back\t",
    "%%time\n# answer: relu_back",
    "#@title My answer\n\n# %%\n# a remark\n# answer: relu_back\nx = 1",
    "x = 1\r# answer: relu_back\rdef relu_back(g, x): pass",
    "\ufeff# answer:\xa0relu_back",
    "#\u3000answer\uff1arelu_back",
]


@pytest.mark.parametrize("source", LINES)
def test_a_line_anywhere_in_a_cell_says_what_it_answers(source):
    assert marks(source) == ("relu_back",) and marks(source, "check") == ()


@pytest.mark.parametrize(
    "source",
    ["answer: relu_back", "# answer relu_back", "# answer:\nrelu_back", "# my answer: relu_back"],
)
def test_other_lines_say_nothing(source):
    assert marks(source) == ()


def test_a_merged_cell_answers_each_of_its_exercises_once():
    source = "# answer: b\n# check: b\n# answer: a\n# answer: b\n"
    assert marks(source) == ("b", "a") and marks(source, "check") == ("b",)


def test_a_stub_raises_its_message_and_a_remark_about_it_is_none():
    stub = 'def f(x):\n    raise NotImplementedError("f: your turn")'
    assert is_stub("f", stub) and not is_stub("g", stub)
    assert not is_stub("f", 'def f(x):\n    # raise NotImplementedError("f: your turn")\n')
