"""Layers and losses with nothing to learn, and `Sequential`, which puts layers in a row."""

from typing import Any

from dlbook import functional
from dlbook.nn.module import Module
from dlbook.tensor import Tensor


class Sequential(Module):
    """Modules in a row: each takes what the one before returns. Their names are 0, 1, 2, ...

    Args:
        modules: the output of each has the shape that the next one needs; the whole maps the
            input shape of the first to the output shape of the last. Without modules, the output
            is the input.
    """

    def __init__(self, *modules: Module):
        vars(self).update({str(i): module for i, module in enumerate(modules)})

    def forward(self, input: Tensor) -> Tensor:
        for module in self.children():
            input = module(input)
        return input

    def __len__(self) -> int:
        return len(list(self.children()))

    def __getitem__(self, index: int) -> Module:
        return list(self.children())[index]


class Flatten(Module):
    """All axes but the first in one: shape (batch, ...) becomes (batch, features)."""

    def forward(self, input: Tensor) -> Tensor:
        features = input[:1].data.size if len(input) else 0
        return input.reshape(len(input), features)


class ReLU(Module):
    """`functional.relu` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(input)


class LeakyReLU(Module):
    """`functional.leaky_relu` as a layer.

    Args:
        negative_slope: slope below 0; the input has any shape.
    """

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = negative_slope

    def forward(self, input: Tensor) -> Tensor:
        return functional.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class GELU(Module):
    """`functional.gelu` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.gelu(input)


class Sigmoid(Module):
    """`functional.sigmoid` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.sigmoid(input)


class Tanh(Module):
    """`functional.tanh` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.tanh(input)


class Softmax(Module):
    """`functional.softmax` as a layer.

    Args:
        dim: the axis of the input, of any shape, along which the shares add up to 1.
    """

    def __init__(self, dim: int):
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class MSELoss(Module):
    """`functional.mse_loss` as a layer of two inputs."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.mse_loss(input, target)


class CrossEntropyLoss(Module):
    """`functional.cross_entropy` as a layer of two inputs."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.cross_entropy(input, target)


class NLLLoss(Module):
    """`functional.nll_loss` as a layer of two inputs."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.nll_loss(input, target)


class BCEWithLogitsLoss(Module):
    """`functional.binary_cross_entropy_with_logits` as a layer of two inputs."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.binary_cross_entropy_with_logits(input, target)
