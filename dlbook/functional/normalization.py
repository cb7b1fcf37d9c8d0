"""Normalisation: shift and scale numbers to mean 0 and variance 1, then as is learned."""

from collections.abc import Sequence

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
    shape = (*input.shape[:2], *(1,) * (4 - input.ndim), *input.shape[2:])
    x = in_rows(input.data.reshape(shape))
    size = x.shape
    x = x.reshape(len(x), size[1], size[2] * size[3])  # row by row, (channels, pixels) each
    count = len(x) * x.shape[2]
    if training or running_mean is None or running_var is None:
        mean, var = _moments(x, count)
    else:
        mean, var = (v.data.astype(x.dtype)[:, None] for v in (running_mean, running_var))
    if training and running_mean is not None and running_var is not None:
        unbiased = var * (count / (count - 1))
        for running, new in ((running_mean, mean), (running_var, unbiased)):
            running.data += momentum * (new[:, 0] - running.data)
    inverse = 1 / np.sqrt(var + eps)
    scale = inverse if weight is None else inverse * weight.data[:, None]
    shift = -mean * scale if bias is None else bias.data[:, None] - mean * scale
    out = np.empty_like(x)
    for row, normal in zip(x, out, strict=True):
        np.multiply(row, scale, out=normal)
        normal += shift

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        g = in_rows(g.reshape(shape)).reshape(x.shape)
        total = _sums(g)
        along = (np.vecdot(g, x).sum(axis=0)[:, None] - mean * total) * inverse
        dx = g * scale
        if of_batch:  # the mean and the variance depend on x too
            slope = along * inverse * scale / -count
            level = total * scale / -count - slope * mean
            for row, to in zip(x, dx, strict=True):
                to += row * slope
                to += level
        back = as_images(dx.reshape(size)).reshape(input.shape)
        return tuple(
            part
            for parent, part in ((input, back), (weight, along[:, 0]), (bias, total[:, 0]))
            if parent is not None
        )

    parents = [parent for parent in (input, weight, bias) if parent is not None]
    return record(as_images(out.reshape(size)).reshape(input.shape), parents, pull)


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
    axes = tuple(range(-len(sizes), 0))
    for name, tensor in {"input": input, "weight": weight, "bias": bias}.items():
        if tensor is not None and tensor.shape[-len(sizes) :] != sizes:
            raise ValueError(
                f"layer_norm needs {name} of shape {'(..., ' if name == 'input' else '('}"
                f"{', '.join(map(str, sizes))}), got {tensor.shape}; change normalized_shape"
            )
    centred = input.data - input.data.mean(axis=axes, keepdims=True)
    inverse = 1 / np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + eps)
    normal = centred * inverse
    out = normal if weight is None else normal * weight.data
    out = out if bias is None else out + bias.data

    def pull(g: np.ndarray) -> tuple[np.ndarray | None, ...]:
        lead = tuple(range(g.ndim - len(sizes)))
        slope = g if weight is None else g * weight.data
        along = (slope * normal).mean(axis=axes, keepdims=True)
        dx = inverse * (slope - slope.mean(axis=axes, keepdims=True) - normal * along)
        dw, db = (g * normal).sum(axis=lead), g.sum(axis=lead)
        return tuple(
            part for parent, part in ((input, dx), (weight, dw), (bias, db)) if parent is not None
        )

    parents = [parent for parent in (input, weight, bias) if parent is not None]
    return record(out, parents, pull)


def _moments(x: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of each channel, shape (channels, 1), of rows in two passes."""
    mean = _sums(x) / count
    var = np.zeros_like(mean)
    for row in x:
        centred = row - mean
        var += np.vecdot(centred, centred)[:, None]
    return mean, var / count


def _sums(x: np.ndarray) -> np.ndarray:
    """Return the sum of each channel, shape (channels, 1), of rows (channels, pixels)."""
    ones = np.ones(x.shape[2:], x.dtype)
    sums: np.ndarray = (x @ ones).sum(axis=0)  # a matrix product sums faster than sum
    return sums[:, None]


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
