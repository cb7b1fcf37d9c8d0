"""Layers: functions that own their parameters and can be nested. Names are those of torch.nn."""

import numpy as np

from dlbook import functional
from dlbook.module import Module, Parameter
from dlbook.tensor import Tensor


class Linear(Module):
    """The map x W^T + b of the last axis, with a learned weight W and bias b.

    Both start uniform in +-1/sqrt(in_features), as in torch.

    Args:
        in_features: size of the last axis of the input, shape (..., in_features).
        out_features: size of the last axis of the output, shape (..., out_features).
        bias: whether there is a bias, shape (out_features,). The weight has shape
            (out_features, in_features).
        rng: where the first values come from.
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, rng: np.random.Generator
    ):
        self.in_features, self.out_features = in_features, out_features
        bound = in_features**-0.5
        shape = (out_features, in_features)
        self.weight = Parameter(rng.uniform(-bound, bound, shape).astype(np.float32))
        self.bias = (
            Parameter(rng.uniform(-bound, bound, out_features).astype(np.float32)) if bias else None
        )

    def forward(self, input: Tensor) -> Tensor:
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        has = self.bias is not None
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={has}"


class ReLU(Module):
    """`functional.relu` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(input)


class Sigmoid(Module):
    """`functional.sigmoid` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.sigmoid(input)


class Tanh(Module):
    """`functional.tanh` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.tanh(input)


class Flatten(Module):
    """All axes but the first in one: shape (batch, ...) becomes (batch, features)."""

    def forward(self, input: Tensor) -> Tensor:
        return input.reshape(len(input), -1)


class Sequential(Module):
    """Modules in a row: each takes what the one before returns. Their names are 0, 1, 2, ..."""

    def __init__(self, *modules: Module):
        vars(self).update({str(i): module for i, module in enumerate(modules)})

    def forward(self, input: Tensor) -> Tensor:
        for module in self.children():
            input = module(input)
        return input

    def __len__(self) -> int:
        return sum(1 for _ in self.children())

    def __getitem__(self, index: int) -> Module:
        return list(self.children())[index]


def kaiming_normal_(tensor: Tensor, *, rng: np.random.Generator) -> None:
    """Fill with normal values of standard deviation sqrt(2 / fan_in), made for ReLU.

    Args:
        tensor: a weight of shape (out, in, ...); fan_in is the size of all axes but the first.
        rng: where the values come from.

    Source: He, Zhang, Ren and Sun (2015), "Delving deep into rectifiers", section 2.2.
    """
    fan_in = tensor.data[0].size
    tensor.data[...] = rng.normal(0, (2 / fan_in) ** 0.5, tensor.shape)


def xavier_normal_(tensor: Tensor, *, rng: np.random.Generator) -> None:
    """Fill with normal values of standard deviation sqrt(2 / (fan_in + fan_out)), for tanh.

    Args:
        tensor: a weight of shape (out, in, ...); fan_out counts the first axis and those from
            the third on, fan_in all but the first.
        rng: where the values come from.

    Source: Glorot and Bengio (2010), "Understanding the difficulty of training deep
    feedforward neural networks", section 4.2.
    """
    fan_in, fan_out = tensor.data[0].size, tensor.data[:, 0].size
    tensor.data[...] = rng.normal(0, (2 / (fan_in + fan_out)) ** 0.5, tensor.shape)
