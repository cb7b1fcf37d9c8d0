from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from dlbook import functional
from dlbook.functional import conv_lowering as lowering, gemm_tiles as tiles
from dlbook.gradcheck import gradcheck
from dlbook.tensor import Tensor
from tests.oracle import agrees_with_torch, laid_out


@st.composite
def convolutions(draw, axes):
    """Draw input, weight and bias, and the options of a convolution that has room."""
    groups, seed = draw(st.integers(1, 3)), draw(st.integers(0, 99))
    channels, filters = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))
    kernel, size, stride, padding, dilation = [], [], [], [], []
    for _ in range(axes):
        kernel.append(draw(st.integers(1, 4)))
        stride.append(draw(st.integers(1, 5)))
        padding.append(draw(st.integers(0, 4)))
        dilation.append(draw(st.integers(1, 3)))
        span = dilation[-1] * (kernel[-1] - 1) + 1
        size.append(draw(st.integers(max(1, span - 2 * padding[-1]), 12)))
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(draw(st.integers(0, 3)), channels, *size))
    w = rng.normal(size=(filters, channels // groups, *kernel))
    b = rng.normal(size=filters) if draw(st.booleans()) else None
    if draw(st.booleans()):
        x = laid_out(x, draw(st.permutations(range(axes + 2))))
    return (x, w, b), (tuple(stride), tuple(padding), tuple(dilation), groups)


@settings(max_examples=200)
@given(convolutions(axes=2))
def test_conv2d_agrees_with_torch(case):
    arrays, how = case
    agrees_with_torch("conv2d", arrays, *how)


@settings(max_examples=50)
@given(convolutions(axes=1))
def test_conv1d_agrees_with_torch(case):
    arrays, (stride, padding, dilation, groups) = case
    agrees_with_torch("conv1d", arrays, *stride, *padding, *dilation, groups)


@pytest.mark.parametrize("small", [0, 10, 1000, 1_000_000])
@pytest.mark.parametrize(("how", "groups"), [((1, 1), 1), ((2, 0), 2), ((3, 2, 2), 4)])
def test_tiles_and_blocks_change_nothing(small, how, groups, monkeypatch, rng):
    monkeypatch.setattr(tiles, "small", lambda: small)
    monkeypatch.setattr(lowering, "BLOCK", 4 * small)
    tiles.tile.cache_clear()
    shapes = (8, 32, 7, 8), (48, 32 // groups, 3, 3), (48,)
    arrays = [rng.normal(size=shape) for shape in shapes]
    agrees_with_torch("conv2d", arrays, *how, *(1,) * (3 - len(how)), groups)
    tiles.tile.cache_clear()


@settings(max_examples=200)
@given(st.tuples(*[st.integers(0, 300)] * 2), st.integers(0, 2000), st.booleans())
def test_tiles_cut_evenly_and_stay_small(sides, depth, turned):
    cuts = tiles.tile(*sides, depth, turned)
    assert all(side % cut == 0 for side, cut in zip(sides, cuts, strict=True) if side)
    if cuts != sides and min(sides):
        assert cuts[0] * cuts[1] * depth <= tiles.small()


def test_a_tall_product_stays_whole_unless_it_is_turned(monkeypatch):
    monkeypatch.setattr(tiles, "small", lambda: 1_000_000)
    tiles.tile.cache_clear()
    assert tiles.tile(tiles.TALL, 1024, 96) == (tiles.TALL, 1024)
    assert tiles.tile(tiles.TALL - 16, 1024, 96) != (tiles.TALL - 16, 1024)
    assert tiles.tile(tiles.TALL, 1024, 96, turned=True) != (tiles.TALL, 1024)
    tiles.tile.cache_clear()


def slowly(x, w, stride, dilation):
    """Return the convolution as one reads it: a loop over everything."""
    (n, c, *size), (o, _, *kernel) = x.shape, w.shape
    reach = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    out = np.zeros(
        (n, o, *((s - r - 1) // t + 1 for s, r, t in zip(size, reach, stride, strict=True)))
    )
    for place in np.ndindex(out.shape):
        image, filter, i, j = place
        for channel, k, m in product(range(c), *map(range, kernel)):
            row, column = i * stride[0] + k * dilation[0], j * stride[1] + m * dilation[1]
            out[place] += w[filter, channel, k, m] * x[image, channel, row, column]
    return out


@pytest.mark.parametrize(("stride", "dilation"), [*product([(1, 1), (2, 3)], [(1, 1), (2, 1)])])
def test_the_fast_way_is_the_plain_loop(stride, dilation, rng):
    x, w = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 3, 2))
    fast = functional.conv2d(Tensor(x), Tensor(w), None, stride, 0, dilation)
    np.testing.assert_allclose(fast.data, slowly(x, w, stride, dilation), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (3, 2), (4, 5)])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_padding_by_name_agrees_with_torch(kernel, padding, rng):
    arrays = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, *kernel)), None
    if padding == "same" and not all(k % 2 for k in kernel):
        out = functional.conv2d(Tensor(arrays[0]), Tensor(arrays[1]), padding=padding)
        assert out.shape[2:] == (6, 7)  # torch warns here
    else:
        agrees_with_torch("conv2d", arrays, padding=padding)


@pytest.mark.parametrize("how", [(1, 1, 1, 1), (2, 1, 1, 2), (3, 0, 2, 1)])
def test_backward_agrees_with_finite_differences(how, rng):
    shapes = (2, 4, 5, 6), (2, 4 // how[3], 3, 2), (2,)
    arrays = [rng.normal(size=shape) for shape in shapes]
    assert gradcheck(lambda x, w, b: functional.conv2d(x, w, b, *how), *arrays)


def test_a_shifted_image_gives_a_shifted_result(rng):
    x, w = rng.normal(size=(1, 1, 9, 9)), Tensor(rng.normal(size=(1, 1, 3, 3)))
    x[:, :, :, -1] = 0
    shifted = functional.conv2d(Tensor(np.roll(x, 1, axis=3)), w).data
    np.testing.assert_allclose(shifted[..., 1:], functional.conv2d(Tensor(x), w).data[..., :-1])


def test_float32_stays_float32_and_the_first_input_costs_no_gradient(rng):
    x = Tensor(rng.normal(size=(2, 3, 5, 5)).astype(np.float32))
    w = Tensor(rng.normal(size=(4, 3, 3, 3)).astype(np.float32), requires_grad=True)
    out = functional.conv2d(x, w, stride=2)
    assert out.place.pull(np.ones(out.shape, np.float32))[0] is None
    out.sum().backward()
    assert out.dtype == w.grad.dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"input": (3, 5, 5)}, r"\(batch, channels, height, width\).*\(3, 5, 5\).*x\[None\]"),
        ({"input": (2, 5, 5, 3)}, r"3 channels.*\(2, 5, 5, 3\).*channels last"),
        ({"weight": (4, 3, 3)}, r"\(4, 3, 3\)"),
        ({"input": (2, 0, 5, 5), "weight": (4, 0, 3, 3)}, r"least one.* \(4, 0, 3, 3\)"),
        ({"bias": (3,)}, r"\(4,\).*got \(3,\)"),
        ({"groups": 2}, "divide the 3 input and the 4 output channels, got 2"),
        ({"weight": (4, 3, 8, 3), "padding": 1}, r"at least \(8, 3\), got \(7, 7\)"),
        ({"dilation": 3}, r"at least \(7, 7\), got \(5, 5\)"),
        ({"stride": 0}, "stride needs to be 1 or more, got 0"),
        ({"padding": -1}, "padding needs.*0 or more.*got -1"),
        ({"padding": (1, 1, 1)}, r"or two \(down, across\), got \(1, 1, 1\)"),
        ({"padding": "same", "stride": 2}, "stride 1"),
        ({"padding": "half"}, "half"),
    ],
)
def test_messages_say_what_is_needed(wrong, says):
    options = {"input": (2, 3, 5, 5), "weight": (4, 3, 3, 3)} | wrong
    tensors = {
        n: Tensor(np.zeros(s)) for n, s in options.items() if n in ("input", "weight", "bias")
    }
    with pytest.raises(ValueError, match=says):
        functional.conv2d(**options | tensors)


def test_conv1d_wants_sequences():
    with pytest.raises(ValueError, match=r"\(batch, channels, length\).*\(2, 3\)"):
        functional.conv1d(Tensor(np.zeros((2, 3))), Tensor(np.zeros((4, 3, 3))))
