"""Which axes and sizes are meant: `dim` counts from either end, as in torch."""

from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any

import numpy as np

Axes = int | Sequence[int] | None


def count(shape: tuple[int, ...], axes: tuple[int, ...] | None) -> int:
    """Return how many numbers of an array of `shape` a reduction over some axes makes one."""
    return prod(shape) if axes is None else prod(shape[axis] for axis in axes)


def axis(dim: Any, ndim: int) -> int:
    """Return the axis that `dim` means, counted from 0, of an array with `ndim` axes.

    A single number, which has no axis, is taken for one with one axis, as in torch.

    Raises:
        TypeError: if `dim` is not an integer.
        IndexError: if there is no such axis.
    """
    try:
        number = index(dim)
    except TypeError:
        number = None
    if number is None or isinstance(dim, bool | np.bool_):
        raise TypeError(
            f"dim needs to be an integer, got {dim!r}; count axes from 0, or from -1 backwards"
        )
    axes = max(ndim, 1)
    if not -axes <= number < axes:
        raise IndexError(
            f"dim needs to be from {-axes} to {axes - 1} for an array of {ndim} axes, got "
            f"{number}; look at x.shape"
        )
    return number % axes


def reduced(dim: Axes, keepdim: bool, ndim: int) -> tuple[int, ...] | None:
    """Return the axes that a reduction takes away, counted from 0, or None for all of them.

    Raises:
        TypeError: if `dim` is not made of integers, or `keepdim` is not True or False.
        IndexError: if there is no such axis.
        ValueError: if an axis is named twice.
    """
    if not isinstance(keepdim, bool | np.bool_):
        raise TypeError(
            f"keepdim needs to be True or False, got {keepdim!r}; several axes are given as a "
            "tuple: dim=(0, 1)"
        )
    if dim is None:
        return None
    axes = tuple(axis(d, ndim) for d in (dim if isinstance(dim, tuple | list) else (dim,)))
    if len(set(axes)) < len(axes):
        raise ValueError(
            f"dim needs to name each axis once, got {dim} for an array of {ndim} axes; "
            "leave one out"
        )
    return axes if axes and ndim else None  # no axis means all of them, as in torch


def permutation(dims: Sequence[Any], ndim: int) -> tuple[int, ...]:
    """Return the order of axes that ``(1, 0)`` or ``((1, 0),)`` means, each counted from 0.

    Raises:
        TypeError: if `dims` is not made of integers.
        IndexError: if there is no such axis.
        ValueError: if `dims` does not name each axis once.
    """
    asked = _unpacked(dims)
    axes = tuple(axis(d, ndim) for d in asked)
    if sorted(axes) != list(range(ndim)) or not dims:
        raise ValueError(
            f"permute needs each of {ndim} axes once, got {asked}; "
            f"{tuple(range(ndim))} would change nothing"
        )
    return axes


def sizes(shape: Sequence[Any]) -> tuple[int, ...]:
    """Return what reshape was given, ``(2, -1)`` or ``((2, -1),)``, as one tuple of integers.

    Raises:
        TypeError: if there is no shape, or it is not made of integers.
        ValueError: if a size is negative, except for one -1.
    """
    asked = _unpacked(shape)
    whole = all(hasattr(n, "__index__") and not isinstance(n, bool | np.bool_) for n in asked)
    if not shape or not whole:
        raise TypeError(f"reshape needs sizes, integers, got {asked}; write x.reshape(2, -1)")
    numbers = tuple(index(n) for n in asked)
    if min(numbers, default=0) < -1 or numbers.count(-1) > 1:
        raise ValueError(
            f"reshape needs sizes from 0, and at most one -1 for what is left, got {numbers}; "
            "count the numbers again"
        )
    return numbers


def _unpacked(arguments: Sequence[Any]) -> tuple[Any, ...]:
    """Return what was given as arguments, or as one sequence, as a tuple."""
    first = arguments[0] if len(arguments) == 1 else None
    return tuple(first if isinstance(first, tuple | list | np.ndarray) else arguments)
