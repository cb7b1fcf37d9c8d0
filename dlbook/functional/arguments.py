"""What a function needs of tensors, said before anything is computed."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlbook.arguments import array
from dlbook.tensor import Tensor
from dlbook.tensor.axes import axis


def need_tensors(function: str, **tensors: Any) -> None:
    """Refuse whatever is not a tensor; each may have any shape.

    Raises:
        TypeError: if one of them is an array, a list or something else.
    """
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"{function} needs a Tensor as {name}, got {type(tensor).__name__}; "
                f"write Tensor({name})"
            )


def need_floats(function: str, **tensors: Any) -> None:
    """Refuse whatever is not a tensor of floating-point numbers; each may have any shape.

    Raises:
        TypeError: if one of them is no tensor, or holds integers or booleans.
    """
    need_tensors(function, **tensors)
    for name, tensor in tensors.items():
        if tensor.dtype.kind != "f":
            raise TypeError(
                f"{function} needs floating-point numbers as {name}, got {tensor.dtype}; write "
                f"{name}.to(np.float32)"
            )


def need_floats_or_none(function: str, **tensors: Any) -> None:
    """Refuse, as `need_floats` does, those that are not None; each may have any shape."""
    need_floats(function, **{name: x for name, x in tensors.items() if x is not None})


def as_array(function: str, given: Any, what: str) -> np.ndarray:
    """Return the array of a tensor, or make one of what was given; its shape stays.

    Raises:
        TypeError: if it has a mask.
        ValueError: if lists in it differ in length.
    """
    return given.data if isinstance(given, Tensor) else array(given, f"{what} of {function}")


def need_numbers(function: str, input: Any) -> None:
    """Refuse whatever is not a tensor of integers or floating-point numbers, of any shape.

    Raises:
        TypeError: if it is no tensor, or holds booleans.
    """
    need_tensors(function, input=input)
    if input.dtype.kind == "b":
        raise TypeError(f"{function} needs numbers, got booleans; write input.to(np.float32)")


def whole_numbers(function: str, given: Any, what: str) -> np.ndarray:
    """Return integers in a new array, which no later change reaches, of the shape given.

    Args:
        function: the name that the message gives.
        given: a tensor, an array or a list of any shape.
        what: what they count, in a word or two.

    Raises:
        TypeError: if they are not integers.
    """
    numbers = as_array(function, given, what)
    if numbers.dtype.kind not in "iu":
        advice = "x.astype(np.int64)"
        if isinstance(given, Tensor):
            advice = "x.to(np.int64)"
        raise TypeError(f"{function} needs integers as {what}, got {numbers.dtype}; write {advice}")
    return numbers.copy()


def with_floats(function: str, input: Tensor) -> Tensor:
    """Return the tensor, of any shape; integers and booleans become float32, as in torch."""
    need_tensors(function, input=input)
    return input if input.dtype.kind == "f" else Tensor(input.data, dtype=np.float32)


def common_dtype(tensors: Sequence[Tensor]) -> np.dtype:
    """Return the dtype that holds all of them: the widest floating-point one, if there is any.

    Args:
        tensors: at least one, each of any shape; integers never widen floating-point numbers.
    """
    floats = [tensor.dtype for tensor in tensors if tensor.dtype.kind == "f"]
    return np.result_type(*(floats or [tensor.dtype for tensor in tensors]))


def along(dim: Any, ndim: int) -> tuple[int, ...]:
    """Return `dim` as the axes that NumPy reduces: none for a single number, else one.

    Args:
        dim: an integer from -ndim to ndim - 1.
        ndim: number of axes.
    """
    number = axis(dim, ndim)
    return (number,) if ndim else ()
