"""Every explorer draws at its corners, answers its controls, and has a still picture."""

import ast
import subprocess
import sys
from itertools import product
from random import Random

import pytest

from dlbook import explore, plots
from tests.explore.javascript import EXPLORE

STUB = EXPLORE / "__init__.pyi"
FILES = {path.stem: path for path in sorted(EXPLORE.glob("*.py")) if path.stem != "__init__"}
NAMES = [name for name in FILES if not (EXPLORE / f"{name}.js").exists()]  # no page of their own
CORNERS = 60  # at most so many pictures an explorer


def ends(control):
    """Return the extreme values of a control, and the one it starts at."""
    if hasattr(control, "options"):
        return list(control.options)
    if hasattr(control, "min"):
        return [control.min, control.max, control.value]
    return [True, False]


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


@pytest.mark.parametrize(
    "imports",
    [
        "from dlbook import explore; explore.one_neuron; import dlbook.explore.one_neuron",
        "import dlbook.explore.one_neuron; from dlbook import explore",
        "from dlbook.explore.one_neuron import draw; from dlbook import explore",
        "from dlbook.explore import one_neuron; from dlbook import explore",
    ],
)
def test_an_explorer_is_found_in_whichever_order_things_are_imported(imports):
    code = f"{imports}; import dlbook.explore.base; print(explore.one_neuron, explore.base)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("<function one_neuron at ")
    assert "<module 'dlbook.explore.base' from" in done.stdout


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_every_corner_is_drawn_and_described(name):
    explorer = getattr(explore, name)()
    corners = list(product(*(ends(control) for control in explorer.controls.values())))
    first, last = corners[0], corners[-1]
    for corner in [first, last, *Random(0).sample(corners, min(len(corners), CORNERS))]:
        fig = plots.blank()
        alt = explorer._draw(fig, **dict(zip(explorer.controls, corner, strict=True)))
        assert alt[0].isupper() and alt.endswith(".") and len(alt) < 250, alt
        assert fig.axes, "nothing was drawn"
    plots.png(fig)


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_moving_a_control_draws_a_new_picture(name):
    explorer = getattr(explore, name)()
    seen = {bytes(explorer._image.value)}
    for key, control in explorer.controls.items():
        start = control.value
        other = next(value for value in ends(control) if value != start)
        setattr(explorer, key, other)
        assert explorer.state[key] == getattr(explorer, key) == other
        seen.add(bytes(explorer._image.value))
        setattr(explorer, key, start)
    assert len(seen) == 1 + len(explorer.controls), "a control changes nothing at the start"


@pytest.mark.notebook
@pytest.mark.parametrize("name", NAMES)
def test_the_notebook_keeps_a_still_picture_with_words(name):
    explorer = getattr(explore, name)()
    data, metadata = explorer._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} <= data.keys()
    assert metadata["image/png"]["alt"] == data["text/plain"] == explorer.alt


def test_an_unknown_name_is_refused_with_those_there_are():
    with pytest.raises(AttributeError, match="it has w1, w2, b"):
        _ = explore.one_neuron().w3
    with pytest.raises(AttributeError, match=r"it has .*one_neuron"):
        _ = explore.two_neurons
