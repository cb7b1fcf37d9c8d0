"""Losses: how far predictions are from their targets, in one number."""

from typing import Any

import numpy as np

from dlbook.functional.activation import log_softmax
from dlbook.functional.arguments import as_array, common_dtype, need_floats, whole_numbers
from dlbook.parallel import apply, fill
from dlbook.tensor import Tensor, record


def mse_loss(input: Tensor, target: Any) -> Tensor:
    """Return the mean of (input - target)^2, a single number.

    Args:
        input: predictions of any shape.
        target: tensor or array of the same shape.

    Raises:
        ValueError: if the shapes differ, which broadcasting would hide.
    """
    target = _answers("mse_loss", input, target)
    dtype = common_dtype((input, target))
    x, y = input.data.astype(dtype, copy=False), target.data.astype(dtype, copy=False)
    difference = apply(np.subtract, x, y)

    to_target = target.requires_grad

    def pull(g: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        slope = apply(np.multiply, difference, 2 * g / max(difference.size, 1))
        return slope, -slope if to_target else None

    return record(_mean(apply(np.square, difference)), (input, target), pull)


def nll_loss(input: Tensor, target: Any) -> Tensor:
    """Return the mean of -input[i, target[i]] over the batch, a single number.

    Args:
        input: logarithms of probabilities, shape (batch, classes), or (classes,) of one example.
        target: class numbers from 0, integers of shape (batch,), or one number.

    Raises:
        ValueError: if the shapes do not match or a class number is out of range.
        TypeError: if the class numbers are not integers.
    """
    need_floats("nll_loss", input=input)
    input, target = _in_a_batch("nll_loss", input, target)
    target = _class_numbers("nll_loss", target, input.shape)
    rows, shape = np.arange(len(target)), input.shape

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        whole = np.zeros(shape, g.dtype)
        whole[rows, target] = -g / max(len(rows), 1)
        return (whole,)

    return record(-_mean(input.data[rows, target]), (input,), pull, reads=())


def cross_entropy(input: Tensor, target: Any) -> Tensor:
    """Return the mean of -log softmax(input)[target], a single number.

    Args:
        input: scores before any softmax, only differences count; shape (batch, classes), or
            (classes,) of one example.
        target: class numbers from 0, integers of shape (batch,), or one number.

    Raises:
        ValueError: if the shapes do not match or a class number is out of range.
        TypeError: if the class numbers are not integers.

    Source: Goodfellow, Bengio and Courville (2016), section 6.2.2.3.
    """
    need_floats("cross_entropy", input=input)
    input, target = _in_a_batch("cross_entropy", input, target)
    target = _class_numbers("cross_entropy", target, input.shape)
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
    is_array = not isinstance(target, Tensor)  # then nobody counts its changes, so it is copied
    target = _answers("binary_cross_entropy_with_logits", input, target)
    dtype = common_dtype((input, target))
    x, y = input.data.astype(dtype, copy=False), target.data.astype(dtype, copy=is_array)

    def each_loss(x: np.ndarray, y: np.ndarray, out: np.ndarray) -> None:
        small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
        with np.errstate(invalid="ignore"):  # infinite scores give what torch gives, inf or nan
            np.subtract((1 - y) * x, np.minimum(x, 0) - np.log1p(small), out=out)

    def slope(x: np.ndarray, y: np.ndarray, share: np.ndarray, out: np.ndarray) -> None:
        small = np.exp(-np.abs(x))
        np.multiply(np.where(x >= 0, 1, small) / (1 + small) - y, share, out=out)

    to_target = target.requires_grad

    def pull(g: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        share = g / max(x.size, 1)
        dx = fill(slope, np.empty_like(x), x, y, share)
        return dx, -x * share if to_target else None

    return record(_mean(fill(each_loss, np.empty_like(x), x, y)), (input, target), pull)


def _mean(losses: np.ndarray) -> np.ndarray:
    """Return the mean; that of no numbers is nan, as in torch."""
    return np.asarray(losses.mean() if losses.size else np.nan, losses.dtype)


def _answers(function: str, input: Tensor, target: Any) -> Tensor:
    """Return the target as a tensor; an array takes the dtype of `input`."""
    need_floats(function, input=input)
    array = as_array(function, target, "target")
    if array.shape != input.shape:
        raise ValueError(
            f"{function} needs a target of the shape of input, {input.shape}, got "
            f"{array.shape}; reshape one of them"
        )
    if isinstance(target, Tensor):
        return target
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{function} needs numbers as target, got {array.dtype}; convert them")
    return Tensor(array.astype(input.dtype, copy=False))


def _in_a_batch(function: str, input: Tensor, target: Any) -> tuple[Tensor, Any]:
    """Return input and target of one example as a batch of one, and others as they are."""
    if input.ndim != 1 or as_array(function, target, "target").shape not in ((), (1,)):
        return input, target
    return input.reshape(1, -1), as_array(function, target, "target").reshape(1)


def _class_numbers(function: str, target: Any, shape: tuple[int, ...]) -> np.ndarray:
    given = as_array(function, target, "target").shape
    if len(shape) != 2 or given != shape[:1]:
        raise ValueError(
            f"{function} needs input of shape (batch, classes) and target of shape (batch,), got "
            f"{shape} and {given}; give class numbers, not one-hot rows"
        )
    numbers = whole_numbers(function, target, "class numbers")
    if numbers.size and not 0 <= numbers.min() <= numbers.max() < shape[1]:
        raise ValueError(
            f"{function} needs class numbers from 0 to {shape[1] - 1}, got {numbers.min()} to "
            f"{numbers.max()}; widen the last layer or renumber the classes"
        )
    return numbers
