"""Each window is one row, and its sum stands at its place of the map."""

import numpy as np
import pytest

from dlbook import explore, functional as F
from dlbook.explore.windows_as_rows import EDGE, as_rows, picture
from dlbook.tensor import Tensor


def test_rows_times_the_kernel_are_the_convolution():
    patch = picture()
    wanted = F.conv2d(Tensor(patch[None, None]), Tensor(EDGE[None, None])).data[0, 0]
    assert np.allclose(as_rows(patch) @ EDGE.ravel(), wanted.ravel())


@pytest.mark.parametrize("window", [0, 6, 11])
def test_the_alt_text_follows_the_window(window):
    explorer = explore.windows_as_rows()
    explorer.window = window
    total = (as_rows(picture()) @ EDGE.ravel())[window]
    assert f"Row {window} times the kernel is {total:+.2f}" in explorer.alt
