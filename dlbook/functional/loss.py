"""Losses: how far predictions are from their targets, in one number."""

from typing import Any

import numpy as np

from dlbook.functional.activation import log_softmax
from dlbook.tensor import Tensor, record


def mse_loss(input: Tensor, target: Any) -> Tensor:
    """Return the mean of (input - target)^2, a single number.

    Args:
        input: predictions of any shape.
        target: tensor or array of the same shape.

    Raises:
        ValueError: if the shapes differ, which broadcasting would hide.
    """
    if np.shape(target) != input.shape:
        raise ValueError(
            f"mse_loss needs a target of the shape of input, {input.shape}, got "
            f"{np.shape(target)}; reshape one of them"
        )
    difference: Tensor = input - target
    return (difference * difference).mean()


def nll_loss(input: Tensor, target: Any) -> Tensor:
    """Return the mean of -input[i, target[i]] over the batch, a single number.

    Args:
        input: logarithms of probabilities, shape (batch, classes).
        target: class numbers from 0, integers of shape (batch,).

    Raises:
        ValueError: if the shapes do not match or a class number is out of range.
        TypeError: if the class numbers are not integers.
    """
    rows, target = np.arange(len(input)), _class_numbers(target, input.shape)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        whole = np.zeros_like(input.data)
        whole[rows, target] = -g / len(rows)
        return (whole,)

    return record(-input.data[rows, target].mean(), (input,), pull)


def cross_entropy(input: Tensor, target: Any) -> Tensor:
    """Return the mean of -log softmax(input)[target], a single number.

    Args:
        input: scores, shape (batch, classes), before any softmax: only differences count.
        target: class numbers from 0, integers of shape (batch,).

    Raises:
        ValueError: if the shapes do not match or a class number is out of range.
        TypeError: if the class numbers are not integers.

    Source: Goodfellow, Bengio and Courville (2016), section 6.2.2.3.
    """
    return nll_loss(log_softmax(input, 1), target)


def binary_cross_entropy_with_logits(input: Tensor, target: Any) -> Tensor:
    """Return the mean of -log p of the right answer, where p = sigmoid(input) is that of "yes".

    Args:
        input: scores of any shape, before any sigmoid.
        target: tensor or array of the same shape: 1 for yes, 0 for no, or anything between.

    Raises:
        ValueError: if the shapes differ.

    Source: Goodfellow, Bengio and Courville (2016), section 6.2.2.2.
    """
    x = input.data
    y = np.asarray(target.data if isinstance(target, Tensor) else target, x.dtype)
    if y.shape != x.shape:
        raise ValueError(
            f"the loss needs a target of the shape of input, {x.shape}, got {y.shape}; "
            "reshape one of them"
        )
    small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    losses = np.maximum(x, 0) - x * y + np.log1p(small)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (g * (np.where(x >= 0, 1, small) / (1 + small) - y) / x.size,)

    return record(losses.mean(), (input,), pull)


def _class_numbers(target: Any, shape: tuple[int, ...]) -> np.ndarray:
    numbers = target.data if isinstance(target, Tensor) else np.asarray(target)
    if len(shape) != 2 or numbers.shape != shape[:1]:
        raise ValueError(
            "the loss needs input of shape (batch, classes) and target of shape (batch,), got "
            f"{shape} and {numbers.shape}; give class numbers, not one-hot rows"
        )
    if numbers.dtype.kind not in "iu":
        raise TypeError(
            f"the loss needs integers as class numbers, got {numbers.dtype}; "
            "use target.astype(np.int64)"
        )
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < shape[1]:
        raise ValueError(
            f"the loss needs class numbers from 0 to {shape[1] - 1}, got {numbers.min()} to "
            f"{numbers.max()}; widen the last layer or renumber the classes"
        )
    return numbers
