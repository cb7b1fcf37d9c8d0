"""Convolution the plain way: copy every window into a column of a matrix, and multiply once.

    out (filters, places) = weight (filters, in x height x width) @ windows (in x height x width,
                                                                             places)

This takes kernel height x kernel width times the memory of the image, so it is for images whose
rows are short, with few pixels in the batch: a product of one row would be slow there.

Images are rows here, shape (height, channels, width, batch); weights have torch's shape.

Source: Chellapilla, Puri and Simard (2006), "High performance convolutional neural networks for
document processing", section 2.1.
"""

from itertools import product

import numpy as np

from dlbook.functional.scratch import scratch
from dlbook.functional.windows import Slide, overlap
from dlbook.parallel import matmul

BLOCK = 1 << 20  # numbers in a matrix of windows


def correlate(
    x: np.ndarray, w: np.ndarray, slide: Slide, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return the sliding products, shape (out_height, out_channels, out_width, batch).

    Args:
        x: shape (height, in_channels, width, batch).
        w: shape (out_channels, in_channels / groups, kernel_height, kernel_width).
        slide: how the window slides.
        bias: shape (out_channels,), or None for 0.
    """
    height, width = slide.counts(x.shape[::2], w.shape[2:])
    flat = w.reshape(slide.groups, len(w) // slide.groups, w[0].size)
    out = np.empty((height, len(w), width, x.shape[3]), x.dtype)
    for rows in _blocks(x, w.shape, slide):
        windows = _windows(x, w.shape, slide, rows)
        to = out[rows]
        to[...] = _product(flat, windows).reshape(len(w), len(to), *to.shape[2:]).swapaxes(0, 1)
    if bias is not None:
        out += bias.reshape(len(w), 1, 1)
    return out


def weight_gradient(
    g: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the weight: what each place of the output got, times its window.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        x: shape (height, in_channels, width, batch).
        shape: of the weight.
        slide: how the window slid.
    """
    total = np.zeros(shape, x.dtype)
    for rows in _blocks(x, shape, slide):
        windows = _windows(x, shape, slide, rows)
        groups, _, places = windows.shape
        split = g[rows].swapaxes(0, 1).reshape(groups, shape[0] // groups, places)
        total += _product(split, windows.swapaxes(1, 2)).reshape(shape)
    return total


def _blocks(x: np.ndarray, w: tuple[int, ...], slide: Slide) -> list[slice]:
    """Return slices of output rows whose windows are at most BLOCK numbers, or one row."""
    height, width = slide.counts(x.shape[::2], w[2:])
    block = max(1, BLOCK // max(1, x.shape[1] * w[2] * w[3] * width * x.shape[3]))
    return [slice(top, min(top + block, height)) for top in range(0, height, block)]


def _windows(x: np.ndarray, w: tuple[int, ...], slide: Slide, rows: slice) -> np.ndarray:
    """Return the windows of some output rows, shape (groups, numbers in a window, places)."""
    (height, channels, width, batch), (_, inside, down, across) = x.shape, w
    count, wide = rows.stop - rows.start, slide.counts(x.shape[::2], w[2:])[1]
    windows = scratch((channels, down, across, count, wide, batch), x.dtype)
    windows[...] = 0
    for i, k in product(range(down), range(across)):
        offset = rows.start * slide.stride[0] + i * slide.dilation[0] - slide.pads[0][0]
        lines, seen = overlap(offset, slide.stride[0], height, count)
        columns, found = slide.meets(1, k, width, wide)
        windows[:, i, k, lines, columns] = x[seen, :, found].swapaxes(0, 1)
    return windows.reshape(slide.groups, inside * down * across, count * wide * batch)


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a @ b for each group, shapes (groups, n, m) and (groups, m, p)."""
    return matmul(a[0], b[0])[None] if len(a) == 1 else matmul(a, b)
