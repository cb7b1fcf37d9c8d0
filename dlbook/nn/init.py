"""First values of weights. Names and defaults are those of torch.nn.init, `rng` is explicit.

`uniform_parameter` alone is ours: what torch does inside its layers.

A weight has the shape (out, in, ...). With r = the size of the axes after the first two, fan_in
is in * r, the numbers that one output is computed from, and fan_out is out * r.
"""

from math import sqrt

import numpy as np

from dlbook.arguments import generator, number
from dlbook.functional.arguments import need_floats
from dlbook.nn.module import Parameter
from dlbook.tensor import Tensor


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, *, rng: np.random.Generator) -> Tensor:
    """Fill a tensor of any shape with values uniform from `a` to `b`, and return it."""
    a, b = number(a, "a", least=None), number(b, "b", least=None)
    if a > b:
        raise ValueError(f"uniform_ needs a up to b, got {a} and {b}; swap them")
    return _fill(tensor, generator(rng).uniform(a, b, _shape(tensor)))


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, *, rng: np.random.Generator
) -> Tensor:
    """Fill a tensor of any shape with normal values, and return it; `std` is their deviation."""
    mean, std = number(mean, "mean", least=None), number(std, "std")
    return _fill(tensor, generator(rng).normal(mean, std, _shape(tensor)))


def kaiming_uniform_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", *, rng: np.random.Generator
) -> Tensor:
    """Fill with uniform values of the standard deviation of `kaiming_normal_`.

    Args:
        tensor: a weight of shape (out, in, ...).
        a: slope of the leaky ReLU below 0; 0 for ReLU.
        mode: "fan_in" keeps the size of the activations, "fan_out" that of the gradients.
        rng: where the values come from.

    Source: He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", section 2.2.
    """
    bound = sqrt(3) * _kaiming(tensor, a, mode)
    return uniform_(tensor, -bound, bound, rng=rng)


def kaiming_normal_(
    tensor: Tensor, a: float = 0.0, mode: str = "fan_in", *, rng: np.random.Generator
) -> Tensor:
    """Fill with normal values of standard deviation sqrt(2 / (1 + a^2) / fan), made for ReLU.

    Args:
        tensor: a weight of shape (out, in, ...).
        a: slope of the leaky ReLU below 0; 0 for ReLU.
        mode: "fan_in" keeps the size of the activations, "fan_out" that of the gradients.
        rng: where the values come from.

    Raises:
        ValueError: if `mode` is another word, or the tensor has fewer than 2 axes.

    Source: He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", section 2.2.
    """
    return normal_(tensor, 0, _kaiming(tensor, a, mode), rng=rng)


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, *, rng: np.random.Generator) -> Tensor:
    """Fill with uniform values of the standard deviation of `xavier_normal_`.

    Args:
        tensor: a weight of shape (out, in, ...).
        gain: a factor for all of them.
        rng: where the values come from.

    Source: Glorot and Bengio (2010), "Understanding the difficulty of training deep
    feedforward neural networks", section 4.2.
    """
    bound = sqrt(3) * _xavier(tensor, gain)
    return uniform_(tensor, -bound, bound, rng=rng)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, *, rng: np.random.Generator) -> Tensor:
    """Fill with normal values of standard deviation gain * sqrt(2 / (fan_in + fan_out)), for tanh.

    Args:
        tensor: a weight of shape (out, in, ...).
        gain: a factor for all of them.
        rng: where the values come from.

    Raises:
        ValueError: if the tensor has fewer than 2 axes.

    Source: Glorot and Bengio (2010), "Understanding the difficulty of training deep
    feedforward neural networks", section 4.2.
    """
    return normal_(tensor, 0, _xavier(tensor, gain), rng=rng)


def uniform_parameter(shape: tuple[int, ...], bound: float, rng: np.random.Generator) -> Parameter:
    """Return a parameter of that shape, float32, uniform from -bound to bound.

    Args:
        shape: any shape.
        bound: 1 / sqrt(fan_in) is where torch's linear maps and convolutions start.
        rng: where the values come from.
    """
    return Parameter(generator(rng).uniform(-bound, bound, shape).astype(np.float32))


def _shape(tensor: Tensor) -> tuple[int, ...]:
    need_floats("init", tensor=tensor)
    if not tensor.data.flags.writeable:
        raise ValueError(
            "init needs a tensor that can be written to, got a read-only one; build the model "
            "with a generator, not with blank()"
        )
    return tensor.shape


def _fill(tensor: Tensor, values: np.ndarray) -> Tensor:
    tensor.data[...] = values
    tensor.version += 1
    return tensor


def _kaiming(tensor: Tensor, a: float, mode: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f'mode needs to be "fan_in" or "fan_out", got {mode!r}; try "fan_in"')
    slope, (fan_in, fan_out) = number(a, "a", least=None), _fans(tensor)
    return sqrt(2 / (1 + slope * slope) / (fan_in if mode == "fan_in" else fan_out))


def _xavier(tensor: Tensor, gain: float) -> float:
    return number(gain, "gain") * sqrt(2 / sum(_fans(tensor)))


def _fans(tensor: Tensor) -> tuple[int, int]:
    """Return fan_in and fan_out."""
    need_floats("init", tensor=tensor)
    if tensor.ndim < 2 or not tensor.data.size:
        raise ValueError(
            f"a fan needs a weight of shape (out, in, ...), got {tensor.shape}; fill a bias with "
            "uniform_ or normal_"
        )
    return tensor.data[0].size, tensor.data[:, 0].size
