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
from dlbook.parallel import apply, fill
from dlbook.tensor import Tensor, record


def relu(input: Tensor) -> Tensor:
    """Return max(x, 0) for each value x of `input`, same shape; its slope at 0 is taken as 0."""
    need_numbers("relu", input)
    out = fill(np.maximum, np.empty_like(input.data), input.data, 0)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        select(g, ~(y <= 0), out)  # nan passes g on

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (fill(slope, np.empty_like(g), g, out),)

    return record(out, (input,), pull, reads=(), reads_result=True)


def relu6(input: Tensor) -> Tensor:
    """Return min(max(x, 0), 6) for each value x of `input`, same shape; its slope at 6 is 0 too.

    Source: Howard et al. (2017), "MobileNets", arXiv:1704.04861, for networks whose numbers are
    to fit into few bits.
    """
    need_numbers("relu6", input)
    out = fill(np.clip, np.empty_like(input.data), input.data, 0, 6)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        select(g, ~((y <= 0) | (y >= 6)), out)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (fill(slope, np.empty_like(g), g, out),)

    return record(out, (input,), pull, reads=(), reads_result=True)


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)) for each value x of `input`, same shape."""
    input = with_floats("sigmoid", input)

    def shares(x: np.ndarray, out: np.ndarray) -> None:
        small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
        np.divide(np.where(x >= 0, 1, small), 1 + small, out=out)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        np.multiply(g * y, 1 - y, out=out)

    out = fill(shares, np.empty_like(input.data), input.data)
    return record(
        out,
        (input,),
        lambda g: (fill(slope, np.empty_like(g), g, out),),
        reads=(),
        reads_result=True,
    )


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

    def shares(x: np.ndarray, out: np.ndarray) -> None:
        powers = np.exp(_below_the_largest(x, axis))
        np.divide(powers, powers.sum(axis=axis, keepdims=True), out=out)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        np.multiply(y, g - (g * y).sum(axis=axis, keepdims=True), out=out)

    out = fill(shares, np.empty_like(input.data), input.data, whole=axis)
    return record(
        out,
        (input,),
        lambda g: (fill(slope, np.empty_like(g), g, out, whole=axis),),
        reads=(),
        reads_result=True,
    )


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithm of softmax, exact also where a share is too small for a float.

    Args:
        input: scores of any shape; only their differences along `dim` count.
        dim: the axis along which the shares are taken.
    """
    need_floats("log_softmax", input=input)
    axis = along(dim, input.ndim)

    def logarithms(x: np.ndarray, out: np.ndarray) -> None:
        shifted = _below_the_largest(x, axis)
        with np.errstate(divide="ignore"):  # the sum along an empty axis is 0
            total = np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
        np.subtract(shifted, total, out=out)

    def slope(g: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        np.subtract(g, np.exp(y) * g.sum(axis=axis, keepdims=True), out=out)

    out = fill(logarithms, np.empty_like(input.data), input.data, whole=axis)
    return record(
        out,
        (input,),
        lambda g: (fill(slope, np.empty_like(g), g, out, whole=axis),),
        reads=(),
        reads_result=True,
    )


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

    def scale(g: np.ndarray, x: np.ndarray, out: np.ndarray) -> None:
        np.multiply(g, np.where(x > 0, 1, np.asarray(below, x.dtype)), out=out)

    out = fill(scale, np.empty_like(x), x, x)
    return record(out, (input,), lambda g: (fill(scale, np.empty_like(g), g, x),))


def gelu(input: Tensor) -> Tensor:
    """Return x * P(Z <= x) for each value x of `input` and a standard normal Z, same shape.

    The probability is (1 + erf(x / sqrt(2))) / 2, exact to 1e-14, as torch's default.

    Source: Hendrycks and Gimpel (2016), "Gaussian error linear units", section 2.
    """
    need_floats("gelu", input=input)
    x = input.data

    def probability(x: np.ndarray, out: np.ndarray) -> None:
        np.divide(1 + _erf(x / np.sqrt(2, dtype=x.dtype)), 2, out=out)

    def slope(g: np.ndarray, x: np.ndarray, below: np.ndarray, out: np.ndarray) -> None:
        density = np.exp(x * x / -2) / np.sqrt(2 * pi, dtype=x.dtype)
        np.multiply(g, below + x * density, out=out)

    below = fill(probability, np.empty_like(x), x)
    return record(
        apply(np.multiply, x, below),
        (input,),
        lambda g: (fill(slope, np.empty_like(g), g, x, below),),
    )


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
