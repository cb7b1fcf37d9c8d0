"""The cone in the picture is as wide as the literature says."""

import pytest

from dlbook import plots
from dlbook.explore.receptive_fields import NETS, draw, fields

LAST = {"VGG-16": ("pool 5", 212), "AlexNet": ("pool 3", 195)}


@pytest.mark.parametrize("net", NETS)
def test_fields_grow_up_to_the_last_pooling(net):
    widths = [width for _name, width in fields(net)]
    assert fields(net)[-1] == LAST[net] and widths == sorted(widths)


def test_more_layers_than_a_network_has_show_all_of_them():
    figures = [plots.blank(7, 3) for _ in range(2)]
    said = [draw(fig, "AlexNet", layers) for fig, layers in zip(figures, (8, 18), strict=True)]
    assert said[0] == said[1] and "195 pixels" in said[0]
    assert plots.png(figures[0]) == plots.png(figures[1])
