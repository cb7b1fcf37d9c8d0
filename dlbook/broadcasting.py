"""How a gradient returns through axes that were added, stretched or summed away."""

import numpy as np

Axes = int | tuple[int, ...] | None


def unbroadcast(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return `g` summed over the axes along which an array of `shape` was broadcast.

    Args:
        g: gradient of a broadcast result, of any shape that `shape` broadcasts to.
        shape: the shape before broadcasting, which is the shape of the returned array.
    """
    if g.shape == shape:
        return g
    new = g.ndim - len(shape)
    stretched = [new + i for i, n in enumerate(shape) if n == 1]
    return np.reshape(g.sum(axis=(*range(new), *stretched)), shape)


def restore_axes(g: np.ndarray, dim: Axes, keepdim: bool) -> np.ndarray:
    """Return `g` with size 1 along the axes that a reduction took away.

    Args:
        g: gradient of the result of a reduction, of the shape of that result.
        dim: the axes that were reduced; None for all, whose result broadcasts as it is.
        keepdim: whether the result still has these axes.
    """
    return g if keepdim or dim is None else np.expand_dims(g, dim)
