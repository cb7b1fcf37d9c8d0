"""Tensors one behind the other, as torch.cat puts them."""

from collections.abc import Sequence

import numpy as np

from dlbook.tensor import Tensor, record


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
