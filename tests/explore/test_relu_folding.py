"""Hinges meet their curve, folding doubles the pieces, and pieces are counted."""

import numpy as np
import pytest

from dlbook.explore.relu_folding import fold, hinges, pieces, target


@pytest.mark.parametrize("units", [1, 4, 7, 16])
def test_hinges_meet_the_curve_at_evenly_spaced_points(units):
    knots, slopes, start = hinges(target, units)
    x = np.linspace(0, 1, units + 1)
    total = start + np.maximum(x[:, None] - knots, 0) @ slopes
    np.testing.assert_allclose(total, target(x), atol=1e-12)


@pytest.mark.parametrize("depth", range(1, 8))
def test_each_fold_doubles_the_pieces(depth):
    x = np.linspace(0, 1, 2**9 + 1)
    y = fold(x, depth)
    assert pieces(x, y) == 2**depth
    tents = 1 - np.abs(np.mod(x * 2**depth, 2) - 1)  # the same curve without any network
    np.testing.assert_allclose(y, tents, atol=1e-12)


@pytest.mark.parametrize("corners", [[], [0.5], [0.3, 0.7], [0.21, 0.5, 0.77]])
def test_corners_on_and_off_the_points_are_counted_once(corners):
    x = np.linspace(0, 1, 401)
    y = x + sum(np.maximum(x - corner, 0) for corner in corners)
    assert pieces(x, y) == 1 + len(corners)
