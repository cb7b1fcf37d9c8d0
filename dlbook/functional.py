"""Operations on tensors that have no parameters, under their names in torch.nn.functional.

`cat` is torch.cat. Each operation is a forward computation in NumPy and its backward rule, joined
by `record`. The longer ones live in files of their own and are all found here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlbook.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, softmax, tanh
from dlbook.convolution import conv1d, conv2d
from dlbook.loss import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    mse_loss,
    nll_loss,
)
from dlbook.normalization import batch_norm, layer_norm
from dlbook.pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from dlbook.tensor import Tensor, record

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy_with_logits",
    "cat",
    "conv1d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "embedding",
    "gelu",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool1d",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]


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


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Return the tensors one behind the other along an axis.

    Args:
        tensors: shapes that differ along `dim` alone.
        dim: the axis along which they are joined.

    Raises:
        ValueError: if there is no tensor, or shapes differ along another axis.
    """
    try:
        joined = np.concatenate([tensor.data for tensor in tensors], axis=dim)
    except ValueError as error:
        raise ValueError(
            f"cat needs shapes that differ along dim {dim} alone, got "
            f"{[tensor.shape for tensor in tensors]}; reshape them, or choose another dim"
        ) from error
    ends = np.cumsum([tensor.shape[dim] for tensor in tensors])[:-1]
    return record(joined, tensors, lambda g: tuple(np.split(g, ends, axis=dim)))


def embedding(input: Any, weight: Tensor) -> Tensor:
    """Return the row of `weight` with each number in `input`: a table of learned vectors.

    Args:
        input: row numbers from 0, integers of any shape.
        weight: shape (num_embeddings, embedding_dim).

    Returns:
        A tensor of shape (*input.shape, embedding_dim).

    Raises:
        TypeError: if the row numbers are not integers.
        ValueError: if one of them is out of range.

    Source: Bengio, Ducharme, Vincent and Jauvin (2003), "A neural probabilistic language model",
    section 2.
    """
    rows = input.data if isinstance(input, Tensor) else np.asarray(input)
    if rows.dtype.kind not in "iu":
        raise TypeError(
            f"embedding needs integers as row numbers, got {rows.dtype}; use .astype(np.int64)"
        )
    if rows.size and not 0 <= rows.min() <= rows.max() < len(weight):
        raise ValueError(
            f"embedding needs row numbers from 0 to {len(weight) - 1}, got {rows.min()} to "
            f"{rows.max()}; raise num_embeddings or renumber the words"
        )

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        whole = np.zeros_like(weight.data)
        np.add.at(whole, rows, g)  # a row that is named twice collects twice
        return (whole,)

    return record(weight.data[rows], (weight,), pull)


def dropout(
    input: Tensor, p: float = 0.5, training: bool = True, *, rng: np.random.Generator
) -> Tensor:
    """Return `input` with each value set to 0 with probability p and the others over 1 - p.

    Args:
        input: any shape.
        p: probability of a 0, from 0 to 1.
        training: if False, the result is `input` as it is.
        rng: where the chance comes from.

    Returns:
        A tensor of the shape of `input`, with the same mean in the long run.

    Raises:
        ValueError: if `p` is not from 0 to 1.

    Source: Srivastava et al. (2014), "Dropout", Journal of Machine Learning Research 15.
    """
    if not 0 <= p <= 1:
        raise ValueError(f"dropout needs a probability p from 0 to 1, got {p}; try 0.5")
    if not training or p == 0:
        return input
    kept = rng.random(input.shape, np.float32) >= p
    mask = kept * np.asarray(1 / (1 - p) if p < 1 else 0, input.dtype)
    return record(input.data * mask, (input,), lambda g: (g * mask,))
