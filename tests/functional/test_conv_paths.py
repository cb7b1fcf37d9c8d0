"""The three ways to compute a convolution agree with torch, each on whatever it is given."""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from dlbook import functional, parallel
from dlbook.functional import (
    conv_im2col as im2col,
    conv_lowering as lowering,
    conv_shifting as shifting,
    gemm_tiles as tiles,
)
from dlbook.functional.windows import Slide
from dlbook.tensor import Tensor
from tests.functional.test_convolution import convolutions, slowly
from tests.oracle import agrees_with_torch

MANY = 10**9
WAYS = {  # SHORT and DEEP that choose a way wherever it is possible
    "im2col": (MANY, MANY),
    "lowering": (1, MANY),
    "shifting": (1, 0),
}


@contextmanager
def taking(way):
    """Take one way, in blocks of a few numbers, which two threads share."""
    before = parallel.get_num_threads()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in zip(("SHORT", "DEEP"), WAYS[way], strict=True):
            patch.setattr(lowering, name, value)
        for module in (im2col, lowering, shifting):
            patch.setattr(module, "BLOCK", 300)
        patch.setattr(parallel, "MULTIPLICATIONS", 500)
        patch.setattr(parallel, "PIECE", 50)
        parallel.set_num_threads(2)
        yield
    parallel.set_num_threads(before)


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=100)
@given(case=convolutions(axes=2))
def test_each_way_agrees_with_torch(way, case):
    arrays, how = case
    with taking(way):
        agrees_with_torch("conv2d", arrays, *how)


@st.composite
def plain_convolutions(draw):
    """Draw input, weight and bias, and the options of a convolution that shifting can do."""
    batch, channels, filters, height, width, down, across = (
        draw(st.integers(least, most))
        for least, most in [(1, 3), (1, 5), (1, 9), (1, 9), (1, 9), (1, 4), (1, 4)]
    )
    leap, rng = draw(st.integers(1, 2)), np.random.default_rng(draw(st.integers(0, 99)))
    above, left = draw(st.integers(0, down - 1)), draw(st.integers(0, leap * (across - 1)))
    height, width = max(height, down - 2 * above), max(width, leap * (across - 1) + 1 - 2 * left)
    x = rng.normal(size=(batch, channels, height, width))
    w = rng.normal(size=(filters, channels, down, across))
    b = rng.normal(size=filters) if draw(st.booleans()) else None
    return (x, w, b), ((draw(st.integers(1, 3)), 1), (above, left), (1, leap))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=100)
@given(case=plain_convolutions())
def test_each_way_agrees_with_torch_where_shifting_is_possible(way, case):
    arrays, (stride, padding, dilation) = case
    pads = [(p, p) for p in padding]
    assert shifting.fits(arrays[1].shape[2:], Slide(stride, pads, dilation, 1))
    with taking(way):
        agrees_with_torch("conv2d", arrays, stride, padding, dilation)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_way_is_the_plain_loop_and_keeps_the_dtype(way, dtype, rng):
    x, w = rng.integers(-9, 9, (3, 4, 6, 7)), rng.integers(-9, 9, (2, 4, 3, 2))  # exact in floats
    with taking(way):
        out = functional.conv2d(Tensor(x.astype(dtype)), Tensor(w.astype(dtype)))
    assert out.dtype == dtype
    np.testing.assert_array_equal(out.data, slowly(x, w, (1, 1), (1, 1)))


CHOICES = [  # shapes of an input and a weight, and the way that the forward pass takes
    ((1, 512, 7, 7), (512, 512, 3, 3), "im2col"),
    ((32, 64, 8, 8), (64, 64, 3, 3), "shifting"),
    ((32, 16, 8, 8), (16, 16, 3, 3), "lowering"),
    ((32, 64, 8, 8), (256, 64, 1, 1), "lowering"),
    ((32, 3, 32, 32), (32, 3, 3, 3), "lowering"),
]


@pytest.mark.parametrize(("x", "w", "way"), CHOICES)
def test_shapes_choose_the_way(x, w, way, monkeypatch):
    taken = []
    monkeypatch.setattr(im2col, "correlate", lambda *_: taken.append("im2col"))
    monkeypatch.setattr(shifting, "correlate", lambda *_: taken.append("shifting"))
    monkeypatch.setattr(lowering, "_each_block", lambda *_: taken.append("lowering"))
    rows = np.empty((x[2], x[1], x[3], x[0]), np.float32)
    slide = Slide((1, 1), ((0, 0), (0, 0)), (1, 1), 1)
    lowering.correlate(rows, np.empty(w, np.float32), slide)
    assert taken == [way]


@settings(max_examples=100)
@given(
    st.tuples(*[st.integers(1, 40)] * 4),
    st.sampled_from([0, 100, 1000, 1_000_000]),
)
def test_products_in_tiles_are_products(sizes, small):
    n, m, p, count = sizes
    rng = np.random.default_rng(0)
    a, b, g = (rng.integers(-9, 9, size) * 1.0 for size in [(n, m), (count, m, p), (count, n, m)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "small", lambda: small)
        tiles.tile.cache_clear()
        out = np.empty((count, n, p))
        tiles.multiply(a, b, out)
        np.testing.assert_array_equal(out, a @ b)
        total = tiles.sum_of_products(g, b.swapaxes(1, 2))
        np.testing.assert_array_equal(total, (g @ b).sum(axis=0))
    tiles.tile.cache_clear()


@settings(max_examples=100)
@given(st.tuples(*[st.integers(0, 40)] * 3), st.sampled_from([0, 100, 1000]), st.data())
def test_a_product_in_tiles_is_a_product(sizes, small, data):
    n, m, p = sizes
    turned = [data.draw(st.booleans()) for _ in range(2)]
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-9, 9, size) * 1.0 for size in [(n, m), (m, p)])
    left, right = (x.T.copy().T if t else x for x, t in zip((a, b), turned, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiles, "small", lambda: small)
        tiles.tile.cache_clear()
        np.testing.assert_array_equal(tiles.matrix_product(left, right), a @ b)
    tiles.tile.cache_clear()
