"""The slope that is drawn is the one that nudging finds, and the best weight lies on the way."""

import pytest

from dlbook.explore.one_weight import W_LEAST, W_MOST, loss_at, slope_at


@pytest.mark.parametrize("w", [W_LEAST, 0.4, W_MOST])
def test_the_slope_is_that_of_the_loss(w):
    assert slope_at(w) == pytest.approx((loss_at(w + 1e-6) - loss_at(w - 1e-6)) / 2e-6, abs=1e-6)


def test_the_least_loss_lies_between_the_ends_of_the_slider():
    assert slope_at(W_LEAST) < 0 < slope_at(W_MOST)
