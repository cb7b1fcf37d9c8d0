"""Are the gradients right? Backward against finite differences, which know nothing of its rules."""

from collections.abc import Callable
from typing import Any

import numpy as np

from dlbook.tensor import Tensor, no_grad


def gradcheck(
    f: Callable[..., Tensor],
    *inputs: Any,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
) -> bool:
    """Return True if `backward` agrees with central differences for every value of every input.

    The check runs in float64 on copies. A result that is not a single number is turned into one
    by fixed random weights. At a kink, such as relu at 0, the two may rightly differ.

    Args:
        f: takes as many tensors as there are inputs and returns a tensor of any shape.
        inputs: tensors or arrays of any shape; those of integers are passed on unchecked.
        eps: how far each value is moved up and down.
        atol: difference that is always accepted.
        rtol: difference that is accepted in relation to the finite difference.

    Raises:
        ValueError: if the two differ: it names the input, the index and both numbers.
        TypeError: if `f` returns anything but a tensor of float64.

    Source: Griewank and Walther (2008), "Evaluating derivatives", section 1.
    """
    tensors = [_copy(x) for x in inputs]
    _one_number(f, tensors).backward()
    for which, x in enumerate(tensors):
        for index in np.ndindex(x.shape if x.requires_grad else (0,)):
            by_backward = 0.0 if x.grad is None else float(x.grad[index])
            by_difference = _slope(f, tensors, x.data, index, eps)
            if not abs(by_backward - by_difference) <= atol + rtol * abs(by_difference):
                raise ValueError(
                    f"input {which}, index {index}: backward needs to give {by_difference:.6g}, "
                    f"as finite differences do, got {by_backward:.6g}; look at the pull of the "
                    "operations that this input goes through"
                )
    return True


def _copy(x: Any) -> Tensor:
    data = np.array(x.data if isinstance(x, Tensor) else x)
    is_float = data.dtype.kind == "f"
    return Tensor(data, requires_grad=is_float, dtype=np.float64 if is_float else None)


def _one_number(f: Callable[..., Tensor], tensors: list[Tensor]) -> Tensor:
    out = f(*tensors)
    if not isinstance(out, Tensor) or out.dtype != np.float64:
        got = out.dtype if isinstance(out, Tensor) else type(out).__name__
        raise TypeError(
            f"gradcheck needs f to return a tensor of float64, got {got}; look for float32 "
            "constants or parameters in f (model.double() widens a model)"
        )
    weights = np.random.default_rng(0).uniform(1, 2, out.shape)
    return out.sum() if out.data.size == 1 else (out * weights).sum()


def _slope(
    f: Callable[..., Tensor],
    tensors: list[Tensor],
    x: np.ndarray,
    index: tuple[int, ...],
    eps: float,
) -> float:
    middle = x[index]
    with no_grad():
        x[index] = middle + eps
        above = _one_number(f, tensors).item()
        x[index] = middle - eps
        below = _one_number(f, tensors).item()
    x[index] = middle
    return float(above - below) / (2 * eps)
