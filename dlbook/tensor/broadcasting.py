"""How a gradient returns through axes that were added, stretched or summed away."""

import numpy as np

from dlbook.parallel import apply, matmul


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
    return np.reshape(total(g, (*range(new), *stretched)), shape)


def elementwise(ufunc: np.ufunc, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return what a NumPy function of two numbers makes of two arrays, broadcast to one shape.

    Raises:
        ValueError: if their shapes do not fit.
    """
    try:
        return apply(ufunc, x, y)
    except ValueError as error:
        raise ValueError(
            "two tensors need shapes that agree from the right, axis by axis, or are 1 there, got "
            f"{x.shape} and {y.shape}; reshape one of them, or add an axis with x[:, None]"
        ) from error


def product(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the matrix product of arrays of shapes (..., n, k) and (..., k, m): (..., n, m).

    Raises:
        TypeError: if they hold booleans.
        ValueError: if their shapes do not fit.
    """
    if x.dtype.kind == "b":
        raise TypeError("@ needs numbers, got booleans; write x.to(np.float32) @ y")
    try:
        return matmul(x, y)
    except ValueError as error:
        raise ValueError(
            f"@ needs shapes (..., n, k) and (..., k, m), got {x.shape} and {y.shape}; transpose "
            "one of them, or write * for a product value by value"
        ) from error


def total(x: np.ndarray, axes: tuple[int, ...] | None, keepdims: bool = False) -> np.ndarray:
    """Return the sum of `x`, of any shape, over some axes, or over all of them if they are None.

    Integers and booleans are added as int64. NumPy adds float16 in float16, where 2048 + 1 is
    2048; here they are added in float32.
    """
    dtype = np.dtype(np.float32 if x.dtype == np.float16 else np.int64)
    if x.dtype.kind == "f" and x.dtype != np.float16:
        dtype = x.dtype
    out: np.ndarray = x.sum(axis=axes, dtype=dtype, keepdims=keepdims)
    return out.astype(x.dtype, copy=False) if x.dtype.kind == "f" else out


def restore_axes(g: np.ndarray, axes: tuple[int, ...] | None, keepdim: bool) -> np.ndarray:
    """Return `g` with size 1 along the axes that a reduction took away.

    Args:
        g: gradient of the result of a reduction, of the shape of that result.
        axes: the axes that were reduced; None for all, whose result broadcasts as it is.
        keepdim: whether the result still has these axes.
    """
    return g if keepdim or axes is None else np.expand_dims(g, axes)
