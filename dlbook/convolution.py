"""Convolution: one small weight slides over the image, and each window gives one output.

The plain way copies every window into a matrix (im2col): kernel height x kernel width times the
memory of the image. Here the image is lowered along its width only: for each row, the `kernel
width` shifted copies of it stand under each other. In the layout of `dlbook.windows` the lowered
rows that one output row needs are then neighbours in memory, so they *are* the im2col matrix of
that output row, without a copy, and the next output row starts a few lowered rows further down:

    output row = weight (out, height x in x width) @ lowered rows (height x in x width, pixels)

Source: Cho and Brand (2017), "MEC: memory-efficient convolution for deep neural network".
"""

from collections.abc import Iterator, Sequence
from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dlbook.tensor import Tensor, record
from dlbook.windows import Size, as_images, in_rows, meeting, pair, steps

Pair = Sequence[int]  # (down, across)
BLOCK = 1 << 21  # bytes of lowered rows at a time, so that they stay in the cache


class Slide(NamedTuple):
    """How the window slides; pads are ((above, below), (left, right)), negative ones crop."""

    stride: Pair
    pads: tuple[Pair, Pair]
    dilation: Pair
    groups: int

    def counts(self, size: Pair, kernel: Pair) -> tuple[int, int]:
        """Return how many windows there are, down and across."""
        down, across = (
            steps(n, k, s, *pads, d)
            for n, k, s, pads, d in zip(size, kernel, *self[:3], strict=True)
        )
        return down, across


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Size = 1,
    padding: Size | str = 0,
    dilation: Size = 1,
    groups: int = 1,
) -> Tensor:
    """Return the sliding product out[n, o, i, j] = b[o] + sum of w[o] * (window i, j of image n).

    Args:
        input: images, shape (batch, in_channels, height, width).
        weight: shape (out_channels, in_channels / groups, kernel_height, kernel_width).
        bias: shape (out_channels,), or None.
        stride: from one window to the next; one number, or two (down, across).
        padding: zeros put around each image; or "valid" for none, "same" for as many as keep
            height and width at stride 1.
        dilation: from one place of a window to the next.
        groups: input and output channels are cut into this many parts that do not mix.

    Returns:
        A tensor of shape (batch, out_channels, out_height, out_width), where out_height is
        (height + 2 * padding - dilation * (kernel_height - 1) - 1) // stride + 1.

    Raises:
        ValueError: if shapes, channels or groups do not fit, or the window is larger than the
            padded image.

    Source: Goodfellow, Bengio and Courville (2016), section 9.1 (there: cross-correlation).
    """
    _check_shapes(input.shape, weight.shape, None if bias is None else bias.shape, groups)
    slide = _slide(weight.shape[2:], stride, padding, dilation, groups)
    _check_room(input.shape[2:], weight.shape[2:], slide)
    x, w = in_rows(input.data), weight.data
    out = _correlate(x, w, slide)
    if bias is not None:
        out += bias.data[:, None, None]

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows = in_rows(g)
        dx = as_images(_input_gradient(rows, w, x.shape, slide)) if input.requires_grad else None
        dw = _weight_gradient(rows, x, w.shape, slide) if weight.requires_grad else None
        return (dx, dw) if bias is None else (dx, dw, rows.sum(axis=(0, 2, 3)))

    return record(as_images(out), (input, weight) if bias is None else (input, weight, bias), pull)


def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int = 1,
    padding: int | str = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """Return `conv2d` of sequences, taken as images of height 1.

    Args:
        input: shape (batch, in_channels, length).
        weight: shape (out_channels, in_channels / groups, kernel_length).
        bias: shape (out_channels,), or None.
        stride: from one window to the next.
        padding: zeros put before and after; or "valid" or "same", as in `conv2d`.
        dilation: from one place of a window to the next.
        groups: input and output channels are cut into this many parts that do not mix.

    Returns:
        A tensor of shape (batch, out_channels, out_length).

    Raises:
        ValueError: as in `conv2d`.
    """
    if input.ndim != 3 or weight.ndim != 3:
        raise ValueError(
            "conv1d needs input of shape (batch, channels, length) and weight of shape (out, "
            f"in / groups, kernel), got {input.shape} and {weight.shape}; reshape them"
        )
    flat = padding if isinstance(padding, str) else (0, padding)
    x, w = (t.reshape(*t.shape[:2], 1, t.shape[2]) for t in (input, weight))
    out = conv2d(x, w, bias, (1, stride), flat, (1, dilation), groups)
    return out.reshape(*out.shape[:2], out.shape[3])


# ---- forward and the two gradients, on rows of shape (height, channels, width, batch) ----


def _correlate(x: np.ndarray, w: np.ndarray, slide: Slide) -> np.ndarray:
    height, width = slide.counts(x.shape[::2], w.shape[2:])
    out = np.empty((height, slide.groups, len(w) // slide.groups, width * x.shape[3]), x.dtype)
    flat = w.transpose(0, 2, 1, 3).reshape(slide.groups, 1, out.shape[2], -1)
    for rows, windows in _lowered(x, w.shape[2:], slide):
        np.matmul(flat, windows, out=out[rows].swapaxes(0, 1))
    return out.reshape(height, len(w), width, x.shape[3])


def _weight_gradient(
    g: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    out, inside, down, across = shape
    total = np.zeros((slide.groups, out // slide.groups, down * inside * across), x.dtype)
    g = g.reshape(len(g), *total.shape[:2], g.shape[2] * g.shape[3])
    for rows, windows in _lowered(x, (down, across), slide):
        for row, window in zip(g[rows], windows.swapaxes(0, 1), strict=True):
            total += row @ window.swapaxes(1, 2)
    return np.ascontiguousarray(total.reshape(out, down, inside, across).transpose(0, 2, 1, 3))


def _input_gradient(
    g: np.ndarray, w: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the input: the output's, correlated with the weight turned round.

    With stride 1 that is all. With stride s, a pixel meets every s-th place of the window and
    its neighbour the places in between: each such family of pixels is a correlation of its own.
    """
    out, inside, *kernel = w.shape
    turned = w.reshape(slide.groups, out // slide.groups, inside, *kernel).swapaxes(1, 2)
    turned = turned.reshape(shape[1], out // slide.groups, *kernel)
    dx = np.zeros(shape, g.dtype)
    down, across = (
        list(_families(*sizes))
        for sizes in zip(shape[::2], g.shape[::2], kernel, *slide[:3], strict=True)
    )
    for rows, i, above, step in down:
        for columns, j, left, hop in across:
            family = Slide((1, 1), (above, left), (step, hop), slide.groups)
            dx[rows, :, columns] = _correlate(g, turned[:, :, i, j][:, :, ::-1, ::-1], family)
    return dx


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


def _lowered(x: np.ndarray, kernel: Pair, slide: Slide) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield a slice of output rows and their windows, a block at a time, in one buffer.

    The windows have the shape (groups, rows, kernel height x channels x kernel width, pixels),
    where a group has so many channels, and the pixels are those of one row in all images.
    """
    height, channels, width, batch = x.shape
    x = x.reshape(height, slide.groups, channels // slide.groups, width, batch).swapaxes(0, 1)
    (stride, hop), (above, left), (step, leap), groups = slide
    down, across = slide.counts((height, width), kernel)
    span = step * (kernel[0] - 1) + 1  # rows that one output row looks at
    row = channels * kernel[1] * across * batch * x.itemsize
    block = min(down, max(1, 1 + (BLOCK // max(row, 1) - span) // stride))
    shape = (groups, (block - 1) * stride + span, channels // groups, kernel[1], across, batch)
    lowered = np.zeros(shape, x.dtype)
    for top in range(0, down, block):
        rows = min(block, down - top)
        part = lowered[:, : (rows - 1) * stride + span]
        inside, seen = meeting(top * stride - above[0], 1, height, part.shape[1])
        part[:, : inside.start] = part[:, inside.stop :] = 0
        for k in range(kernel[1]):
            columns, found = meeting(k * leap - left[0], hop, width, across)
            part[:, inside, :, k, columns] = x[:, seen, :, found]
        windows = sliding_window_view(part, span, axis=1)[:, ::stride, ..., ::step]
        windows = np.moveaxis(windows, -1, 2)  # (groups, rows, kernel height, channels, ...)
        depth = kernel[0] * shape[2] * kernel[1]
        yield slice(top, top + rows), windows.reshape(groups, rows, depth, across * batch)


# ---- what does not fit ----


def _slide(kernel: Pair, stride: Size, padding: Size | str, dilation: Size, groups: int) -> Slide:
    strides, dilations = pair(stride, "stride", 1), pair(dilation, "dilation", 1)
    if padding == "same" and strides == (1, 1):
        extra = [d * (k - 1) for d, k in zip(dilations, kernel, strict=True)]
        pads = (extra[0] // 2, extra[0] - extra[0] // 2), (extra[1] // 2, extra[1] - extra[1] // 2)
        return Slide(strides, pads, dilations, groups)
    if isinstance(padding, str) and padding != "valid":
        raise ValueError(
            'padding needs a number, two, "valid", or "same" with stride 1, got '
            f"{padding!r} with stride {stride}; give numbers"
        )
    down, across = (0, 0) if isinstance(padding, str) else pair(padding, "padding", 0)
    return Slide(strides, ((down, down), (across, across)), dilations, groups)


def _check_shapes(
    x: tuple[int, ...], w: tuple[int, ...], bias: tuple[int, ...] | None, groups: int
) -> None:
    if len(x) != 4 or len(w) != 4:
        raise ValueError(
            "conv2d needs input of shape (batch, channels, height, width) and weight of shape "
            f"(out, in / groups, height, width), got {x} and {w}; a single image is x[None]"
        )
    if groups < 1 or w[0] % groups or x[1] % groups:
        raise ValueError(
            f"groups needs to divide the {x[1]} input and the {w[0]} output channels, got "
            f"{groups}; use groups=1, or other numbers of channels"
        )
    if w[1] * groups != x[1]:
        raise ValueError(
            f"conv2d needs input with {w[1] * groups} channels, as weight of shape {w} with "
            f"groups={groups} reads, got input of shape {x}; change in_channels, or transpose "
            "images that have their channels last"
        )
    if bias is not None and bias != w[:1]:
        raise ValueError(
            f"conv2d needs a bias of shape {w[:1]}, one number an output channel, got {bias}; "
            "reshape it or leave it out"
        )


def _check_room(size: Pair, kernel: Pair, slide: Slide) -> None:
    if min(slide.counts(size, kernel)) < 1:
        padded = tuple(n + sum(p) for n, p in zip(size, slide.pads, strict=True))
        spans = tuple(d * (k - 1) + 1 for d, k in zip(slide.dilation, kernel, strict=True))
        raise ValueError(
            f"the window needs an image of at least {spans}, got {padded} with its padding; "
            "use a smaller kernel or dilation, more padding, or larger images"
        )
