"""Operations on tensors without parameters of their own: activations, linear maps and losses.

Each one is a forward computation in NumPy and its backward rule, joined by `record`. All of
them stay finite for inputs of any size. Names and arguments are those of torch.nn.functional.
"""

from typing import Any

import numpy as np

from dlbook.tensor import Tensor, record

# ---- activations ----


def relu(input: Tensor) -> Tensor:
    """Return max(x, 0) for each value x of `input`, same shape; its slope at 0 is taken as 0."""
    out = np.maximum(input.data, 0)
    return record(out, (input,), lambda g: (g * (out > 0),))


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)) for each value x of `input`, same shape."""
    x = input.data
    small = np.exp(-np.abs(x))  # at most 1, so nothing overflows
    out = np.where(x >= 0, 1, small) / (1 + small)
    return record(out, (input,), lambda g: (g * out * (1 - out),))


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of each value of `input`, same shape."""
    return input.tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return exp(x) / sum(exp(x)): positive shares that add up to 1 along `dim`.

    Args:
        input: scores of any shape; only their differences along `dim` count.
        dim: the axis along which the shares are taken.
    """
    powers = np.exp(input.data - input.data.max(axis=dim, keepdims=True))
    out = powers / powers.sum(axis=dim, keepdims=True)

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (out * (g - (g * out).sum(axis=dim, keepdims=True)),)

    return record(out, (input,), pull)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return the logarithm of softmax, exact also where a share is too small for a float.

    Args:
        input: scores of any shape; only their differences along `dim` count.
        dim: the axis along which the shares are taken.
    """
    shifted = input.data - input.data.max(axis=dim, keepdims=True)
    out = shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        return (g - np.exp(out) * g.sum(axis=dim, keepdims=True),)

    return record(out, (input,), pull)


# ---- linear maps ----


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x W^T + b, with one matrix product for the whole batch.

    Args:
        input: shape (..., in_features).
        weight: shape (out_features, in_features).
        bias: shape (out_features,), or None.

    Returns:
        A tensor of shape (..., out_features).

    Raises:
        ValueError: if the last axis of `input` does not have in_features.
    """
    x, w = input.data, weight.data
    if x.shape[-1:] != w.shape[1:]:
        raise ValueError(
            f"linear needs input of shape (..., {w.shape[1]}), got {x.shape}; change in_features, "
            "or put nn.Flatten() before it"
        )
    out = x @ w.T
    if bias is not None:
        out += bias.data

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows = g.reshape(-1, len(w))  # (batch, out_features)
        return (
            g @ w if input.requires_grad else None,
            rows.T @ x.reshape(-1, w.shape[1]) if weight.requires_grad else None,
            rows.sum(axis=0),
        )[: len(parents)]

    parents = (input, weight) if bias is None else (input, weight, bias)
    return record(out, parents, pull)


# ---- losses ----


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
