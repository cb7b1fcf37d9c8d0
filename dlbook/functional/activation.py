"""Activations: what happens to each number, or to each row of numbers, between linear maps.

All of them stay finite for inputs of any size.
"""

from functools import cache
from math import erfc, exp, pi
from typing import Any

import numpy as np
from numpy.polynomial import chebyshev

from dlbook.arguments import number
from dlbook.functional.arguments import (
    along,
    need_floats,
    need_numbers,
    with_floats,
)
from dlbook.functional.selection import select
from dlbook.parallel import fill
from dlbook.tensor import Tensor, record


def relu(input: Tensor) -> Tensor:
    """Return max(x, 0) for each value x of `input`, same shape; its slope at 0 is taken as 0."""
    need_numbers("relu", input)
    out = fill(np.maximum, np.empty_like(input.data), input.data, 0)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        select(g, ~(y <= 0), out)  # nan passes g on

    return record(out, (input,), lambda g: (fill(slope, np.empty_like(g), g, out),), reads=())


def relu6(input: Tensor) -> Tensor:
    """Return min(max(x, 0), 6) for each value x of `input`, same shape; its slope at 6 is 0 too.

    Source: Howard et al. (2017), "MobileNets", arXiv:1704.04861, for networks whose numbers are
    to fit into few bits.
    """
    need_numbers("relu6", input)
    out = fill(np.clip, np.empty_like(input.data), input.data, 0, 6)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        select(g, ~((y <= 0) | (y >= 6)), out)

    return record(out, (input,), lambda g: (fill(slope, np.empty_like(g), g, out),), reads=())


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)) for each value x of `input`, same shape."""
    input = with_floats("sigmoid", input)
    x = input.data
    small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    out = np.where(x >= 0, 1, small) / (1 + small)
    return record(out, (input,), lambda g: (g * out * (1 - out),), reads=())


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each value of `input`, same shape."""
    return with_floats("tanh", input).tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return exp(x) / sum(exp(x)): positive shares that add up to 1 along `dim`.

    Args:
        input: scores of any shape; only their differences along `dim` count.
        dim: the axis along which the shares are taken.
    """
    need_floats("softmax", input=input)
    axis = along(dim, input.ndim)
    powers = np.exp(_below_the_largest(input.data, axis))
    out = powers / powers.sum(axis=axis, keepdims=True)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (out * (g - (g * out).sum(axis=axis, keepdims=True)),)

    return record(out, (input,), pull, reads=())


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithm of softmax, exact also where a share is too small for a float.

    Args:
        input: scores of any shape; only their differences along `dim` count.
        dim: the axis along which the shares are taken.
    """
    need_floats("log_softmax", input=input)
    axis = along(dim, input.ndim)
    shifted = _below_the_largest(input.data, axis)
    with np.errstate(divide="ignore"):  # the sum along an empty axis is 0
        out = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (g - np.exp(out) * g.sum(axis=axis, keepdims=True),)

    return record(out, (input,), pull, reads=())


def leaky_relu(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return x where x > 0 and negative_slope * x elsewhere, same shape.

    Args:
        input: any shape.
        negative_slope: slope below 0, and at 0 too.

    Source: Maas, Hannun and Ng (2013), "Rectifier nonlinearities", section 2.
    """
    need_floats("leaky_relu", input=input)
    below = number(negative_slope, "negative_slope", least=None)
    x = input.data
    slope = np.where(x > 0, 1, np.asarray(below, x.dtype)).astype(x.dtype, copy=False)
    return record(x * slope, (input,), lambda g: (g * slope,))


def gelu(input: Tensor) -> Tensor:
    """Return x * P(Z <= x) for each value x of `input` and a standard normal Z, same shape.

    The probability is (1 + erf(x / sqrt(2))) / 2, exact to 1e-14, as torch's default.

    Source: Hendrycks and Gimpel (2016), "Gaussian error linear units", section 2.
    """
    need_floats("gelu", input=input)
    x = input.data
    below = (1 + _erf(x / np.sqrt(2, dtype=x.dtype))) / 2

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        density = np.exp(x * x / -2) / np.sqrt(2 * pi, dtype=x.dtype)
        return (g * (below + x * density),)

    return record(x * below, (input,), pull)


def _below_the_largest(x: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
    """Return x minus the largest along the axis; infinite ones have no difference, but nan."""
    with np.errstate(invalid="ignore"):
        below: np.ndarray = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    return below


def _erf(x: np.ndarray) -> np.ndarray:
    """Return the error function: 1 - exp(-x^2) * polynomial(t), where t falls from 1 to -1."""
    size = np.minimum(np.abs(x), 6)  # from there on erf is 1 in float64
    t = (16 / (2 + size) - 5) / 3
    tail = np.zeros_like(size)
    for coefficient in reversed(_erf_coefficients()):
        tail *= t
        tail += coefficient
    out: np.ndarray = np.copysign(1 - np.exp(-size * size) * tail, x)
    return out


@cache
def _erf_coefficients() -> list[float]:
    def scaled(t: Any) -> Any:
        sizes = 16 / (3 * t + 5) - 2
        return np.array([erfc(size) * exp(size * size) for size in sizes])

    return list(chebyshev.cheb2poly(chebyshev.chebinterpolate(scaled, 20)))
