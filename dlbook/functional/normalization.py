"""Normalisation: shift and scale numbers to mean 0 and variance 1, then as is learned."""

from collections.abc import Sequence

import numpy as np

from dlbook.arguments import flag, number
from dlbook.functional.arguments import (
    common_dtype,
    need_floats,
    need_floats_or_none,
)
from dlbook.functional.batch_statistics import (
    Normal,
    as_rows,
    dgamma_dbeta,
    dx_through_moments,
    from_rows,
    mean_and_var,
    scaled,
)
from dlbook.functional.windows import as_tuple, single
from dlbook.parallel import apply, fill
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
        A tensor of the shape of `input`, of the widest dtype of those given.

    Raises:
        ValueError: if there are not 2 to 4 axes, a vector has not one number a channel, a
            batch has only one number a channel in training, or one running vector alone is None.
        TypeError: if something is not a tensor of floating-point numbers.
        RuntimeError: if a running vector requires a gradient, which no rule here gives, or in
            training cannot be written to.

    Source: Ioffe and Szegedy (2015), "Batch normalization", algorithms 1 and 2.
    """
    need_floats("batch_norm", input=input)
    momentum, eps = number(momentum, "momentum"), number(eps, "eps")
    training = flag(training, "training")
    if training and not eps:
        raise ValueError("batch_norm needs eps above 0 in training, got 0; try 1e-5")
    kept = {"running_mean": running_mean, "running_var": running_var}
    need_floats_or_none("batch_norm", **kept, weight=weight, bias=bias)
    if (running_mean is None) != (running_var is None):
        raise ValueError(
            "batch_norm needs both running_mean and running_var, or None for both, got one of "
            "them; pass the other too"
        )
    for name, running in kept.items():
        _check_running(name, running, training)
    vectors = _given(running_mean, running_var, weight, bias)
    of_batch = training or running_mean is None or running_var is None
    _check_channels(input.shape, [v.shape for v in vectors], of_batch)
    x = as_rows(input.data.astype(common_dtype([input, *vectors]), copy=False))
    mean, var = mean_and_var(x, running_mean, running_var, training, momentum)
    inv_std = 1 / np.sqrt(var + eps)
    scale = inv_std if weight is None else inv_std * weight.data[:, None]
    shift = -mean * scale if bias is None else bias.data[:, None] - mean * scale
    out, normal = scaled(x, scale, shift), Normal(mean, inv_std, scale)
    shape, given = input.shape, (True, weight is not None, bias is not None)

    def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
        rows = as_rows(g)
        dgamma, dbeta = dgamma_dbeta(rows, x, normal)
        if of_batch:
            dx = dx_through_moments(rows, x, normal, dgamma, dbeta)
        else:
            dx = scaled(rows, scale, np.zeros_like(scale))
        return _of_those_given((from_rows(dx, shape), dgamma[:, 0], dbeta[:, 0]), given)

    parents, reads = _given(input, weight, bias), _given(input, weight)
    return record(from_rows(out, shape), parents, pull, reads)


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
        A tensor of the shape of `input`, of the widest dtype of those given.

    Raises:
        ValueError: if the last axes of `input`, `weight` or `bias` have other sizes, or there is
            none.
        TypeError: if something is not a tensor of floating-point numbers.

    Source: Ba, Kiros and Hinton (2016), "Layer normalization", section 3.
    """
    need_floats("layer_norm", input=input)
    eps = number(eps, "eps")
    need_floats_or_none("layer_norm", weight=weight, bias=bias)
    sizes = last_sizes(normalized_shape)
    _check_sizes(sizes, {"input": input, "weight": weight, "bias": bias})
    axes = tuple(range(-len(sizes), 0))
    x = input.data.astype(common_dtype(_given(input, weight, bias)), copy=False)
    lead = tuple(range(x.ndim - len(sizes)))
    inv_std = np.empty([x.shape[i] if i in lead else 1 for i in range(x.ndim)], x.dtype)

    def normalise(x: np.ndarray, inv_std: np.ndarray, out: np.ndarray) -> None:
        centred = x - x.mean(axis=axes, keepdims=True)
        inv_std[...] = 1 / np.sqrt(np.square(centred).mean(axis=axes, keepdims=True) + eps)
        np.multiply(centred, inv_std, out=out)

    def slope(dx_hat: np.ndarray, x_hat: np.ndarray, inv_std: np.ndarray, out: np.ndarray) -> None:
        through_var = (dx_hat * x_hat).mean(axis=axes, keepdims=True)
        through_both = dx_hat.mean(axis=axes, keepdims=True) + x_hat * through_var
        np.multiply(inv_std, dx_hat - through_both, out=out)

    x_hat = fill(normalise, np.empty_like(x), x, inv_std, whole=axes)
    out = x_hat if weight is None else apply(np.multiply, x_hat, weight.data)
    out = out if bias is None else apply(np.add, out, bias.data)

    gamma = None if weight is None else weight.data
    given = True, weight is not None, bias is not None

    def pull(g: np.ndarray) -> tuple[np.ndarray, ...]:
        dx_hat = g if gamma is None else apply(np.multiply, g, gamma)
        dx = fill(slope, np.empty_like(g), dx_hat, x_hat, inv_std, whole=axes)
        parts = dx, apply(np.multiply, g, x_hat).sum(axis=lead), g.sum(axis=lead)
        return _of_those_given(parts, given)

    return record(out, _given(input, weight, bias), pull, reads=_given(input, weight))


def _given(*tensors: Tensor | None) -> list[Tensor]:
    return [tensor for tensor in tensors if tensor is not None]


def _of_those_given(
    parts: tuple[np.ndarray, ...], given: tuple[bool, ...]
) -> tuple[np.ndarray, ...]:
    """Return the gradients of the tensors that were given."""
    return tuple(part for part, is_given in zip(parts, given, strict=True) if is_given)


# ---- what does not fit ----


def last_sizes(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    """Return the sizes of the last axes, given as one number or as several.

    Raises:
        ValueError: if there is none, or they are not integers of 1 or more.
    """
    given = as_tuple(normalized_shape)
    if not given:
        raise ValueError(
            f"normalized_shape needs at least one size, got {normalized_shape!r}; use that of the "
            "last axis"
        )
    return tuple(single(size, "normalized_shape", 1) for size in given)


def _check_sizes(sizes: tuple[int, ...], tensors: dict[str, Tensor | None]) -> None:
    for name, tensor in tensors.items():
        if tensor is None:
            continue
        shape = tensor.shape[-len(sizes) :] if name == "input" else tensor.shape
        if shape != sizes:
            lead = "..., " if name == "input" else ""
            raise ValueError(
                f"layer_norm needs {name} of shape ({lead}{', '.join(map(str, sizes))}), got "
                f"{tensor.shape}; change normalized_shape"
            )


def _check_running(name: str, running: Tensor | None, training: bool) -> None:
    if running is None:
        return
    if running.requires_grad:
        raise RuntimeError(
            f"batch_norm needs a {name} without a gradient, got one that requires one; pass "
            f"{name}.detach()"
        )
    if training and not running.data.flags.writeable:
        raise RuntimeError(
            f"batch_norm needs a {name} that it can move in training, got a read-only array; make "
            "the tensor with a copy of it, array.copy()"
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
