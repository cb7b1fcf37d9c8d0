"""Gradients cut down to size before a step."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from dlbook.arguments import number
from dlbook.parallel import each, fill, pieces
from dlbook.tensor import Tensor


def clip_grad_norm_(parameters: Iterable[Tensor] | Tensor, max_norm: float) -> float:
    """Scale all gradients by one factor, so that together their norm is at most `max_norm`.

    Args:
        parameters: tensors, or one; their `grad`, each of the shape of its parameter, is changed
            in place, and those without one are left out. As in torch, one that is not finite
            leaves none that is of use.
        max_norm: a number above 0; infinity to measure alone.

    Returns:
        The norm before: the square root of the sum of all squares.

    Raises:
        TypeError: if `max_norm` is no number, if something is no tensor, or if a gradient is no
            array of floats of the shape of its parameter, that can be written to.
        ValueError: if `max_norm` is not above 0, or if a generator of parameters is spent.

    Source: Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural
    networks", algorithm 1.
    """
    most = number(max_norm, "max_norm", finite=False)
    if not most:
        raise ValueError("clip_grad_norm_ needs a max_norm above 0, got 0; try 1.0")
    gradients = [_gradient(p) for p in _listed(parameters) if p.grad is not None]
    norm = float(np.sqrt(sum(_squares(g) for g in gradients)))
    factor = most / (norm + 1e-6)
    if not factor >= 1:  # also if it is nan
        with np.errstate(invalid="ignore"):  # 0 times infinity
            for g in gradients:
                fill(np.multiply, g, g, factor)
    return norm


def _squares(g: np.ndarray) -> float:
    """Return the sum of the squares of an array of any shape, in float64."""
    rows = np.atleast_1d(g)
    parts = pieces(len(rows), rows.size)
    return sum(each(lambda some: float(np.square(rows[some], dtype=np.float64).sum()), parts))


def _listed(parameters: Any) -> list[Tensor]:
    advice = "pass model.parameters(), or a list of tensors"
    if isinstance(parameters, Tensor):
        return [parameters]
    if not isinstance(parameters, Iterable):
        got = type(parameters).__name__
        raise TypeError(f"clip_grad_norm_ needs a list of tensors, got {got}; {advice}")
    found = list(parameters)
    if not found and isinstance(parameters, Iterator):
        raise ValueError(
            "clip_grad_norm_ needs parameters, got a generator that was used before; call "
            "model.parameters() again"
        )
    for p in found:
        if not isinstance(p, Tensor):
            got = type(p).__name__
            raise TypeError(f"clip_grad_norm_ needs tensors in its list, got {got}; {advice}")
    return found


def _gradient(p: Tensor) -> np.ndarray:
    """Return the gradient of a parameter, of its shape, if it can be changed in place."""
    g = p.grad
    fits = isinstance(g, np.ndarray) and g.dtype.kind == "f" and g.shape == p.shape
    if g is None or not fits or not g.flags.writeable:
        got = f"{g.dtype} of shape {g.shape}" if isinstance(g, np.ndarray) else type(g).__name__
        raise TypeError(
            "clip_grad_norm_ needs gradients as backward leaves them, arrays of floats of the "
            f"shape of their parameter, {p.shape}, that may be written to, got {got}; run "
            "zero_grad() and backward() again"
        )
    return g
