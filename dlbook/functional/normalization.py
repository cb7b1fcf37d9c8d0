"""Normalisation: shift and scale numbers to mean 0 and variance 1, then as is learned."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dlbook.functional.windows import as_images, in_rows
from dlbook.tensor import Tensor, record


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(variance + eps) * weight + bias, with one mean a channel.

    Args:
        input: shape (batch, channels), (batch, channels, length) or (batch, channels, height,
            width).
        running_mean: shape (channels,); used as mean, or None for the mean of this batch.
        running_var: shape (channels,); used as variance, or None for that of this batch.
        weight: shape (channels,), or None for 1.
        bias: shape (channels,), or None for 0.
        training: take mean and variance of this batch, and move the running ones towards them.
        momentum: how far: running = (1 - momentum) * running + momentum * new.
        eps: added to the variance, against division by 0.

    Returns:
        A tensor of the shape of `input`.

    Raises:
        ValueError: if there are not 2 to 4 axes, a vector has not one number a channel, or a
            batch has only one number a channel in training.

    Source: Ioffe and Szegedy (2015), "Batch normalization", algorithms 1 and 2.
    """
    vectors = [v for v in (running_mean, running_var, weight, bias) if v is not None]
    of_batch = training or running_mean is None or running_var is None
    _check_channels(input.shape, [v.shape for v in vectors], of_batch)
    x = _as_rows(input.data)
    mean, var = _mean_and_var(x, running_mean, running_var, training, momentum)
    inv_std = 1 / np.sqrt(var + eps)
    scale = inv_std if weight is None else inv_std * weight.data[:, None]
    shift = -mean * scale if bias is None else bias.data[:, None] - mean * scale
    out = _scaled(x, scale, shift)

    def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
        rows = _as_rows(g)
        dgamma, dbeta = _dgamma_dbeta(rows, x, mean, inv_std)
        dx = rows * scale
        if of_batch:
            _add_through_moments(dx, x, _Normal(mean, inv_std, scale), dgamma, dbeta)
        parts = _from_rows(dx, input.shape), dgamma[:, 0], dbeta[:, 0]
        return _of_those_given(parts, (input, weight, bias))

    return record(_from_rows(out, input.shape), _given(input, weight, bias), pull)


def layer_norm(
    input: Tensor,
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Return (x - mean) / sqrt(variance + eps) * weight + bias, over the last axes of each example.

    Args:
        input: shape (..., *normalized_shape).
        normalized_shape: sizes of the last axes, over which mean and variance are taken.
        weight: shape normalized_shape, or None for 1.
        bias: shape normalized_shape, or None for 0.
        eps: added to the variance, against division by 0.

    Returns:
        A tensor of the shape of `input`.

    Raises:
        ValueError: if the last axes of `input`, `weight` or `bias` have other sizes.

    Source: Ba, Kiros and Hinton (2016), "Layer normalization", section 3.
    """
    sizes = tuple(np.atleast_1d(normalized_shape))
    _check_sizes(sizes, {"input": input, "weight": weight, "bias": bias})
    axes = tuple(range(-len(sizes), 0))
    centred = input.data - input.data.mean(axis=axes, keepdims=True)
    inv_std = 1 / np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + eps)
    x_hat = centred * inv_std
    out = x_hat if weight is None else x_hat * weight.data
    out = out if bias is None else out + bias.data

    def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
        lead = tuple(range(g.ndim - len(sizes)))
        dx_hat = g if weight is None else g * weight.data
        through_var = (dx_hat * x_hat).mean(axis=axes, keepdims=True)
        dx = inv_std * (dx_hat - dx_hat.mean(axis=axes, keepdims=True) - x_hat * through_var)
        parts = dx, (g * x_hat).sum(axis=lead), g.sum(axis=lead)
        return _of_those_given(parts, (input, weight, bias))

    return record(out, _given(input, weight, bias), pull)


def _given(*tensors: Tensor | None) -> list[Tensor]:
    return [tensor for tensor in tensors if tensor is not None]


def _of_those_given(
    parts: tuple[np.ndarray, ...], tensors: tuple[Tensor | None, ...]
) -> tuple[np.ndarray, ...]:
    """Return the gradients of the tensors that are not None."""
    return tuple(part for part, x in zip(parts, tensors, strict=True) if x is not None)


# ---- batch_norm on rows, shape (height, channels, width * batch); sums have (channels, 1) ----


def _as_rows(images: np.ndarray) -> np.ndarray:
    """Return images of 2 to 4 axes, the missing ones of size 1, as rows."""
    missing = (1,) * (4 - images.ndim)
    rows = in_rows(images.reshape(*images.shape[:2], *missing, *images.shape[2:]))
    return rows.reshape(*rows.shape[:2], rows.shape[2] * rows.shape[3])


def _from_rows(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return rows as images of that shape: the inverse of `_as_rows`."""
    batch, channels, *size = shape
    height, width = (1, 1, *size)[-2:]
    return as_images(rows.reshape(height, channels, width, batch)).reshape(shape)


def _mean_and_var(
    x: np.ndarray,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return those to normalise with; in training, move the running ones towards them."""
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


def _scaled(x: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Return x * scale + shift, row by row, so that each row stays in the cache."""
    out = np.empty_like(x)
    for row, scaled in zip(x, out, strict=True):
        np.multiply(row, scale, out=scaled)
        scaled += shift
    return out


class _Normal(NamedTuple):
    """How each channel was normalised, three arrays of shape (channels, 1)."""

    mean: np.ndarray
    inv_std: np.ndarray
    scale: np.ndarray  # gamma * inv_std


def _dgamma_dbeta(
    g: np.ndarray, x: np.ndarray, mean: np.ndarray, inv_std: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of g * x_hat and of g, where x_hat = (x - mean) * inv_std."""
    dbeta = _sums(g)
    products = np.vecdot(g, x).sum(axis=0)[:, None]
    return (products - mean * dbeta) * inv_std, dbeta


def _add_through_moments(
    dx: np.ndarray, x: np.ndarray, normal: _Normal, dgamma: np.ndarray, dbeta: np.ndarray
) -> None:
    """Add to dx, which comes as scale * g, what x does to the mean and variance of its batch.

    The whole is dx = scale * (g - dbeta / m - x_hat * dgamma / m) with m numbers a channel; what
    is added is linear in x.
    """
    mean, inv_std, scale = normal
    count = len(x) * x.shape[2]
    slope = dgamma * inv_std * scale / -count
    level = dbeta * scale / -count - slope * mean
    for row, row_dx in zip(x, dx, strict=True):
        row_dx += row * slope
        row_dx += level


# ---- what does not fit ----


def _check_sizes(sizes: tuple[int, ...], tensors: dict[str, Tensor | None]) -> None:
    for name, tensor in tensors.items():
        if tensor is not None and tensor.shape[-len(sizes) :] != sizes:
            lead = "..., " if name == "input" else ""
            raise ValueError(
                f"layer_norm needs {name} of shape ({lead}{', '.join(map(str, sizes))}), got "
                f"{tensor.shape}; change normalized_shape"
            )


def _check_channels(shape: tuple[int, ...], vectors: list[tuple[int, ...]], of_batch: bool) -> None:
    if not 2 <= len(shape) <= 4:
        raise ValueError(
            "batch_norm needs input of shape (batch, channels), with up to two axes after them, "
            f"got {shape}; a single image is x[None]"
        )
    wrong = [vector for vector in vectors if vector != shape[1:2]]
    if wrong:
        raise ValueError(
            f"batch_norm needs vectors of shape {shape[1:2]}, one number a channel of input of "
            f"shape {shape}, got {wrong[0]}; change num_features"
        )
    if of_batch and shape[0] * int(np.prod(shape[2:])) < 2:
        raise ValueError(
            f"batch_norm needs at least 2 numbers a channel for a variance, got shape {shape}; "
            "use a larger batch, or model.eval()"
        )
