"""Pooling: each window of an image becomes one number, its largest or its mean."""

from collections.abc import Callable, Sequence

import numpy as np

from dlbook.functional.windows import Size, as_images, in_rows, output_size, overlap, pair
from dlbook.parallel import each, matmul, pieces
from dlbook.tensor import Tensor, record

Places = list[tuple[slice, slice]]  # for each place of a window: which windows, which pixels


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
        input: shape (batch, channels, height, width).
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

    Source: Goodfellow, Bengio and Courville (2016), section 9.3.
    """
    sizes = _sizes(input, kernel_size, stride, padding, dilation)
    x = in_rows(input.data)
    (rows, height), (columns, width) = (_places(*size, ceil_mode) for size in sizes)
    out = np.empty((height, x.shape[1], width, x.shape[3]), x.dtype)
    parts = pieces(x.shape[1], x.size)  # of the channels

    def forward(some: slice) -> None:
        _largest(x[:, some], rows, columns, out[:, some])

    each(forward, parts)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        g, dx = in_rows(g), np.zeros_like(x)

        def back(some: slice) -> None:
            _to_the_first(g[:, some], x[:, some], out[:, some], rows, columns, dx[:, some])

        each(back, parts)
        return (as_images(dx),)

    return record(as_images(out), (input,), pull)


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
    """
    sizes = _sizes(input, kernel_size, stride, padding, 1)

    def shares(size: int, kernel: int, stride: int, pad: int, dilation: int) -> np.ndarray:
        count = _places(size, kernel, stride, pad, dilation, ceil_mode)[1]
        matrix = np.zeros((count, size), input.dtype)
        for i, start in enumerate(range(-pad, count * stride - pad, stride)):
            end = min(start + kernel, size + pad)
            inside = range(max(start, 0), min(end, size))
            matrix[i, inside] = 1 / (end - start if count_include_pad else len(inside))
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

    Source: Lin, Chen and Yan (2014), "Network in network", section 3.2, for size 1.
    """
    _check_axes(input)
    asked = output_size if isinstance(output_size, Sequence) else (output_size, output_size)
    kept = zip(asked, input.shape[2:], strict=False)
    counts = pair([n if count is None else count for count, n in kept], "output_size", 1)

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
    kernel_size: int,
    stride: int | None = None,
    padding: int = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Return `max_pool2d` along the last axis, shape (batch, channels, length) to the same."""
    window = (1, kernel_size), (1, kernel_size if stride is None else stride)
    return _flat(input, lambda x: max_pool2d(x, *window, (0, padding), (1, dilation), ceil_mode))


def avg_pool1d(
    input: Tensor,
    kernel_size: int,
    stride: int | None = None,
    padding: int = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return `avg_pool2d` along the last axis, shape (batch, channels, length) to the same."""
    window = (1, kernel_size), (1, kernel_size if stride is None else stride)
    pads = (0, padding)
    return _flat(input, lambda x: avg_pool2d(x, *window, pads, ceil_mode, count_include_pad))


def adaptive_avg_pool1d(input: Tensor, output_size: int) -> Tensor:
    """Return `output_size` means along the last axis: shape (batch, channels, length) as before."""
    return _flat(input, lambda x: adaptive_avg_pool2d(x, (1, output_size)))


def _flat(input: Tensor, pool: Callable[[Tensor], Tensor]) -> Tensor:
    if input.ndim != 3:
        raise ValueError(
            f"pooling in one dimension needs input of shape (batch, channels, length), got "
            f"{input.shape}; a single sequence is x[None]"
        )
    out = pool(input.reshape(*input.shape[:2], 1, input.shape[2]))
    return out.reshape(*out.shape[:2], out.shape[3])


# ---- what they share, on rows of shape (height, channels, width, batch) ----


def _largest(x: np.ndarray, rows: Places, columns: Places, out: np.ndarray) -> None:
    """Write the largest number of each window into `out`."""
    tall = np.full((len(out), *x.shape[1:]), -np.inf, x.dtype)
    for windows, pixels in rows:  # the largest of a window is the largest of its columns'
        np.maximum(tall[windows], x[pixels], out=tall[windows])
    out[...] = -np.inf
    for windows, pixels in columns:
        np.maximum(out[:, :, windows], tall[:, :, pixels], out=out[:, :, windows])


def _to_the_first(
    g: np.ndarray, x: np.ndarray, out: np.ndarray, rows: Places, columns: Places, dx: np.ndarray
) -> None:
    """Add g to dx, at the first place of each window that holds its largest number."""
    left = g.copy()
    for down, i in rows:
        for across, j in columns:
            here = np.s_[down, :, across]
            part = left[here] * (x[i, :, j] == out[here])
            dx[i, :, j] += part
            left[here] -= part  # a place takes all of it, and leaves nothing to the next ones


def _averages(input: Tensor, down: np.ndarray, across: np.ndarray) -> Tensor:
    """Return down @ image @ across^T for every image: each row of a matrix averages a window."""
    x = in_rows(input.data)

    def apply(down: np.ndarray, across: np.ndarray, x: np.ndarray) -> np.ndarray:
        tall = matmul(down, x.reshape(len(x), x[:1].size))
        return matmul(across, tall.reshape(len(down), *x.shape[1:]))

    out = as_images(apply(down, across, x))
    return record(out, (input,), lambda g: (as_images(apply(down.T, across.T, in_rows(g))),))


def _places(
    size: int, kernel: int, stride: int, pad: int, dilation: int, ceil_mode: bool
) -> tuple[Places, int]:
    after = pad + stride - 1 if ceil_mode else pad
    count = output_size(size, kernel, stride, pad, after, dilation)
    if ceil_mode and (count - 1) * stride >= size + pad:
        count -= 1  # the last window would lie on the padding alone
    return [overlap(k * dilation - pad, stride, size, count) for k in range(kernel)], count


def _sizes(
    input: Tensor, kernel_size: Size, stride: Size | None, padding: Size, dilation: Size
) -> list[tuple[int, int, int, int, int]]:
    """Return size, kernel, stride, padding and dilation, down and across."""
    _check_axes(input)
    kernel = pair(kernel_size, "kernel_size", 1)
    strides = kernel if stride is None else pair(stride, "stride", 1)
    pads, dilations = pair(padding, "padding", 0), pair(dilation, "dilation", 1)
    for k, p in zip(kernel, pads, strict=True):
        if p > k // 2:
            raise ValueError(
                f"padding needs to be at most half of kernel_size, got {p} and {k}; a window on "
                "padding alone would have no value"
            )
    spans = [d * (k - 1) + 1 for d, k in zip(dilations, kernel, strict=True)]
    padded = [n + 2 * p for n, p in zip(input.shape[2:], pads, strict=True)]
    if any(span > n for span, n in zip(spans, padded, strict=True)):
        raise ValueError(
            f"the window needs an image of at least {tuple(spans)}, got {tuple(padded)} with its "
            "padding; use a smaller kernel_size or larger images"
        )
    return list(zip(input.shape[2:], kernel, strides, pads, dilations, strict=True))


def _check_axes(input: Tensor) -> None:
    if input.ndim != 4:
        raise ValueError(
            "pooling needs input of shape (batch, channels, height, width), got "
            f"{input.shape}; a single image is x[None]"
        )
