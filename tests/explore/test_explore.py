"""Every explorer draws at its corners, answers its controls, and has a still picture."""

import ast
import subprocess
import sys
from itertools import combinations, product

import pytest

from dlbook import explore, plots
from tests.explore.displayed import words_of
from tests.explore.javascript import EXPLORE

STUB = EXPLORE / "__init__.pyi"
FILES = {path.stem: path for path in sorted(EXPLORE.glob("*.py")) if path.stem != "__init__"}
NAMES = [name for name in FILES if not (EXPLORE / f"{name}.js").exists()]  # no page of their own


def ends(control):
    """Return the extreme values of a control, and the one it starts at."""
    if hasattr(control, "options"):
        return list(control.options)
    if hasattr(control, "min"):
        return [control.min, control.max, control.value]
    return [True, False]


def covering(*values):
    """Return rows of values, one a control, in which every pair of two controls' values stands.

    Most pictures that break do so for one value or for two that do not go together; rows with
    all pairs find these, and are far fewer than all rows.
    """
    controls = range(len(values))
    if len(values) < 2:
        return list(product(*values))
    missing = {
        ((i, a), (j, b))
        for i, j in combinations(controls, 2)
        for a in range(len(values[i]))
        for b in range(len(values[j]))
    }
    rows = []
    while missing:
        row = dict(min(missing))
        for i in controls:
            if i not in row:
                row[i] = max(
                    range(len(values[i])),
                    key=lambda a: sum(tuple(sorted([(i, a), x])) in missing for x in row.items()),
                )
        missing -= set(combinations(sorted(row.items()), 2))
        rows.append(tuple(values[i][row[i]] for i in controls))
    return rows


def test_the_rows_cover_every_pair_and_are_few():
    values = "abc", "de", "fghi", "jk"
    rows = covering(*values)
    for i, j in combinations(range(4), 2):
        assert {(row[i], row[j]) for row in rows} == set(product(values[i], values[j]))
    assert 3 * 4 <= len(rows) < 3 * 2 * 4 * 2 / 2 and len(set(rows)) == len(rows)
    assert covering("abc") == [("a",), ("b",), ("c",)] and covering() == [()]


@pytest.mark.parametrize("name", FILES)
def test_a_file_defines_the_explorer_of_its_name(name):
    body = ast.parse(FILES[name].read_text("utf-8")).body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    assert name in functions, (
        f"{name}.py defines no function {name}: call file and explorer alike; what explorers "
        "share belongs into dlbook/explore/base/"
    )


def test_the_stub_lists_the_explorers():
    wanted = "".join(f"from .{name} import {name} as {name}\n" for name in FILES)
    assert STUB.read_text("utf-8") == wanted, (
        "dlbook/explore/__init__.pyi needs one line for each file, in alphabetical order:\n"
        + wanted
    )


ORDERS = [
    "from dlbook import explore; explore.one_neuron; import dlbook.explore.one_neuron",
    "import dlbook.explore.one_neuron; from dlbook import explore",
    "from dlbook.explore.one_neuron import draw; from dlbook import explore",
    "from dlbook.explore import one_neuron; from dlbook import explore",
]
EACH_ORDER = """
import sys
for imports in sys.argv[1:]:
    for name in [name for name in sys.modules if name.split(".")[0] == "dlbook"]:
        del sys.modules[name]  # as in a fresh process; what others wrote may stay
    space = {}
    exec(imports + "; import dlbook.explore.base", space)
    print(space["explore"].one_neuron, space["explore"].base)
"""


def test_an_explorer_is_found_in_whichever_order_things_are_imported():
    command = [sys.executable, "-c", EACH_ORDER, *ORDERS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == len(ORDERS)
    for imports, line in zip(ORDERS, lines, strict=True):
        assert line.startswith("<function one_neuron at "), imports
        assert "<module 'dlbook.explore.base' from" in line, imports


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_every_corner_is_drawn_and_described(name):
    explorer = getattr(explore, name)()
    values = [ends(control) for control in explorer.controls.values()]
    all_first, all_last = [each[0] for each in values], [each[-1] for each in values]
    for corner in [all_first, all_last, *covering(*values)]:
        fig = plots.blank()
        alt = explorer._draw(fig, **dict(zip(explorer.controls, corner, strict=True)))
        assert alt[0].isupper() and alt.endswith(".") and len(alt) < 250, alt
        assert fig.axes, "nothing was drawn"
    plots.png(fig)


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_moving_a_control_draws_a_new_picture(name):
    explorer = getattr(explore, name)()
    seen = {explorer._picture}
    for key, control in explorer.controls.items():
        start = control.value
        other = next(value for value in ends(control) if value != start)
        setattr(explorer, key, other)
        assert explorer.state[key] == getattr(explorer, key) == other
        seen.add(explorer._picture)
        setattr(explorer, key, start)
    assert len(seen) == 1 + len(explorer.controls), "a control changes nothing at the start"


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_keeps_a_still_picture_with_words(name, monkeypatch):
    words_of(getattr(explore, name)(), monkeypatch)


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(AttributeError, match="it has w1, w2, b"):
        _ = explore.one_neuron().w3
    with pytest.raises(AttributeError, match=r"it has .*one_neuron"):
        _ = explore.two_neurons
