"""Where windows lie on an image, for convolution and pooling, and how images lie in memory.

Tensors of images have the shape (batch, channels, height, width), as in torch. In memory the
axes stand in another order: height, channels, width, batch, the batch innermost. Then one row of
all images is one block, a window that slides down starts a whole block later, and whatever is
done to a pixel is done to the batch at once, along neighbouring numbers. NumPy keeps such an
order from operation to operation, so it is made once, at the first convolution or pooling.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dlbook.arguments import integer
from dlbook.parallel import each, pieces

Size = int | Sequence[int]
Pair = Sequence[int]  # (down, across)


def in_rows(images: np.ndarray) -> np.ndarray:
    """Return the same numbers as rows, shape (height, channels, width, batch), contiguous.

    Args:
        images: shape (batch, channels, height, width), in any order in memory.
    """
    return np.ascontiguousarray(images.transpose(2, 1, 3, 0))


def as_images(rows: np.ndarray) -> np.ndarray:
    """Return a view of shape (batch, channels, height, width): the inverse of `in_rows`.

    Args:
        rows: shape (height, channels, width, batch).
    """
    return rows.transpose(3, 1, 0, 2)


def channel_sums(rows: np.ndarray) -> np.ndarray:
    """Return the sum of each channel, shape (channels,), of rows (height, channels, pixels)."""
    ones = np.ones(rows.shape[2], rows.dtype)  # a matrix product sums faster than sum
    parts = each(lambda some: (rows[some] @ ones).sum(axis=0), pieces(len(rows), rows.size))
    sums: np.ndarray = np.sum(parts, axis=0)
    return sums


def output_size(size: int, kernel: int, stride: int, before: int, after: int, dilation: int) -> int:
    """Return how many windows fit along an axis; less than 1 if not even one does.

    Args:
        size: length of the axis.
        kernel: places that a window looks at.
        stride: from one window to the next.
        before: zeros put before the axis.
        after: zeros put after it.
        dilation: from one place of a window to the next.

    Source: Dumoulin and Visin (2016), "A guide to convolution arithmetic", relationship 15.
    """
    return (before + size + after - dilation * (kernel - 1) - 1) // stride + 1


def overlap(offset: int, stride: int, size: int, count: int) -> tuple[slice, slice]:
    """Return which windows find one of their places inside the axis, and where they find it.

    Args:
        offset: where the place lies for window 0; window i finds it at `offset + i * stride`.
        stride: from one window to the next.
        size: length of the axis.
        count: how many windows there are.

    Returns:
        A slice of the windows and an equally long slice of the axis.
    """
    first = min(max(0, -(offset // stride)), count)
    end = max(first, min(count, -((offset - size) // stride)))
    start = offset + first * stride
    return slice(first, end), slice(max(start, 0), max(start, 0) + (end - first) * stride, stride)


class Slide(NamedTuple):
    """How the window slides; pads are ((above, below), (left, right)), negative ones crop."""

    stride: Pair
    pads: Sequence[Pair]
    dilation: Pair
    groups: int

    def counts(self, size: Pair, kernel: Pair) -> tuple[int, int]:
        """Return how many windows there are, down and across."""
        down, across = (
            output_size(n, k, s, before, after, d)
            for n, k, s, (before, after), d in zip(size, kernel, *self[:3], strict=True)
        )
        return down, across

    def meets(self, axis: int, k: int, size: int, count: int) -> tuple[slice, slice]:
        """Return which of `count` windows find place k of theirs on the image, and where."""
        offset = k * self.dilation[axis] - self.pads[axis][0]
        return overlap(offset, self.stride[axis], size, count)


def pair(value: Size, name: str, least: int) -> tuple[int, int]:
    """Return an int twice, or two ints as they are: sizes down and across.

    Raises:
        TypeError: if they are no integers.
        ValueError: if they are not one or two, or less than `least`.
    """
    given = as_tuple(value)
    if len(given) not in (1, 2):
        raise ValueError(
            f"{name} needs one integer, or two (down, across), got {value!r}; try "
            f"{name}={max(least, 1)}"
        )
    down, across = given * 2 if len(given) == 1 else given
    return integer(down, name, least), integer(across, name, least)


def single(value: Size, name: str, least: int) -> int:
    """Return an int; as in torch it may stand alone in a tuple.

    Raises:
        TypeError: if it is no integer.
        ValueError: if there are several, or it is less than `least`.
    """
    given = as_tuple(value)
    if len(given) != 1:
        raise ValueError(f"{name} needs one integer, got {value!r}; try {name}={max(least, 1)}")
    return integer(given[0], name, least)


def check_word(padding: Any, stride: Pair) -> None:
    """Refuse a text as padding that is neither "valid" nor, with a stride of 1, "same".

    Raises:
        ValueError: if it is such a text.
    """
    fits = padding == "valid" or (padding == "same" and max(stride) == 1)
    if isinstance(padding, str) and not fits:
        raise ValueError(
            'padding needs a number, two, "valid", or "same" with stride 1, got '
            f"{padding!r} with stride {tuple(stride)}; give numbers"
        )


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return several values as a tuple, and one value as a tuple of one."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
