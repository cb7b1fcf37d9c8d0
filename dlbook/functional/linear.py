"""Products with a table of weights: a linear layer, and rows looked up by number."""

from math import prod
from typing import Any

import numpy as np

from dlbook.functional.arguments import (
    need_floats,
    need_floats_or_none,
    need_tensors,
    whole_numbers,
)
from dlbook.functional.gemm_tiles import matrix_product
from dlbook.parallel import matmul
from dlbook.tensor import Tensor, factors_kept, factors_read, record


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x W^T + b, with one matrix product for the whole batch.

    Args:
        input: shape (..., in_features).
        weight: shape (out_features, in_features), or (in_features,) without a bias.
        bias: shape (out_features,), or None.

    Returns:
        A tensor of shape (..., out_features), or (...) with a weight of one axis, of the wider
        dtype of `input` and `weight`.

    Raises:
        ValueError: if the last axis of `input` does not have in_features.
        TypeError: if something is not a tensor of floating-point numbers.
    """
    need_floats("linear", input=input, weight=weight)
    need_floats_or_none("linear", bias=bias)
    if weight.ndim == 1 and bias is None:
        return linear(input, weight.reshape(1, weight.data.size))[..., 0]
    _check_shapes(input.shape, weight.shape, None if bias is None else bias.shape)
    x, w = input.data, weight.data
    multiply = matrix_product if x.ndim == 2 else matmul
    out = multiply(x, w.T)
    if bias is not None:
        out += bias.data
    (left, right), has_bias = factors_kept(input, weight, x, w), bias is not None

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows = g.reshape(prod(g.shape[:-1]), g.shape[-1])
        dx = multiply(g, right) if right is not None else None
        dw = matmul(rows.T, left.reshape(len(rows), left.shape[-1])) if left is not None else None
        return (dx, dw, rows.sum(axis=0)) if has_bias else (dx, dw)

    parents = (input, weight) if bias is None else (input, weight, bias)
    return record(out, parents, pull, factors_read(input, weight))


def _check_shapes(x: tuple[int, ...], w: tuple[int, ...], bias: tuple[int, ...] | None) -> None:
    if len(w) != 2:
        raise ValueError(
            f"linear needs weight of shape (out_features, in_features), got {w}; reshape it"
        )
    if x[-1:] != w[1:]:
        raise ValueError(
            f"linear needs input of shape (..., {w[1]}), got {x}; change in_features, "
            "or put nn.Flatten() before it"
        )
    if bias is not None and bias != w[:1]:
        raise ValueError(
            f"linear needs a bias of shape {w[:1]}, one number an output, got {bias}; reshape it "
            "or leave it out"
        )


def embedding(input: Any, weight: Tensor) -> Tensor:
    """Return the row of `weight` with each number in `input`: a table of learned vectors.

    Args:
        input: row numbers from 0, integers of any shape.
        weight: shape (num_embeddings, embedding_dim).

    Returns:
        A tensor of shape (*input.shape, embedding_dim).

    Raises:
        TypeError: if the row numbers are not integers, or `weight` is no tensor.
        ValueError: if one of them is out of range, or `weight` has not two axes.

    Source: Bengio, Ducharme, Vincent and Jauvin (2003), "A neural probabilistic language model",
    section 2.
    """
    need_tensors("embedding", weight=weight)
    if weight.ndim != 2:
        raise ValueError(
            "embedding needs weight of shape (num_embeddings, embedding_dim), got "
            f"{weight.shape}; reshape it"
        )
    rows = whole_numbers("embedding", input, "row numbers")
    if rows.size and not 0 <= rows.min() <= rows.max() < len(weight):
        raise ValueError(
            f"embedding needs row numbers from 0 to {len(weight) - 1}, got {rows.min()} to "
            f"{rows.max()}; raise num_embeddings or renumber the words"
        )

    shape = weight.shape

    def pull(g: np.ndarray) -> tuple[np.ndarray]:
        whole = np.zeros(shape, g.dtype)
        np.add.at(whole, rows, g)  # a row that is named twice collects twice
        return (whole,)

    return record(weight.data[rows], (weight,), pull, reads=())
