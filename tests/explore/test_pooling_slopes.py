"""What has reached the pixels after nine windows is the gradient that the library computes."""

import numpy as np
import pytest

from dlbook import explore, functional as F
from dlbook.explore.pooling_slopes import SIDE, SIZE, STRIDE, G, picture, slopes
from dlbook.tensor import Tensor

POOLINGS = {"max": F.max_pool2d, "mean": F.avg_pool2d}


@pytest.mark.parametrize("pooling", POOLINGS)
def test_all_windows_together_send_the_gradient(pooling):
    x = Tensor(picture()[None, None], requires_grad=True)
    POOLINGS[pooling](x, SIZE, STRIDE).backward(G[None, None])
    assert np.allclose(slopes(pooling, SIDE**2), x.grad[0, 0])


@pytest.mark.parametrize("pooling", POOLINGS)
def test_each_window_sends_its_whole_slope(pooling):
    sums = [slopes(pooling, step).sum() for step in range(SIDE**2 + 1)]
    assert np.allclose(np.diff(sums), G.ravel())


def test_the_alt_text_says_where_the_slope_goes():
    explorer = explore.pooling_slopes()
    assert "goes to its largest pixel. So far 6 pixels" in explorer.alt
    explorer.pooling, explorer.step = "mean", 1
    assert "is shared by its nine pixels. So far 9 pixels" in explorer.alt
    explorer.step = 0
    assert "no slope is sent back yet" in explorer.alt
