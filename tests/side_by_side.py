"""One expression, run by dlbook and by torch on the same array, and how the results differ."""

import math
import operator
import pickle
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import torch

from dlbook import functional, nn, optim
from dlbook.tensor import Tensor, no_grad

PYTHONS_OWN = ("not supported between", "unsupported operand", "cannot convert float")  # words
PYTHONS_OWN += ("argument must be", "Unknown format code", "object is not iterable")


def names(array: np.ndarray, make: Callable[[Any], Any], **library: Any) -> dict[str, Any]:
    """Return what the expressions speak of, made by one of the libraries."""
    is_float = array.dtype.kind == "f"
    width = array.shape[-1] if array.ndim else 1
    x, y = make(array), make(np.flip(array))
    x.requires_grad = y.requires_grad = is_float
    tensors = {
        "row": np.linspace(0.5, 2, width),
        "whole": np.array(2),
        "half": np.array(0.5),
        "flags": np.arange(array.size).reshape(array.shape) % 2 == 0,
        "rows": np.array([0, 0]),
        "copy": array.copy(),
    }
    made = {name: make(value) for name, value in tensors.items()}
    made["leaf"] = make(array.copy())
    made["leaf"].requires_grad = is_float
    helpers = {"put": put, "put_data": put_data, "warned": warned, "np": np, "math": math}
    helpers |= {"pickle": pickle, "Fraction": Fraction}
    made["grown"] = made["leaf"] * 1
    return {"x": x, "y": y, **made, **helpers, **library, "op": operator}


def put(tensor: Any, *index_and_value: Any) -> Any:
    *index, value = index_and_value
    tensor[index[0] if len(index) == 1 else tuple(index)] = value
    return tensor


def put_data(tensor: Any, factor: float) -> None:
    tensor.data = tensor.data * factor


def warned(f: Callable[[], Any]) -> bool:
    with warnings.catch_warnings(record=True) as seen, np.errstate(all="warn"):
        warnings.simplefilter("always")
        f()
    return bool(seen)


def inside(no_grad: Any, f: Callable[[], Any]) -> Any:
    with no_grad:
        return f()


def ours(array: np.ndarray) -> dict[str, Any]:
    kinds = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "i64": np.int64}
    kinds |= {"F": functional, "nn": nn, "optim": optim}
    return names(array, Tensor, Tensor=Tensor, in_no_grad=partial(inside, no_grad()), **kinds)


def theirs(array: np.ndarray) -> dict[str, Any]:
    def make(array: np.ndarray) -> torch.Tensor:
        return torch.tensor(array.astype(array.dtype.newbyteorder("="), order="C"))

    kinds = {"f16": torch.float16, "f32": torch.float32, "f64": torch.float64, "i64": torch.int64}
    kinds |= {"F": torch.nn.functional, "nn": torch.nn, "optim": torch.optim}
    return names(
        array, make, Tensor=torch.tensor, in_no_grad=partial(inside, torch.no_grad()), **kinds
    )


def plain(value: Any) -> Any:
    """Return a result as something that both libraries agree on: kind, dtype, numbers."""
    if isinstance(value, Tensor | torch.Tensor):
        array = np.asarray(value.detach())
        return "tensor", value.requires_grad, str(array.dtype), array
    if isinstance(value, np.ndarray):
        return "array", str(value.dtype), value
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, np.dtype | torch.dtype):
        return str(value).removeprefix("torch.")
    return type(value).__name__, value


def grown(value: Any) -> list[Any]:
    """Return the tensors in a result that know how they were made."""
    if isinstance(value, list | tuple):
        return [tensor for part in value for tensor in grown(part)]
    is_tensor = isinstance(value, Tensor | torch.Tensor)
    return [value] if is_tensor and value.requires_grad and not value.is_leaf else []


def slopes(tensor: Any, make: Callable[[np.ndarray], Any]) -> Any:
    shape = tuple(tensor.shape)
    return make(np.cos(np.arange(math.prod(shape))).reshape(shape).astype(np.float32))


def outcome(expression: str, known: dict[str, Any], make: Callable[[np.ndarray], Any]) -> Any:
    """Return the result of an expression and the gradients of its inputs, or the error."""
    try:
        value = eval(expression, dict(known))
    except Exception as error:
        return error
    losses = [(tensor * slopes(tensor, make)).sum() for tensor in grown(value)]
    if losses:
        sum(losses).backward()
    grads = [known[name].grad for name in ("x", "y")]
    return plain(value), [None if grad is None else np.asarray(grad) for grad in grads]


def apart(expression: str, array: np.ndarray) -> str:
    """Return how the two libraries differ on an expression, or nothing."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        here = outcome(expression, ours(array), Tensor)
        there = outcome(expression, theirs(array), torch.tensor)
    if isinstance(here, Exception) and isinstance(there, Exception):
        words = str(here)
        in_three_parts = all(part in words for part in (" needs ", ", got ", "; "))
        if in_three_parts or any(part in words for part in PYTHONS_OWN):
            return ""
        return f"words: {type(here).__name__}: {words}"
    if isinstance(here, Exception) or isinstance(there, Exception):
        return f"{here!r} here, {there!r} there"
    low = "float16" in repr(here) or array.dtype == np.float16
    tolerance = 2e-3 if low else 1e-6
    try:
        np.testing.assert_equal(*map(without_numbers, (here, there)))
        for a, b in zip(numbers(here), numbers(there), strict=True):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    except AssertionError:
        return f"{here} here, {there} there"
    return ""


def numbers(value: Any) -> list[np.ndarray]:
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers(part)]
    return [np.asarray(value)] if isinstance(value, np.ndarray | float) else []


def without_numbers(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [without_numbers(part) for part in value]
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype.newbyteorder("="))
    return "a float" if isinstance(value, float) else value
