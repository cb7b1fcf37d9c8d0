"""The calculator shows the windows that torch's convolution has."""

from itertools import product

import numpy as np
import pytest
import torch

from dlbook.explore.window_positions import left_over, window_places

CASES = [*product([5, 8], [1, 3], [1, 2, 3], [0, 2], [1, 2])]


@pytest.mark.parametrize("case", CASES)
def test_each_window_reads_the_cells_that_its_output_depends_on(case):
    size, kernel, stride, padding, dilation = case
    x = torch.zeros(1, 1, size, requires_grad=True)
    weight = torch.ones(1, 1, kernel)
    out = torch.nn.functional.conv1d(x, weight, None, stride, padding, dilation)[0, 0]
    places = window_places(*case)
    assert len(places) == len(out)
    for window, value in zip(places, out, strict=True):
        (read,) = torch.autograd.grad(value, x, retain_graph=True)
        expected = window[(window >= 0) & (window < size)]
        np.testing.assert_array_equal(np.flatnonzero(read), expected)


@pytest.mark.parametrize(
    ("case", "left"), [((8, 3, 2, 0, 1), 1), ((227, 11, 4, 0, 1), 0), ((2, 5, 1, 0, 1), 2)]
)
def test_what_is_left_over_is_counted(case, left):
    assert left_over(*case) == left
