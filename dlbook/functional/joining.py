"""Tensors one behind the other, as torch.cat puts them."""

from collections.abc import Iterable

import numpy as np

from dlbook.functional.arguments import common_dtype, need_tensors
from dlbook.tensor import Tensor, axes, record


def cat(tensors: Iterable[Tensor], dim: int = 0) -> Tensor:
    """Return the tensors one behind the other along an axis.

    Args:
        tensors: shapes that differ along `dim` alone; integers beside floating-point numbers
            become such numbers. One of shape (0,) fits to all, as in torch.
        dim: the axis along which they are joined.

    Raises:
        ValueError: if there is no tensor, or shapes differ along another axis.
        TypeError: if something else than tensors is joined.
        IndexError: if there is no such axis.
    """
    if isinstance(tensors, Tensor | np.ndarray) or not isinstance(tensors, Iterable):
        raise TypeError(
            f"cat needs a list of tensors, got one {type(tensors).__name__}; write cat([x, y])"
        )
    tensors = list(tensors)  # a generator could be read only once
    need_tensors("cat", **{f"tensors[{i}]": tensor for i, tensor in enumerate(tensors)})
    axis = axes.axis(dim, max([t.ndim for t in tensors], default=2))
    parts = [tensor.data for tensor in tensors if tensor.shape != (0,)]
    try:
        dtype = common_dtype(tensors)
        joined = np.concatenate(parts or [tensors[0].data], axis=axis, dtype=dtype)
    except ValueError as error:
        raise ValueError(
            f"cat needs shapes that differ along dim {dim} alone, got "
            f"{[tensor.shape for tensor in tensors]}; reshape them, or choose another dim"
        ) from error
    shapes = [tensor.shape for tensor in tensors]
    ends = np.cumsum([0 if shape == (0,) else shape[axis] for shape in shapes])[:-1]

    def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
        pieces = zip(np.split(g, ends, axis=axis), shapes, strict=True)
        return tuple(piece.reshape(shape) for piece, shape in pieces)

    return record(joined, tensors, pull, reads=())
