"""Every explorer draws at its corners, answers its controls, and has a still picture."""

from itertools import product
from pathlib import Path
from random import Random

import pytest

from dlbook import explore, plots

PAGES = {"playground", "feature_maps", "kernel_painter"}  # with a page of their own
NAMES = [name for name in explore.__all__ if name not in PAGES]
CORNERS = 60  # at most so many pictures an explorer


def ends(control):
    """Return the extreme values of a control, and the one it starts at."""
    if hasattr(control, "options"):
        return list(control.options)
    if hasattr(control, "min"):
        return [control.min, control.max, control.value]
    return [True, False]


def test_no_file_has_the_name_of_an_explorer():
    both = {*explore.__all__} & {path.stem for path in Path(explore.__file__).parent.glob("*.py")}
    assert not both, f"rename the file: importing it would hide explore.{both}"


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
