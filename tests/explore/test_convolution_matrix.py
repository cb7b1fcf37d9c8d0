"""The matrix in the picture does what the convolution does."""

import numpy as np
import pytest

from dlbook import Tensor, functional as F
from dlbook.explore.convolution_matrix import KERNELS, as_matrix, counts


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (5, 3)])
def test_its_product_with_the_pixels_is_the_convolution(shape):
    rng = np.random.default_rng(0)
    kernel, x = rng.normal(size=shape), rng.normal(size=(6, 7))
    pads = shape[0] // 2, shape[1] // 2
    expected = F.conv2d(Tensor(x[None, None]), Tensor(kernel[None, None]), padding=pads)
    got = (as_matrix(kernel, 6, 7) @ x.ravel()).reshape(6, 7)
    np.testing.assert_allclose(got, expected.data[0, 0], rtol=1e-12, atol=1e-12)


def test_it_is_sparse_and_shares_the_weights_of_the_kernel():
    assert counts(as_matrix(KERNELS[3], 8, 8)) == (484, 9)
    for size, kernel in KERNELS.items():
        assert counts(as_matrix(kernel, 8, 8))[1] == size * size
