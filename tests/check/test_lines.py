from time import process_time

import pytest

from dlbook.check.lines import bound_names, definitions, may_bind, surely_binds

SURE = [
    "def f(x): pass",
    "x = 1\n\nasync def f(x): pass",
    "class f: pass",
    "f = lambda x: x",
    '"""A text."""\nf = 1',
    "'''\"\"\"'''\ndef f(x): pass",
]
DOUBTFUL = [
    "if True:\n    def f(x): pass",
    "class Answers:\n    def f(x): pass",
    '"""\ndef f(x): pass\n"""',
    "'''\n\"\"\"\nf = 1\n'''",
    "%%writefile f.py\ndef f(x): pass",
    "g, f = 1, 2",
    "from somewhere import f",
    "from somewhere import *",
    "globals()['f'] = abs",
]
NOT = ["y = f(3)", "# answer: f\ny = 1", "def f2(x): pass", "f2 = 1\nprint(f (2))"]


@pytest.mark.parametrize("source", SURE + DOUBTFUL + NOT)
def test_lines_that_may_bind_a_name_and_those_that_surely_do(source):
    assert surely_binds("f", source) is (source in SURE)
    assert may_bind("f", source) is (source not in NOT)


def test_the_names_that_lines_bind():
    source = "def a(): pass\n    async def b(): pass\nclass c: pass\nd, e = 1, 2\nf: int = 3\n"
    source += "from x import g, h as i\nj == 1\nk(l=1)\ndef ("
    assert bound_names(source) == set("abcdefghi") | {"as"}
    assert definitions(source) == ["a", "b", "c"]


LONG = {
    "statements": "0;" * 500_000,
    "newlines": "\n" * 1_000_000,
    "blanks": " " * 1_000_000,
    "a word": "f" * 1_000_000,
    "hashes": "#" * 1_000_000,
    "half a mark": "# answer: " * 100_000,
    "calls": "f(" * 500_000,
    "a definition": "def " + " " * 1_000_000,
    "names": "f, " * 300_000,
    "imports": "from x import " * 70_000,
    "quotes": '"""\nf=1\n' * 100_000,
    "a sum": "y = 1" + "+1" * 500_000,
}


@pytest.mark.parametrize("text", LONG)
def test_the_time_for_a_million_letters_is_short(text):
    start = process_time()
    for look in (bound_names, definitions):
        look(LONG[text])
    for look in (may_bind, surely_binds):
        look("f", LONG[text])
    assert process_time() - start < 5  # seconds; a quadratic pattern takes hours
