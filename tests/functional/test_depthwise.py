from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from dlbook.functional import conv_lowering, depthwise
from tests.oracle import agrees_with_torch


@settings(max_examples=100)
@given(st.data())
def test_some_channels_at_a_time_give_what_all_at_once_give(data):
    draw, rng = data.draw, np.random.default_rng(data.draw(st.integers(0, 99)))
    channels, outputs, batch = (draw(st.integers(1, n)) for n in (7, 2, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(2)]
    dilation = [draw(st.integers(1, 2)) for _ in range(2)]
    pads = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(2)]
    size = [5 + draw(st.integers(0, 4)) for _ in range(2)]
    slide = conv_lowering.Slide(
        [draw(st.integers(1, 3)) for _ in range(2)], pads, dilation, channels
    )
    x = rng.normal(size=(size[0], channels, size[1], batch))
    w = rng.normal(size=(channels * outputs, 1, *kernel))
    g = rng.normal(size=conv_lowering.correlate(x, w, slide).shape)
    b = rng.normal(size=len(w))
    with patch.object(depthwise, "BLOCK", draw(st.sampled_from([1, 3000, 10**6]))):
        found = (
            depthwise.correlate(x, w, slide, b),
            depthwise.weight_gradient(g, x, w.shape, slide),
            depthwise.input_gradient(g, w, x.shape, slide),
        )
    expected = (
        conv_lowering.correlate(x, w, slide, b),
        conv_lowering.weight_gradient(g, x, w.shape, slide),
        conv_lowering.input_gradient(g, w, x.shape, slide),
    )
    for mine, whole in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("block", [1, 2**30])
def test_a_published_mobile_block_agrees_with_torch(block, rng, monkeypatch):
    monkeypatch.setattr(depthwise, "BLOCK", block)  # some channels at a time, or all
    x, w = rng.normal(size=(2, 96, 13, 13)), rng.normal(size=(96, 1, 5, 5))
    agrees_with_torch("conv2d", [x, w, None], 2, 2, 1, 96)
    agrees_with_torch("conv2d", [x, np.repeat(w, 2, axis=0), rng.normal(size=192)], 1, 0, 1, 96)


def test_only_channels_that_do_not_mix_and_have_long_rows_are_taken_apart():
    def pays(x, w, groups):
        slide = conv_lowering.Slide((1, 1), ((2, 2), (2, 2)), (1, 1), groups)
        return depthwise.pays(x, w, slide)

    assert pays((56, 64, 56, 8), (64, 1, 5, 5), 64)
    assert not pays((14, 64, 14, 1), (64, 1, 5, 5), 64)
    assert not pays((56, 64, 56, 8), (64, 2, 5, 5), 32)
    assert not pays((560, 1, 560, 80), (64, 1, 5, 5), 1)
