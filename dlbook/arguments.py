"""What an argument has to be, in one place: numbers, counts, flags, arrays, generators and paths.

Each function returns what it was given, as Python's own kind, or says what to write instead. What
is asked of tensors stands in `dlbook.functional.arguments`.
"""

from math import inf, isinf, isnan
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np


def number(
    value: Any,
    name: str,
    *,
    least: float | None = 0,
    most: float | None = None,
    finite: bool = True,
) -> float:
    """Return a number from `least` to `most`, as a float.

    Args:
        value: what was passed.
        name: how the caller calls it, such as ``lr``.
        least: the smallest that is allowed; None for any.
        most: the largest that is allowed; None for any.
        finite: False where infinity is allowed, too.

    Raises:
        TypeError: if it is no real number; True and False are none.
        ValueError: if it is nan, infinite, too small or too large.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(
            f"{name} needs to be a number, got {_shown(value)}; write it as digits, such as 0.1"
        )
    try:
        found = float(value)
    except OverflowError:  # an integer of more than 308 digits
        found = inf
    if isnan(found) or (finite and isinf(found)):
        raise ValueError(f"{name} needs to be finite, got {found}; try a number such as 0.1")
    if least is not None and found < least:
        raise ValueError(f"{name} needs to be {least:g} or more, got {value}; try a larger one")
    if most is not None and found > most:
        raise ValueError(f"{name} needs to be {most:g} or less, got {value}; try a smaller one")
    return found


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


def flag(value: Any, name: str) -> bool:
    """Return True or False.

    Args:
        value: what was passed.
        name: how the caller calls it, such as ``bias``.

    Raises:
        TypeError: if it is something else, such as 0 or the text "no", which Python takes for
            true.
    """
    if not isinstance(value, bool | np.bool):
        raise TypeError(f"{name} needs to be True or False, got {_shown(value)}; choose one")
    return bool(value)


def array(value: Any, name: str) -> np.ndarray:
    """Return what was given as an array of any shape, without a copy if it is one.

    Args:
        value: what was passed: an array, a number, a nested list.
        name: how the caller calls it, such as ``target``.

    Raises:
        TypeError: if it has a mask, which nothing that is computed from it would keep, or is a
            tensor, of any library, that requires a gradient, or of numbers that NumPy lacks.
        ValueError: if it is a list of lists of different lengths.
    """
    rows = value if isinstance(value, list | tuple) else (value,)
    if any(isinstance(row, np.ma.MaskedArray) for row in rows):
        raise TypeError(
            f"{name} needs an array without a mask, got a masked one; write x.filled(0), or leave "
            "out what is masked with x.compressed()"
        )
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} needs numbers in rows of one length, got {type(value).__name__} with rows of "
            f"several; cut or pad them ({error})"
        ) from error
    except RuntimeError as error:
        raise TypeError(
            f"{name} needs numbers without a graph, got {type(value).__name__} with one ({error}); "
            "write x.detach()"
        ) from error
    except TypeError as error:
        raise TypeError(
            f"{name} needs numbers of a kind that NumPy has, got {type(value).__name__} ({error}); "
            "convert it first, as in x.float()"
        ) from error


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


def as_path(path: Any, function: str) -> Path:
    """Return the path of a file.

    Raises:
        TypeError: if it is something else, such as a number or an open file.
    """
    if not isinstance(path, str | PathLike):
        raise TypeError(
            f"{function} needs a path, got {type(path).__name__}; write it as a text, such as "
            '"model.npz"'
        )
    return Path(path)


def _shown(value: Any) -> str:
    """Return a short value as Python writes it, and of a long one its type."""
    text = repr(value)
    return text if len(text) <= 30 else f"{type(value).__name__} of another kind"
