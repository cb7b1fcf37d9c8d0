"""Depthwise convolution, where each channel has windows of its own: some channels at a time.

`dlbook.functional.conv_lowering` lowers a block of rows, all channels of them. Without sums over
channels there is little to do for each row, and where rows are long, a block holds so few of them
that most are lowered again for the next block. Some channels at a time make tall blocks. Images
are rows here, shape (height, channels, width, batch).

Source: Howard et al. (2017), "MobileNets", arXiv:1704.04861, section 3.1.
"""

from collections.abc import Iterator

import numpy as np

from dlbook.functional import conv_lowering
from dlbook.functional.conv_lowering import BLOCK, Slide

TALL = 4  # heights of a window that a block is to hold


def pays(x: tuple[int, ...], w: tuple[int, ...], slide: Slide) -> bool:
    """Return whether this is faster than `conv_lowering` with all channels at a time.

    It is where a block of all channels holds fewer rows than a window is high: then most of the
    rows of a block are lowered again for the next one. Else the copies of the parts cost more.

    Args:
        x: shape of the input, (height, in_channels, width, batch).
        w: shape of the weight.
        slide: how the window slides.
    """
    return 1 < slide.groups == x[1] and x[1] * _bytes_a_row(x, w, slide) * w[2] > BLOCK


def correlate(
    x: np.ndarray, w: np.ndarray, slide: Slide, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return the sliding products, shape (out_height, out_channels, out_width, batch).

    Args:
        x: shape (height, in_channels, width, batch).
        w: shape (out_channels, 1, kernel_height, kernel_width).
        slide: how the window slides; it has as many groups as there are channels.
        bias: shape (out_channels,), or None for 0.
    """
    height, width = slide.counts(x.shape[::2], w.shape[2:])
    out = np.empty((height, len(w), width, x.shape[3]), x.dtype)
    for inside, outside, part in _some_channels(x.shape, w.shape, slide):
        own = None if bias is None else bias[outside]
        out[:, outside] = conv_lowering.correlate(x[:, inside], w[outside], part, own)
    return out


def weight_gradient(
    g: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the weight.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        x: shape (height, in_channels, width, batch).
        shape: of the weight.
        slide: how the window slid.
    """
    dw = np.empty(shape, x.dtype)
    for inside, outside, part in _some_channels(x.shape, shape, slide):
        own = np.ascontiguousarray(g[:, outside])
        dw[outside] = conv_lowering.weight_gradient(own, x[:, inside], dw[outside].shape, part)
    return dw


def input_gradient(
    g: np.ndarray, w: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the input.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        w: shape (out_channels, 1, kernel_height, kernel_width).
        shape: of the input, (height, in_channels, width, batch).
        slide: how the window slid.
    """
    dx = np.empty(shape, g.dtype)
    for inside, outside, part in _some_channels(shape, w.shape, slide):
        own = (shape[0], part.groups, *shape[2:])
        dx[:, inside] = conv_lowering.input_gradient(g[:, outside], w[outside], own, part)
    return dx


def _some_channels(
    x: tuple[int, ...], w: tuple[int, ...], slide: Slide
) -> Iterator[tuple[slice, slice, Slide]]:
    """Yield some channels of the input, those of the output that they give, and their slide."""
    count = max(1, BLOCK // max(1, TALL * w[2] * _bytes_a_row(x, w, slide)))
    outputs = w[0] // x[1]  # a channel
    for start in range(0, x[1], count):
        end = min(start + count, x[1])
        part = slide._replace(groups=end - start)
        yield slice(start, end), slice(start * outputs, end * outputs), part


def _bytes_a_row(x: tuple[int, ...], w: tuple[int, ...], slide: Slide) -> int:
    """Return how much of one channel is lowered for a row of the output, in float32."""
    across = slide.counts(x[::2], w[2:])[1]
    return 4 * w[3] * across * x[3] * slide.stride[0]
