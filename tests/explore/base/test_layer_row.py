"""A row of layers holds every map, and the most probable class stands out."""

import numpy as np

from dlbook import plots
from dlbook.explore.base.layer_row import layer_row


def test_each_map_is_drawn_once_and_the_winner_has_its_percentage():
    fig, ax = plots.figure()
    stages = {"conv": np.ones((8, 16, 16)), "pool": np.zeros((16, 4, 4))}
    layer_row(ax, np.zeros((16, 16)), stages, np.array([0.2, 0.7, 0.1]))
    assert len(ax.images) == 1 + 8 + 16 + 1  # picture, maps, the column of all
    said = [text.get_text() for text in ax.texts]
    assert {"conv\n8 × 16 × 16", "pool\n16 × 4 × 4", "70%"} <= {*said}
    fig.clear()


def test_what_is_drawn_lies_on_the_sheet():
    fig, ax = plots.figure()
    stages = {"conv": np.ones((8, 16, 16)), "pool": np.ones((16, 8, 8))}
    layer_row(ax, np.zeros((16, 16)), stages, np.full(10, 0.1))
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for image in ax.images:
        begin, end, below, above = image.get_extent()
        assert left <= begin < end <= right and top <= above < below <= bottom
    fig.clear()
