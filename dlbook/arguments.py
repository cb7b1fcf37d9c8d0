"""Checks of arguments that many functions share; each error says what to write instead."""

from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np


def number(value: Any, name: str, *, least: float | None = 0) -> float:
    """Return a finite number that is at least `least`, as a float.

    Args:
        value: what was passed.
        name: how the caller calls it, such as ``lr``.
        least: the smallest that is allowed; None for any.

    Raises:
        TypeError: if it is no real number; True and False are none.
        ValueError: if it is nan, infinite or too small.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(
            f"{name} needs to be a number, got {_shown(value)}; write it as digits, such as 0.1"
        )
    if not isfinite(value):
        raise ValueError(f"{name} needs to be finite, got {value}; try a number such as 0.1")
    if least is not None and value < least:
        raise ValueError(f"{name} needs to be {least:g} or more, got {value}; try a larger one")
    return float(value)


def integer(value: Any, name: str, least: int | None = 0) -> int:
    """Return a whole number that is at least `least`, as an int.

    Args:
        value: what was passed.
        name: how the caller calls it, such as ``batch_size``.
        least: the smallest that is allowed; None for any.

    Raises:
        TypeError: if it is no integer; 2.0, True and an array are none.
        ValueError: if it is too small.
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(
            f"{name} needs to be a whole number, got {_shown(value)}; write an int, or int(...) "
            "of a float and len(...) of an array"
        )
    if least is not None and value < least:
        raise ValueError(f"{name} needs to be {least} or more, got {value}; try a larger one")
    return int(value)


def generator(rng: Any) -> np.random.Generator:
    """Return `rng` if it is one of NumPy's random generators.

    Raises:
        TypeError: if it is something else, such as None, a seed or the module np.random.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng needs to be a random generator, got {_shown(rng)}; make one with "
            "np.random.default_rng(0), where 0 is the seed"
        )
    return rng


def _shown(value: Any) -> str:
    """Return a short value as Python writes it, and of a long one its type."""
    text = repr(value)
    return text if len(text) <= 30 else f"{type(value).__name__} of another kind"
