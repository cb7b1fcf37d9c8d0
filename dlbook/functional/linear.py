"""Products with a table of weights: a linear layer, and rows looked up by number."""

from typing import Any

import numpy as np

from dlbook.functional.gemm_tiles import matrix_product
from dlbook.parallel import matmul
from dlbook.tensor import Tensor, record


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
    product = matrix_product if x.ndim == 2 else matmul
    out = product(x, w.T)
    if bias is not None:
        out += bias.data

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        rows = g.reshape(-1, len(w))  # (batch, out_features)
        dx = product(g, w) if input.requires_grad else None
        dw = matmul(rows.T, x.reshape(-1, w.shape[1])) if weight.requires_grad else None
        return (dx, dw) if bias is None else (dx, dw, rows.sum(axis=0))

    return record(out, (input, weight) if bias is None else (input, weight, bias), pull)


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
