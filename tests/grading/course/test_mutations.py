import ast

import numpy as np
import pytest

from dlbook.grading.course.mutations import mutants

BODIES = {  # a line of an answer: slips that are made in it
    "return x < 3": {"x <= 3", "x >= 3", "x < 4", "x < 2"},
    "return a + b * 2": {"a - b * 2", "a", "b * 2", "a + b", "a + b / 2", "a + b * 3"},
    "return x @ w.T": {"None", "0"},
    "return -x": {"x"},
    "return x[:, 1:]": {"x[:, :]", "x[:, 2:]", "x[:, 0:]"},
    "return x.mean(axis=0)": {
        "np.median(x, axis=0)",
        "(np.max(x, axis=0) + np.min(x, axis=0)) / 2",
        "np.sum(x, axis=0)",
        "x.mean(axis=1)",
        "x.mean()",
    },
    "return np.median(x)": {"np.mean(x)", "(np.max(x) + np.min(x)) / 2"},
    "return sum(s) / len(s)": {"np.median(s)", "(np.max(s) + np.min(s)) / 2", "sum(s)"},
    "return sum(a for a in s) / len(s)": {"np.median([a for a in s])"},
    "return a if x and not y else b": {
        "a if x or not y else b",
        "a if x else b",
        "a if x and y else b",
        "a if True else b",
        "a if False else b",
    },
    "return [a for a in s if a > 0]": {"[a for a in s]", "[a for a in s if a >= 0]"},
    "return [a for a in range(n)]": {"[a for a in range(n - 1)]"},
    "return abs(x) + 0.5": {"x + 0.5", "abs(x) + 0.55"},
}


@pytest.mark.parametrize("body", BODIES)
def test_slips_are_made(body):
    head = "def f(x):\n    "
    made = {mutant.source.removeprefix(head) for mutant in mutants(head + body)}
    assert {f"return {slip}" for slip in BODIES[body]} <= made
    assert ast.unparse(ast.parse(head + body)).removeprefix(head) not in made


LOOP = """def f(s):
    out = 0
    kept = []
    for a in s:
        if a < 0:
            continue
        out += a
        kept.append(a)
        kept[0] = out
    return out, zip(s, kept, strict=True), "text 1"
"""
STATEMENTS = ["out = a", "out -= a", "pass", "if True:", "if False:", "return None"]


def test_statements_are_changed_and_left_out():
    made = [mutant.source for mutant in mutants(LOOP)]
    assert all(any(slip in source for source in made) for slip in STATEMENTS)
    for statement in ("continue", "out += a", "kept.append(a)", "kept[0] = out"):
        assert any(statement not in source and "pass" in source for source in made)
    assert all("'text 1'" in source for source in made if "zip(" in source)
    assert all("strict=True" in source for source in made if "zip(" in source)


def test_a_mutant_is_told_by_its_line_and_both_words():
    told = [str(mutant) for mutant in mutants(LOOP, 5, 5)]
    assert "line 5: a < 0  ->  a <= 0" in told and all(t.startswith("line 5: ") for t in told)


def test_each_mutant_is_another_program_once():
    made = [mutant.source for mutant in mutants(LOOP)]
    assert len(made) == len(set(made)) and ast.unparse(ast.parse(LOOP)) not in made


def test_a_mean_is_told_from_its_twins_on_skewed_data_alone():
    source = "def f(x):\n    return x.mean()\n"
    values = {"symmetric": np.array([1.0, 2.0, 3.0]), "skewed": np.array([1.0, 2.0, 9.0])}
    alike = {}
    for kind, x in values.items():
        found = []
        for mutant in mutants(source):
            names = {"np": np}
            exec(mutant.source, names)
            found.append(names["f"](x) == x.mean())
        alike[kind] = sum(found)
    assert alike == {"symmetric": 2, "skewed": 0}
