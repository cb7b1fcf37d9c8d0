"""What batch normalisation computes for each channel, forward and backward.

Images are rows here, shape (height, channels, width * batch), so that each step stays in the
cache; whatever is one number a channel has shape (channels, 1). Names are those of the paper.

Source: Ioffe and Szegedy (2015), "Batch normalization", section 3.
"""

from typing import NamedTuple

import numpy as np

from dlbook.functional.windows import as_images, in_rows
from dlbook.tensor import Tensor


def as_rows(images: np.ndarray) -> np.ndarray:
    """Return images of shape (batch, channels), with up to two axes after them, as rows."""
    missing = (1,) * (4 - images.ndim)
    rows = in_rows(images.reshape(*images.shape[:2], *missing, *images.shape[2:]))
    return rows.reshape(*rows.shape[:2], rows.shape[2] * rows.shape[3])


def from_rows(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return rows as images of the given shape: the inverse of `as_rows`."""
    batch, channels, *size = shape
    height, width = (1, 1, *size)[-2:]
    return as_images(rows.reshape(height, channels, width, batch)).reshape(shape)


def mean_and_var(
    x: np.ndarray,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance to normalise with, of the batch in training, else the running ones.

    Args:
        x: rows.
        running_mean: shape (channels,), moved towards that of the batch in training; or None.
        running_var: the same for the variance.
        training: whether to take those of the batch; they are also taken if none are running.
        momentum: how far the running ones move.

    Returns:
        Two arrays of shape (channels, 1).
    """
    if running_mean is None or running_var is None:
        return _moments(x)
    if not training:
        mean, var = running_mean.data.astype(x.dtype), running_var.data.astype(x.dtype)
        return mean[:, None], var[:, None]
    mean, var = _moments(x)
    count = len(x) * x.shape[2]
    _move(running_mean, mean, momentum)
    _move(running_var, var * (count / (count - 1)), momentum)
    return mean, var


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of each channel, in two passes."""
    count = len(x) * x.shape[2]
    mean = _sums(x) / count
    var = np.zeros_like(mean)
    for row in x:
        centred = row - mean
        var += np.vecdot(centred, centred)[:, None]
    return mean, var / count


def _sums(x: np.ndarray) -> np.ndarray:
    """Return the sum of each channel."""
    ones = np.ones(x.shape[2:], x.dtype)
    sums: np.ndarray = (x @ ones).sum(axis=0)  # a matrix product sums faster than sum
    return sums[:, None]


def _move(running: Tensor, new: np.ndarray, momentum: float) -> None:
    running.data += momentum * (new[:, 0] - running.data)


def scaled(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return x * scale + shift for rows x, with a scale and a shift of shape (channels, 1)."""
    out = np.empty_like(x)
    for row, row_out in zip(x, out, strict=True):
        np.multiply(row, scale, out=row_out)
        row_out += shift
    return out


class Normal(NamedTuple):
    """How each channel was normalised, three arrays of shape (channels, 1)."""

    mean: np.ndarray
    inv_std: np.ndarray
    scale: np.ndarray  # gamma * inv_std


def dgamma_dbeta(g: np.ndarray, x: np.ndarray, normal: Normal) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of g * x_hat and of g, shape (channels, 1), of the rows g and x.

    Here x_hat = (x - mean) * inv_std, which is not made: its sum follows from that of g * x.
    """
    dbeta = _sums(g)
    products = np.vecdot(g, x).sum(axis=0)[:, None]
    return (products - normal.mean * dbeta) * normal.inv_std, dbeta


def add_through_moments(
    dx: np.ndarray, x: np.ndarray, normal: Normal, dgamma: np.ndarray, dbeta: np.ndarray
) -> None:
    """Add to dx, which comes as scale * g, what x does to the mean and variance of its batch.

    The whole is dx = scale * (g - dbeta / m - x_hat * dgamma / m) with m numbers a channel; what
    is added is linear in x. `dx` and `x` are rows, `dgamma` and `dbeta` have shape (channels, 1).
    """
    mean, inv_std, scale = normal
    count = len(x) * x.shape[2]
    slope = dgamma * inv_std * scale / -count
    level = dbeta * scale / -count - slope * mean
    for row, row_dx in zip(x, dx, strict=True):
        row_dx += row * slope
        row_dx += level
