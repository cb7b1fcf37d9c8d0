"""The region inside runs off where the network is as wide as its input, and not where wider."""

import numpy as np
import pytest

from dlbook.explore.zoom_boundary import _inside, escapes, trained


@pytest.mark.notebook
@pytest.mark.parametrize("reach", [2.0, 10.0, 40.0])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_width_two_leaks_at_every_depth_and_width_three_does_not(layers, reach):
    for width, leaks in ((2, True), (3, False)):
        inside = _inside(trained(width, layers), reach)
        assert escapes(inside) == leaks


def test_a_region_escapes_along_any_path():
    inside = np.zeros((7, 7), bool)
    inside[3, 1:6] = True
    assert not escapes(inside)
    inside[4:, 5] = True
    assert escapes(inside)
    inside[3, 3] = False  # the centre is outside: any part at the edge counts
    assert escapes(inside)
    inside[6, 5] = False
    assert not escapes(inside)
