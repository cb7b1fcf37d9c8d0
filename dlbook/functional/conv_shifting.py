"""Convolution without lowering: multiply rows as they lie, and shift the products afterwards.

A window that slides along a row meets column k of the weight k pixels further on. So the rows
of the image that one output row looks at, which are neighbours in memory, are multiplied by all
columns of the weight at once, and each column's products are added where they belong:

    products (kernel width x out, pixels) = weight (kernel width x out, height x in) @ rows
    output row = sum over k of the products of column k, k pixels to the left

Nothing of the image is copied, and the products have more rows, which the BLAS likes. But
`kernel width` results are made for each that is kept: worth it with as many input channels.

Images are rows here, shape (height, channels, width, batch); weights have torch's shape.
"""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from math import prod
from typing import NamedTuple

import numpy as np

from dlbook.functional import gemm_tiles as tiles
from dlbook.functional.scratch import scratch
from dlbook.functional.windows import Pair, Slide
from dlbook.parallel import cut, each, shares

BLOCK = 1 << 18  # products at a time, so that they stay in the cache
FEW = 4  # sums of a weight's size that are made side by side


def fits(kernel: Pair, slide: Slide) -> bool:
    """Return whether this way is possible.

    Args:
        kernel: height and width of the weight.
        slide: how the window slides; places of the kernel must be neighbours down, columns of
            the result neighbours across, and no place may lie outside the image throughout.
    """
    plain = slide.stride[1] == slide.dilation[0] == slide.groups == 1
    near = all(
        max(pads) <= d * (k - 1)
        for pads, d, k in zip(slide.pads, slide.dilation, kernel, strict=True)
    )
    return plain and near


class RowBlock(NamedTuple):
    """Output rows that meet the image with the same rows of the weight, and what they look at.

    `seen` is a view of the image, shape (rows, places, width * batch).
    """

    rows: slice
    places: slice  # of the weight's rows, (kernel height x in)
    seen: np.ndarray


def correlate(
    x: np.ndarray, w: np.ndarray, slide: Slide, bias: np.ndarray | None = None
) -> np.ndarray:
    """Return the sliding products, shape (out_height, out_channels, out_width, batch).

    Args:
        x: shape (height, channels, width, batch).
        w: shape (out_channels, channels, kernel_height, kernel_width).
        slide: how the window slides; see `fits`.
        bias: shape (out_channels,), or None for 0.
    """
    (width, batch), (filters, channels, down, across) = x.shape[2:], w.shape
    height, wide = slide.counts(x.shape[::2], w.shape[2:])
    flat = w.transpose(3, 0, 2, 1).reshape(across * filters, down * channels)
    out = np.empty((height, filters, wide, batch), x.dtype)
    start = np.zeros(1, x.dtype) if bias is None else bias.reshape(filters, 1, 1)
    shifts = [slide.meets(1, k, width, wide) for k in range(across)]

    most = max(1, BLOCK // (len(flat) * width * batch))

    def multiply(part: slice) -> None:
        for rows in _chunks(part, most):
            count = rows.stop - rows.start
            products = scratch((count, len(flat), width * batch), x.dtype)
            for block, places, seen in _blocks(x, down, slide, rows):
                to = products[block.start - rows.start : block.stop - rows.start]
                tiles.multiply(flat[:, places], seen, to)
            split = products.reshape(count, across, filters, width, batch)
            out[rows] = start
            for k, (columns, found) in enumerate(shifts):
                _add_shifted(out[rows], split[:, k], columns, found)

    each(multiply, shares(height, height * w.size * width * batch))
    return out


def _add_shifted(out: np.ndarray, products: np.ndarray, columns: slice, found: slice) -> None:
    """Add what is found in some columns of `products` to other columns of `out`.

    As long as both are equally wide, this is one addition of a long run of numbers, which NumPy
    does three times as fast as row by row: what would be carried over the end of a row is 0.

    Args:
        out: shape (rows, filters, out_width, batch).
        products: shape (rows, filters, width, batch); columns outside `found` are set to 0.
        columns: of `out`.
        found: the columns of `products` that belong there.
    """
    if out.shape != products.shape or columns.start == columns.stop:
        out[:, :, columns] += products[:, :, found]
        return
    products[:, :, : found.start] = products[:, :, found.stop :] = 0
    rows, filters, width, batch = out.shape
    run = filters * width * batch
    right, left = columns.start * batch, found.start * batch  # one of the two is 0
    sums = out.reshape(rows, run)[:, right : run - left]
    sums += products.reshape(rows, run)[:, left : run - right]


def weight_gradient(
    g: np.ndarray, x: np.ndarray, shape: tuple[int, ...], slide: Slide
) -> np.ndarray:
    """Return the gradient of the weight: for each of its columns, shifted rows meet those of g.

    Args:
        g: gradient of the output, shape (out_height, out_channels, out_width, batch).
        x: shape (height, channels, width, batch).
        shape: of the weight.
        slide: how the window slid; see `fits`.
    """
    (width, batch), (filters, channels, down, across) = x.shape[2:], shape
    height, _, wide, _ = g.shape
    g = g.reshape(height, filters, wide * batch)
    shifts = [slide.meets(1, k, width, wide) for k in range(across)]
    most = max(1, BLOCK // (down * channels * filters))

    def multiply(part: slice) -> np.ndarray:
        total = np.zeros((across, down * channels, filters), x.dtype)
        for chunk in _chunks(part, most):
            for rows, places, seen in _blocks(x, down, slide, chunk):
                for k, (columns, found) in enumerate(shifts):
                    there = seen[:, :, found.start * batch : found.stop * batch]
                    here = g[rows, :, columns.start * batch : columns.stop * batch]
                    total[k, places] += tiles.sum_of_products(there, here)
        return total

    parts = shares(height, height * prod(shape) * width * batch)
    first, *others = each(multiply, cut(height, min(FEW, len(parts))))
    total = sum(others, first)
    return total.reshape(across, down, channels, filters).transpose(3, 2, 1, 0)


def _chunks(rows: slice, most: int) -> list[slice]:
    """Return rows in chunks of at most so many."""
    return [slice(i, min(i + most, rows.stop)) for i in range(rows.start, rows.stop, most)]


def _blocks(x: np.ndarray, kernel: int, slide: Slide, rows: slice) -> Iterator[RowBlock]:
    """Yield the blocks that some output rows consist of, for a kernel of so many rows."""
    height, channels, width, batch = x.shape
    pixels = width * batch
    row = pixels * x.itemsize  # bytes
    stride, above = slide.stride[0], slide.pads[0][0]
    found = _where_places_change(height, kernel, stride, above, rows.start, rows.stop)
    for start, stop, first, end in found:
        top = (start * stride - above + first) * channels
        shape = (stop - start, (end - first) * channels, pixels)
        strides = (stride * channels * row, row, x.itemsize)  # the next window is further down
        seen: np.ndarray = np.ndarray(shape, x.dtype, x, top * row, strides)  # a view of x
        yield RowBlock(slice(start, stop), slice(first * channels, end * channels), seen)


@cache
def _where_places_change(
    height: int, kernel: int, stride: int, above: int, start: int, stop: int
) -> list[tuple[int, int, int, int]]:
    """Return for each block its first output row, the one after it, and the kernel's rows on x."""

    def meets(place: int) -> tuple[int, int]:
        """Return the first row of the kernel on the image, and the first below it."""
        top = place * stride - above
        return max(0, -top), max(0, min(kernel, height - top))

    blocks = [(list(rows), *places) for places, rows in groupby(range(start, stop), meets)]
    return [(rows[0], rows[-1] + 1, first, end) for rows, first, end in blocks]
