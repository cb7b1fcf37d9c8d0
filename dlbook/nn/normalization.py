"""Layers that keep the numbers inside a network in bounds: normalisation and dropout."""

from collections.abc import Sequence

import numpy as np

from dlbook import functional
from dlbook.arguments import flag, generator, number
from dlbook.functional.arguments import need_tensors
from dlbook.functional.normalization import last_sizes
from dlbook.functional.windows import single
from dlbook.nn.module import Buffer, Module, Parameter
from dlbook.tensor import Tensor


class _BatchNorm(Module):
    axes: tuple[int, ...]  # how many the input may have
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Buffer | None
    running_var: Buffer | None
    num_batches_tracked: Buffer | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ):
        self.num_features = single(num_features, "num_features", 1)
        self.eps = number(eps, "eps")
        self.momentum = None if momentum is None else number(momentum, "momentum")
        learns, tracks = flag(affine, "affine"), flag(track_running_stats, "track_running_stats")
        ones = np.ones(self.num_features, np.float32)
        self.weight = Parameter(ones) if learns else None
        self.bias = Parameter(0 * ones) if learns else None
        self.running_mean = Buffer(0 * ones) if tracks else None
        self.running_var = Buffer(ones.copy()) if tracks else None
        self.num_batches_tracked = Buffer(np.array(0)) if tracks else None

    def forward(self, input: Tensor) -> Tensor:
        need_tensors(type(self).__name__, input=input)
        if input.ndim not in self.axes:
            raise ValueError(
                f"{type(self).__name__} needs an input with {' or '.join(map(str, self.axes))} "
                f"axes, got shape {input.shape}; reshape it, or use the layer of other dimension"
            )
        momentum, seen = self.momentum, self.num_batches_tracked
        if momentum is None:  # then the running values are plain means of all batches
            momentum = 0.0 if seen is None else 1 / (seen.item() + 1)
        kept = self.running_mean, self.running_var, self.weight, self.bias
        out = functional.batch_norm(input, *kept, self.training, momentum, self.eps)
        if self.training and seen is not None:
            seen.data += 1  # only a batch that was not refused
        return out

    def extra_repr(self) -> str:
        affine, tracks = self.weight is not None, self.running_mean is not None
        said = f"{self.num_features}, eps={self.eps}, momentum={self.momentum}"
        return f"{said}, affine={affine}, track_running_stats={tracks}"


class BatchNorm1d(_BatchNorm):
    """`functional.batch_norm` with a learned weight and bias, and running mean and variance.

    Args:
        num_features: channels of the input, shape (batch, num_features) or (batch,
            num_features, length).
        eps: added to the variance, against division by 0.
        momentum: how far the running values move a batch; None for the mean of all batches.
        affine: whether there are a weight and a bias, shape (num_features,).
        track_running_stats: whether there are running values, which evaluation then uses.
    """

    axes = (2, 3)


class BatchNorm2d(_BatchNorm):
    """`functional.batch_norm` with a learned weight and bias, and running mean and variance.

    Args:
        num_features: channels of the input, shape (batch, num_features, height, width).
        eps: added to the variance, against division by 0.
        momentum: how far the running values move a batch; None for the mean of all batches.
        affine: whether there are a weight and a bias, shape (num_features,).
        track_running_stats: whether there are running values, which evaluation then uses.
    """

    axes = (4,)


class LayerNorm(Module):
    """`functional.layer_norm` with a learned weight and bias.

    Args:
        normalized_shape: sizes of the last axes of the input, shape (..., *normalized_shape).
        eps: added to the variance, against division by 0.
        elementwise_affine: whether there are a weight and a bias, shape normalized_shape.
        bias: whether there is a bias beside the weight.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ):
        self.normalized_shape = last_sizes(normalized_shape)
        self.eps = number(eps, "eps")
        self.elementwise_affine = learns = flag(elementwise_affine, "elementwise_affine")
        shape, has_bias = self.normalized_shape, flag(bias, "bias") and learns
        self.weight = Parameter(np.ones(shape, np.float32)) if learns else None
        self.bias = Parameter(np.zeros(shape, np.float32)) if has_bias else None

    def forward(self, input: Tensor) -> Tensor:
        kept = self.weight, self.bias
        return functional.layer_norm(input, self.normalized_shape, *kept, self.eps)

    def extra_repr(self) -> str:
        affine = self.elementwise_affine
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={affine}"


class Dropout(Module):
    """`functional.dropout` in training; in evaluation the input as it is.

    Args:
        p: probability of a 0; the input has any shape.
        rng: where the chance comes from.
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator):
        self.p, self.rng = number(p, "p", most=1), generator(rng)

    def forward(self, input: Tensor) -> Tensor:
        return functional.dropout(input, self.p, self.training, rng=self.rng)

    def extra_repr(self) -> str:
        return f"p={self.p}"
