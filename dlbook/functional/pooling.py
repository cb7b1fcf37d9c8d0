"""Pooling: each window of an image becomes one number, its largest or its mean."""

from collections.abc import Callable, Sequence
from itertools import product
from math import prod

import numpy as np

from dlbook.arguments import flag
from dlbook.functional.arguments import need_floats, need_numbers, need_tensors
from dlbook.functional.pool_windows import (
    Places,
    check_axes,
    flat_window,
    grid,
    places,
    sizes as pool_sizes,
)
from dlbook.functional.selection import select
from dlbook.functional.windows import Size, as_images, in_rows, single
from dlbook.parallel import each, matmul, pieces
from dlbook.tensor import Tensor, record


def max_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the largest number of each window; its gradient goes to the first that is as large.

    Args:
        input: shape (batch, channels, height, width); integers stay integers.
        kernel_size: size of a window; one number, or two (down, across).
        stride: from one window to the next; None for `kernel_size`, windows side by side.
        padding: how far windows reach over the edge, at most half their size; never the largest.
        dilation: from one place of a window to the next.
        ceil_mode: keep a last window that lies only partly on the image.

    Returns:
        A tensor of shape (batch, channels, out_height, out_width), where out_height is
        (height + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1.

    Raises:
        ValueError: if the window is larger than the padded image, or `padding` than half of it.
        TypeError: if `input` is no tensor of numbers.

    Source: Goodfellow, Bengio and Courville (2016), section 9.3.
    """
    need_numbers("max_pool2d", input)
    partly = flag(ceil_mode, "ceil_mode")
    sizes = pool_sizes("max_pool2d", input, kernel_size, stride, padding, dilation, partly)
    x = in_rows(input.data)
    (rows, height), (columns, width) = (places(*size, partly) for size in sizes)
    out = np.empty((height, x.shape[1], width, x.shape[3]), x.dtype)
    parts = pieces(x.shape[1], x.size)  # of the channels

    def forward(some: slice) -> None:
        _largest(x[:, some], rows, columns, out[:, some])

    each(forward, parts)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        g, dx = in_rows(g), np.zeros_like(x)

        def back(some: slice) -> None:
            _to_the_largest(g[:, some], x[:, some], out[:, some], rows, columns, dx[:, some])

        each(back, parts)
        return (as_images(dx),)

    return record(as_images(out), (input,), pull, reads_result=True)


def avg_pool2d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window.

    Args:
        input: shape (batch, channels, height, width).
        kernel_size: size of a window; one number, or two (down, across).
        stride: from one window to the next; None for `kernel_size`, windows side by side.
        padding: zeros put around each image, at most half a window.
        ceil_mode: keep a last window that lies only partly on the image.
        count_include_pad: whether these zeros count in the mean.

    Returns:
        A tensor of shape (batch, channels, out_height, out_width), as in `max_pool2d`.

    Raises:
        ValueError: as in `max_pool2d`.
        TypeError: if `input` is no tensor of floating-point numbers: a mean of integers is none.
    """
    need_floats("avg_pool2d", input=input)
    partly, with_pad = flag(ceil_mode, "ceil_mode"), flag(count_include_pad, "count_include_pad")
    sizes = pool_sizes("avg_pool2d", input, kernel_size, stride, padding, 1, partly)

    def shares(size: int, kernel: int, stride: int, pad: int, dilation: int) -> np.ndarray:
        count = places(size, kernel, stride, pad, dilation, partly)[1]
        matrix = np.zeros((count, size), input.dtype)
        for i, start in enumerate(range(-pad, count * stride - pad, stride)):
            end = min(start + kernel, size + pad)
            inside = range(max(start, 0), min(end, size))
            matrix[i, inside] = 1 / (end - start if with_pad else len(inside))
        return matrix

    return _averages(input, *(shares(*size) for size in sizes))


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Return the means of a grid of windows that cover each image, as many as are asked for.

    Args:
        input: shape (batch, channels, height, width).
        output_size: windows down and across; one number for both, None to keep the size.

    Returns:
        A tensor of shape (batch, channels, output_height, output_width).

    Raises:
        ValueError: if `input` has not 4 axes, or `output_size` is not one or two numbers.
        TypeError: if `input` is no tensor of floating-point numbers, or a size no integer.

    Source: Lin, Chen and Yan (2014), "Network in network", section 3.2, for size 1.
    """
    need_floats("adaptive_avg_pool2d", input=input)
    check_axes("adaptive_avg_pool2d", input)
    asked = zip(grid(output_size), input.shape[2:], strict=True)
    counts = [size if count is None else count for count, size in asked]

    def shares(size: int, count: int) -> np.ndarray:
        matrix = np.zeros((count, size), input.dtype)
        for i in range(count):
            window = range(i * size // count, -(-(i + 1) * size // count))
            matrix[i, window] = 1 / len(window)
        return matrix

    return _averages(input, *map(shares, input.shape[2:], counts))


# ---- sequences are images of height 1 ----


def max_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return `max_pool2d` along the last axis, shape (batch, channels, length) to the same."""
    window = flat_window(kernel_size, stride, padding, dilation)
    return _flat("max_pool1d", input, lambda x: max_pool2d(x, *window, ceil_mode))


def avg_pool1d(
    input: Tensor,
    kernel_size: Size,
    stride: Size | None = None,
    padding: Size = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return `avg_pool2d` along the last axis, shape (batch, channels, length) to the same."""
    need_floats("avg_pool1d", input=input)
    window = flat_window(kernel_size, stride, padding)[:3]
    return _flat(
        "avg_pool1d", input, lambda x: avg_pool2d(x, *window, ceil_mode, count_include_pad)
    )


def adaptive_avg_pool1d(input: Tensor, output_size: Size) -> Tensor:
    """Return `output_size` means along the last axis: shape (batch, channels, length) as before."""
    need_floats("adaptive_avg_pool1d", input=input)
    count = single(output_size, "output_size", 1)
    return _flat("adaptive_avg_pool1d", input, lambda x: adaptive_avg_pool2d(x, (1, count)))


def _flat(function: str, input: Tensor, pool: Callable[[Tensor], Tensor]) -> Tensor:
    need_tensors(function, input=input)
    if input.ndim != 3:
        raise ValueError(
            f"{function} needs input of shape (batch, channels, length), got "
            f"{input.shape}; a single sequence is x[None]"
        )
    out = pool(input.reshape(*input.shape[:2], 1, input.shape[2]))
    return out.reshape(*out.shape[:2], out.shape[3])


# ---- what they share, on rows of shape (height, channels, width, batch) ----


def _largest(x: np.ndarray, rows: Places, columns: Places, out: np.ndarray) -> None:
    """Write the largest number of each window into `out`."""
    lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
    tall = np.full((len(out), *x.shape[1:]), lowest, x.dtype)
    for windows, pixels in rows:  # the largest of a window is the largest of its columns'
        np.maximum(tall[windows], x[pixels], out=tall[windows])
    out[...] = lowest
    for windows, pixels in columns:
        np.maximum(out[:, :, windows], tall[:, :, pixels], out=out[:, :, windows])


def _to_the_largest(
    g: np.ndarray, x: np.ndarray, out: np.ndarray, rows: Places, columns: Places, dx: np.ndarray
) -> None:
    """Add g to dx, at the first place of each window that holds its largest number.

    A nan counts as larger than every number, and as in torch the last one of a window is taken.
    """
    waiting = np.ones(g.shape, np.bool)  # windows whose gradient has found no place yet
    both = list(product(rows, columns))
    for (down, i), (across, j) in both:
        here = np.s_[down, :, across]
        takes = waiting[here] & (x[i, :, j] == out[here])
        dx[i, :, j] += select(g[here], takes, np.empty_like(g[here]))
        waiting[here] ^= takes
    if np.isnan(out).any():
        for (down, i), (across, j) in reversed(both):
            here = np.s_[down, :, across]
            takes = waiting[here] & np.isnan(x[i, :, j])
            dx[i, :, j] += select(g[here], takes, np.empty_like(g[here]))
            waiting[here] ^= takes


def _averages(input: Tensor, down: np.ndarray, across: np.ndarray) -> Tensor:
    """Return down @ image @ across^T for every image: each row of a matrix averages a window."""
    x = in_rows(input.data)

    def apply(down: np.ndarray, across: np.ndarray, x: np.ndarray) -> np.ndarray:
        tall = _mix(down, x.reshape(len(x), prod(x.shape[1:])))
        return _mix(across, tall.reshape(len(down), *x.shape[1:]))

    out = as_images(apply(down, across, x))

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (as_images(apply(down.T, across.T, in_rows(g))),)

    return record(out, (input,), pull, reads=())


def _mix(shares: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return shares @ x, in which a share of 0 keeps out what is infinite or nan."""
    with np.errstate(invalid="ignore"):
        out = matmul(shares, x)
        if not np.isfinite(out).all():
            for i, row in enumerate(shares):
                used = row.nonzero()[0]
                out[..., i, :] = row[used] @ x[..., used, :]
    return out
