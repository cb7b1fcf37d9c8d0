"""Numbers put around a tensor, also on one side alone, and edges cut off."""

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from dlbook.arguments import integer
from dlbook.functional.arguments import need_tensors
from dlbook.functional.windows import as_tuple
from dlbook.tensor import Tensor, record
from dlbook.tensor.layout import Layout
from dlbook.tensor.promotion import NUMBERS


def pad(input: Tensor, pad: Sequence[int], *, value: float | None = None) -> Tensor:
    """Return `input` with a value put before and after its last axes.

    Args:
        input: any shape.
        pad: how many before and after the last axis, then before and after the one before it, and
            so on: (left, right, above, below) for images. Negative numbers cut off.
        value: what is put there; None for 0.

    Returns:
        A tensor whose shape is longer by these numbers.

    Raises:
        ValueError: if `pad` is not pairs of integers for axes that `input` has, or cuts off more
            than there is, or if `value` is one that the dtype of `input` does not hold.
        TypeError: if `pad` holds no integers, or `value` is no number.
    """
    need_tensors("pad", input=input)
    filler = _filler(0 if value is None else value, input.dtype)
    sizes = tuple(integer(n, "pad", None) for n in as_tuple(pad))
    if len(sizes) % 2 or len(sizes) > 2 * input.ndim:
        raise ValueError(
            "pad needs two integers an axis, (left, right, above, below), for at most "
            f"{input.ndim} axes, got {pad!r}; (0, 1, 0, 1) puts a column right and a row below"
        )
    pairs = [(0, 0)] * (input.ndim - len(sizes) // 2)
    pairs += [(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 2, -1, -2)]
    shape = tuple(n + sum(both) for n, both in zip(input.shape, pairs, strict=True))
    if min(shape, default=0) < 0:
        raise ValueError(
            f"pad needs to leave something of shape {input.shape}, got {pad!r}; cut off less"
        )
    given = tuple(
        slice(max(-before, 0), n - max(-after, 0))
        for n, (before, after) in zip(input.shape, pairs, strict=True)
    )
    kept = tuple(
        slice(max(before, 0), n - max(after, 0))
        for n, (before, after) in zip(shape, pairs, strict=True)
    )
    out = np.full_like(input.data, filler, shape=shape)
    out[kept] = input.data[given]
    layout = Layout.of(input.data)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        whole = layout.zeros()
        whole[given] = g[kept]
        return (whole,)

    return record(out, (input,), pull, reads=())


def _filler(value: Any, dtype: np.dtype) -> np.ndarray:
    """Return the value in that dtype; it has to hold the value, floats to rounding."""
    if not isinstance(value, NUMBERS):
        raise TypeError(f"pad needs a number as value, got {value!r:.50}; try value=0")
    number = value.item() if isinstance(value, np.generic) else value
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            filler = np.asarray(number).astype(dtype)
        is_near = dtype.kind == "f" and (np.isfinite(filler) or not isfinite(number))
        fits = dtype.kind == "b" or filler.item() == number or is_near
    except OverflowError:  # an integer that is larger than all of them
        fits = False
    if not fits:
        raise ValueError(
            f"pad needs a value that {dtype} holds, got {value!s:.50}; write "
            "input.to(np.float32) first"
        )
    return filler
