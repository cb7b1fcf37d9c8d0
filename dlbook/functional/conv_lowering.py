"""How a convolution is computed: forward, and the gradients of its weight and its input.

The plain way copies every window into a matrix (im2col): kernel height x kernel width times the
memory of the image. Here the image is lowered along its width only: for each row, the `kernel
width` shifted copies of it stand under each other. In the layout of
`dlbook.functional.windows` the lowered rows that one output row needs are then neighbours in
memory, so they *are* the im2col matrix of that output row, without a copy, and the next output
row starts a few lowered rows further down:

    output row = weight (out, height x in x width) @ lowered rows (height x in x width, pixels)

Images are rows here, shape (height, channels, width, batch); weights have torch's shape.

Source: Cho and Brand (2017), "MEC: memory-efficient convolution for deep neural network".
"""

from collections.abc import Callable, Iterator
from itertools import product
from math import gcd, prod
from typing import TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlbook.functional import conv_im2col as im2col, conv_shifting as shifting, gemm_tiles as tiles
from dlbook.functional.scratch import scratch
from dlbook.functional.windows import Pair as Pair, Slide as Slide, overlap
from dlbook.parallel import each, shares

Result = TypeVar("Result")
BLOCK = 1 << 21  # bytes of lowered rows at a time, so that they stay in the cache
SHORT = 48  # pixels in a row of all images, below which a product for each row is slow
SHORT_IF_MANY = 64  # the same with more than MANY channels, as each product reads all weights
MANY = 128
DEEP = 64  # channels x kernel rows, from which shifted products are faster than a lowered image
GAP = 16  # unused numbers behind each lowered row: at a power of two apart, rows share cache lines


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
    if _has_short_rows(x):
        return im2col.correlate(x, w, slide, bias)
    deep = w.shape[1] * w.shape[2] >= DEEP and len(w) <= 2 * w.shape[1]
    if deep and shifting.fits(w.shape[2:], slide):
        return shifting.correlate(x, w, slide, bias)
    height, width = slide.counts(x.shape[::2], w.shape[2:])
    groups, channels, pixels = slide.groups, len(w) // slide.groups, width * x.shape[3]
    flat = np.ascontiguousarray(w.transpose(0, 2, 1, 3)).reshape(groups, channels, -1)
    n, p = tiles.tile(channels, pixels, flat.shape[2])
    flat = flat.reshape(groups, 1, 1, channels // n, n, flat.shape[2])
    out = np.empty((height, groups, channels // n, n, pixels // p, p), x.dtype)

    def multiply(rows: slice, windows: np.ndarray) -> None:
        cut = windows.reshape(*windows.shape[:3], pixels // p, 1, p).transpose(0, 1, 3, 4, 2, 5)
        np.matmul(flat, cut, out=out[rows].transpose(1, 0, 4, 2, 3, 5))
        if bias is not None:
            out[rows] += bias.reshape(groups, channels // n, n, 1, 1)

    _each_block(multiply, x, w.shape, slide)
    return out.reshape(height, len(w), width, x.shape[3])


def weight_gradient(
    g: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the weight: each row of the output meets the windows it came from.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        x: shape (height, in_channels, width, batch).
        shape: of the weight.
        slide: how the window slid.
    """
    if _has_short_rows(x):
        return im2col.weight_gradient(g, x, shape, slide)
    if shape[1] * shape[2] >= DEEP // 4 and shifting.fits(shape[2:], slide):
        return shifting.weight_gradient(g, x, shape, slide)
    out, inside, down, across = shape
    groups, depth, channels = slide.groups, down * inside * across, out // slide.groups
    pixels = g.shape[2] * g.shape[3]
    d, n = tiles.tile(depth, channels, pixels, turned=True)
    g = g.reshape(len(g), groups, 1, channels // n, n, pixels).swapaxes(4, 5)

    def multiply(rows: slice, windows: np.ndarray) -> np.ndarray:
        total = np.zeros((groups, depth // d, channels // n, d, n), x.dtype)
        cut = windows.reshape(groups, windows.shape[1], depth // d, 1, d, pixels)
        for row, window in zip(g[rows], cut.swapaxes(0, 1), strict=True):
            total += window @ row
        return total

    first, *others = _each_block(multiply, x, shape, slide)
    total = sum(others, first)
    total = total.swapaxes(2, 3).reshape(groups, down, inside, across, channels)
    return total.transpose(0, 4, 2, 1, 3).reshape(shape)


def input_gradient(
    g: np.ndarray, w: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the input: the output's, correlated with the weight turned round.

    With stride 1 that is all. With stride s, a pixel meets every s-th place of the window and
    its neighbour the places in between: each such family of pixels is a correlation of its own.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        w: shape (out_channels, in_channels / groups, kernel_height, kernel_width).
        shape: of the input, (height, in_channels, width, batch).
        slide: how the window slid.
    """
    out, inside, *kernel = w.shape
    turned = w.reshape(slide.groups, out // slide.groups, inside, *kernel).swapaxes(1, 2)
    turned = turned.reshape(shape[1], out // slide.groups, *kernel)
    down, across = (
        list(_families(*sizes))
        for sizes in zip(shape[::2], g.shape[::2], kernel, *slide[:3], strict=True)
    )
    dx = np.zeros(0)
    for (rows, i, above, step), (columns, j, left, hop) in product(down, across):
        family = Slide((1, 1), (above, left), (step, hop), slide.groups)
        part = correlate(g, turned[:, :, i, j][:, :, ::-1, ::-1], family)
        if part.shape == shape:
            return part
        dx = dx if dx.shape == shape else np.zeros(shape, g.dtype)
        dx[rows, :, columns] = part
    return dx if dx.shape == shape else np.zeros(shape, g.dtype)


def _has_short_rows(x: np.ndarray) -> bool:
    pixels: int = x.shape[2] * x.shape[3]
    return pixels < (SHORT_IF_MANY if x.shape[1] > MANY else SHORT)


def _families(
    size: int, count: int, kernel: int, stride: int, pads: Pair, dilation: int
) -> Iterator[tuple[slice, slice, Pair, int]]:
    """Yield pixels of an axis, the places that they meet, and pads and dilation to meet them.

    Window i finds place k at pixel i * stride + k * dilation - pad, so all the places that a
    pixel meets are multiples of `every` apart.
    """
    every = stride // gcd(stride, dilation)
    step = dilation // gcd(stride, dilation)
    for first in range(min(every, kernel)):
        places = slice(first, kernel, every)
        reach = step * (len(range(kernel)[places]) - 1)
        shift = pads[0] - first * dilation
        start, end = -(-shift // stride), -(-(shift + size) // stride)
        if start < end:
            pixels = slice(start * stride - shift, size, stride)
            yield pixels, places, (reach - start, end - count), step


def _each_block(
    work: Callable[[slice, np.ndarray], Result], x: np.ndarray, w: Pair, slide: Slide
) -> list[Result]:
    """Return what `work` makes of output rows and their windows, for a weight of shape `w`."""
    kernel = w[2:]
    down, across = slide.counts(x.shape[::2], kernel)
    bytes_a_row = x.shape[1] * kernel[1] * across * x.shape[3] * x.itemsize * slide.stride[0]
    parts = shares(down, prod(w) * down * across * x.shape[3])
    block = max(1, min(BLOCK // max(1, bytes_a_row), -(-down // len(parts))))
    blocks = [slice(top, min(top + block, down)) for top in range(0, down, block)]
    return each(lambda rows: work(rows, _lowered(x, kernel, slide, rows)), blocks)


def _lowered(x: np.ndarray, kernel: Pair, slide: Slide, rows: slice) -> np.ndarray:
    """Return the windows of some output rows, views of the lowered rows that they lie on.

    Their shape is (groups, rows, kernel height x channels x kernel width, pixels), where a group
    has so many channels, and the pixels are those of one row in all images.
    """
    height, channels, width, batch = x.shape
    x = x.reshape(height, slide.groups, channels // slide.groups, width, batch).swapaxes(0, 1)
    (stride, hop), (above, left), (step, leap), groups = slide
    count, across = rows.stop - rows.start, slide.counts((height, width), kernel)[1]
    span = step * (kernel[0] - 1) + 1  # rows that one output row looks at
    needed, pixels = (count - 1) * stride + span, across * batch
    shape = (groups, needed, channels // groups, kernel[1], pixels + GAP)
    lowered = scratch(shape, x.dtype)[..., :pixels]
    split = lowered.reshape(*shape[:-1], across, batch)
    inside, seen = overlap(rows.start * stride - above[0], 1, height, needed)
    lowered[:, : inside.start] = lowered[:, inside.stop :] = 0
    for k in range(kernel[1]):
        columns, found = overlap(k * leap - left[0], hop, width, across)
        split[:, inside, :, k, columns] = x[:, seen, :, found]
        split[:, inside, :, k, : columns.start] = split[:, inside, :, k, columns.stop :] = 0
    windows = sliding_window_view(lowered, span, axis=1)[:, ::stride, ..., ::step]
    windows = np.moveaxis(windows, -1, 2)  # (groups, rows, kernel height, channels, ...)
    return windows.reshape(groups, count, kernel[0] * shape[2] * kernel[1], pixels)
