"""The figures of chapter 06 show what they are given."""

import numpy as np

from dlbook import plots
from dlbook.explore.base import training_drawing as drawing


def test_the_loop_has_four_stations_and_five_ways():
    _fig, ax = plots.figure()
    drawing.stations(ax)
    words = [text.get_text() for text in ax.texts]
    assert [word.split("\n")[0] for word in words[:4]] == list(drawing.STATIONS)
    assert words.count("") == len(drawing.WAYS) == 5  # an arrow has no words
    assert {"yes", "no"} < set(words)


def test_a_descent_walks_on_the_bowl():
    _fig, ax = plots.figure()
    path = np.array([1.0, -0.5, 0.25])
    drawing.descent(ax, path, curvature=4)
    np.testing.assert_allclose(ax.lines[1].get_ydata(), 2 * path**2)
    assert ax.lines[2].get_xdata()[0] == 1.0


def test_the_shade_begins_where_the_steep_axis_grows():
    _fig, ax = plots.figure()
    rates = np.linspace(0, 0.5, 11)
    sizes = {c: np.abs(1 - rates * c) for c in (8, 1)}
    drawing.factors(ax, rates, sizes)
    (shade,) = ax.patches
    left = shade.get_patch_transform().transform_path(shade.get_path()).vertices[:, 0].min()
    assert left == 2 / 8
    assert (sizes[8][rates > left] > 1).all() and (sizes[8][rates < left] <= 1).all()
