"""Which dtype a result has, as torch decides it: booleans, integers and floats are three steps.

An array with axes beats a single number as array (shape ()), and that beats a Python number,
unless the weaker one stands on a higher step: integers times 0.5 are float32.
"""

from typing import Any

import numpy as np

from dlbook import arguments
from dlbook.tensor.node import Node

STEPS = {"b": 0, "u": 1, "i": 1, "f": 2}  # by dtype.kind
NUMBERS = (int, float, np.bool_, np.integer, np.floating)  # bool is an int to Python
FLOAT = np.dtype(np.float32)  # what numbers become that are not floating point yet


def as_numbers(data: Any, dtype: Any = None) -> np.ndarray:
    """Return `data` as an array of booleans, integers or floats, without a copy if it is one.

    Args:
        data: a number, a nested list, an array or a tensor, of any shape.
        dtype: a NumPy dtype to convert to; None keeps that of an array and makes the rest float32.

    Raises:
        TypeError: if there is something else in it, such as text, None or complex numbers, or
            if it has a mask.
        ValueError: if it is a list of lists of different lengths.
    """
    data = data.data if isinstance(data, Node) else data
    array = arguments.array(data, "a tensor")
    _check_kind(array.dtype, data)
    kept = array.dtype.newbyteorder("=") if hasattr(data, "__array__") else FLOAT
    return array.astype(kept if dtype is None else as_dtype(dtype), copy=False)


def as_dtype(dtype: Any) -> np.dtype:
    """Return what NumPy calls a dtype, such as np.float32.

    Raises:
        TypeError: if it is something else, or not one of booleans, integers or floats.
    """
    try:
        found = np.dtype(dtype if dtype is not None else "nothing")
    except TypeError as error:
        raise TypeError(
            f"dtype needs to be one of NumPy's, such as np.float32, got {dtype!r}; write that"
        ) from error
    _check_kind(found, dtype)
    return found


def _check_kind(dtype: np.dtype, data: Any) -> None:
    if dtype.kind not in STEPS or dtype.itemsize > 8:
        raise TypeError(
            f"a tensor needs booleans, integers or floats of at most 64 bits, got {dtype} "
            f"({type(data).__name__}); convert it to such numbers first"
        )


def number_dtype(dtype: np.dtype, number: Any) -> np.dtype:
    """Return the dtype of a result of an array of `dtype` and a Python or NumPy number."""
    if isinstance(number, float | np.floating):
        return dtype if dtype.kind == "f" else FLOAT
    is_bool = isinstance(number, bool | np.bool_)
    return np.dtype(np.int64) if dtype.kind == "b" and not is_bool else dtype


def as_operand(number: Any, dtype: np.dtype) -> np.ndarray:
    """Return a number as an array of shape (), with the dtype of its result with `dtype`.

    Raises:
        OverflowError: if it is an integer that this dtype does not hold.
    """
    dtype = number_dtype(dtype, number)
    try:
        return np.asarray(number.item() if isinstance(number, np.generic) else number, dtype)
    except OverflowError as error:
        raise OverflowError(
            f"a number beside {dtype} needs to fit into it, got {number}; convert the tensor "
            "first, as in x.to(np.int64)"
        ) from error


def beside(other: Any, dtype: np.dtype) -> np.ndarray:
    """Return a number, a list or an array, of any shape, as operand beside an array of `dtype`.

    A list beside float64 is as exact as that.
    """
    if isinstance(other, NUMBERS):
        return as_operand(other, dtype)
    is_exact = dtype == np.float64 and not hasattr(other, "__array__")
    return as_numbers(other, dtype if is_exact else None)


def together(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two arrays of any shapes in the dtype of their result.

    Raises:
        TypeError: if they are integers of which no dtype holds both: uint64 and signed ones.
    """
    if x.dtype == y.dtype:
        return x, y
    dtype = _result_dtype(x, y)
    return x.astype(dtype, copy=False), y.astype(dtype, copy=False)


def _result_dtype(x: np.ndarray, y: np.ndarray) -> np.dtype:
    strong, weak = (x, y) if x.ndim else (y, x)
    same_step = STEPS[strong.dtype.kind] >= STEPS[weak.dtype.kind]
    if strong.ndim and not weak.ndim and same_step:
        return strong.dtype
    floats = [array.dtype for array in (x, y) if array.dtype.kind == "f"]
    if len(floats) == 1:
        return floats[0]
    dtype = np.promote_types(x.dtype, y.dtype)
    if dtype.kind == "f" and not floats:
        raise TypeError(
            f"an operation needs integers that one dtype holds, got {x.dtype} and {y.dtype}; "
            "convert one of them, as in x.to(np.int64)"
        )
    return dtype


def as_float(x: np.ndarray) -> np.ndarray:
    """Return an array of any shape as floats: float32 if it holds integers or booleans."""
    return x if x.dtype.kind == "f" else x.astype(FLOAT)
