"""What batch normalisation computes for each channel, forward and backward.

Images are rows here, shape (height, channels, width * batch), so that each step stays in the
cache; whatever is one number a channel has shape (channels, 1). Names are those of the paper.

Source: Ioffe and Szegedy (2015), "Batch normalization", section 3.
"""

from typing import Any, NamedTuple

import numpy as np

from dlbook.functional.windows import as_images, channel_sums, in_rows
from dlbook.parallel import each, pieces
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
    mean = channel_sums(x)[:, None] / count

    def squares(rows: slice) -> Any:
        centred = x[rows] - mean
        return np.vecdot(centred, centred).sum(axis=0)

    total = np.sum(each(squares, pieces(len(x), x.size)), axis=0)
    return mean, total[:, None] / count


def _move(running: Tensor, new: np.ndarray, momentum: float) -> None:
    running.data += momentum * (new[:, 0] - running.data)


def scaled(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return x * scale + shift for rows x, with a scale and a shift of shape (channels, 1)."""
    out = np.empty_like(x)

    def scale_rows(rows: slice) -> None:
        np.multiply(x[rows], scale, out=out[rows])
        out[rows] += shift

    each(scale_rows, pieces(len(x), x.size))
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
    dbeta = channel_sums(g)[:, None]
    products = np.sum(
        each(lambda rows: np.vecdot(g[rows], x[rows]).sum(axis=0), pieces(len(x), x.size)), axis=0
    )
    return (products[:, None] - normal.mean * dbeta) * normal.inv_std, dbeta


def dx_through_moments(
    g: np.ndarray, x: np.ndarray, normal: Normal, dgamma: np.ndarray, dbeta: np.ndarray
) -> np.ndarray:
    """Return scale * (g - dbeta / m - x_hat * dgamma / m), with m numbers a channel.

    What is subtracted is what x does to the mean and the variance of its batch. It is linear in
    x. `g` and `x` are rows, `dgamma` and `dbeta` have shape (channels, 1).
    """
    mean, inv_std, scale = normal
    count = len(x) * x.shape[2]
    slope = dgamma * inv_std * scale / -count
    level = dbeta * scale / -count - slope * mean
    dx = np.empty_like(x)

    def pull_rows(rows: slice) -> None:
        np.multiply(x[rows], slope, out=dx[rows])
        dx[rows] += level
        dx[rows] += g[rows] * scale

    each(pull_rows, pieces(len(x), x.size))
    return dx
