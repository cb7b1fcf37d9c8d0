"""Gradients cut down to size before a step."""

from collections.abc import Iterable, Iterator

import numpy as np

from dlbook.parallel import each, fill, pieces
from dlbook.tensor import Tensor


def clip_grad_norm_(parameters: Iterable[Tensor] | Tensor, max_norm: float) -> float:
    """Scale all gradients by one factor, so that together their norm is at most `max_norm`.

    Args:
        parameters: tensors, or one; their `grad`, each of the shape of its parameter, is changed
            in place, and those without one are left out. As in torch, one that is not finite
            leaves none that is of use.
        max_norm: a number above 0.

    Returns:
        The norm before: the square root of the sum of all squares.

    Raises:
        ValueError: if `max_norm` is not above 0, or if a generator of parameters is spent.

    Source: Pascanu, Mikolov and Bengio (2013), "On the difficulty of training recurrent neural
    networks", algorithm 1.
    """
    if not max_norm > 0:
        raise ValueError(f"clip_grad_norm_ needs a max_norm above 0, got {max_norm}; try 1.0")
    found = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if not found and isinstance(parameters, Iterator):
        raise ValueError(
            "clip_grad_norm_ needs parameters, got a generator that was used before; call "
            "model.parameters() again"
        )
    gradients = [p.grad for p in found if p.grad is not None]
    norm = float(np.sqrt(sum(_squares(g) for g in gradients)))
    factor = max_norm / (norm + 1e-6)
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
