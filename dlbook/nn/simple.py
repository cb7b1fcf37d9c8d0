"""Layers and losses with nothing to learn, and `Sequential`, which puts layers in a row."""

from collections.abc import Iterator
from math import prod
from typing import Any

from dlbook import functional
from dlbook.arguments import integer, number
from dlbook.functional.arguments import need_tensors
from dlbook.nn.module import Module
from dlbook.tensor import Tensor
from dlbook.tensor.axes import axis


class Sequential(Module):
    """Modules in a row: each takes what the one before returns. Their names are 0, 1, 2, ...

    Args:
        modules: the output of each has the shape that the next one needs; the whole maps the
            input shape of the first to the output shape of the last. Without modules, the output
            is the input.
    """

    def __init__(self, *modules: Module):
        for i, module in enumerate(modules):
            if not isinstance(module, Module):
                raise TypeError(
                    f"Sequential needs modules, got {type(module).__name__} at place {i}; write "
                    "Sequential(first, second) with layers such as nn.ReLU()"
                )
            setattr(self, str(i), module)

    def forward(self, input: Tensor) -> Tensor:
        for module in self:
            input = module(input)
        return input

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self._own(Module))  # one that stands twice comes twice

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, index: int | slice) -> Module:
        """Return one module, or several as a `Sequential`, of the shapes that they map.

        Raises:
            TypeError: if `index` is no integer and no slice.
            IndexError: if there is no such place.
        """
        if not isinstance(index, slice):
            return self._named_at(index)[1]
        part = Sequential()
        for name, module in [*self._own(Module)][index]:
            setattr(part, name, module)
        return part

    def __setitem__(self, index: int, module: Module) -> None:
        """Put another module, which maps the same shapes, in a place.

        Raises:
            TypeError: if it is no module.
            IndexError: if there is no such place.
        """
        if not isinstance(module, Module):
            raise TypeError(
                f"Sequential needs modules, got {type(module).__name__}; write model[0] = nn.ReLU()"
            )
        setattr(self, self._named_at(index)[0], module)

    def _named_at(self, place: int) -> tuple[str, Module]:
        """Return the name and the module at a place, counted from 0, or from -1 backwards."""
        named: list[tuple[str, Module]] = [*self._own(Module)]
        try:
            return named[place]
        except (TypeError, IndexError) as error:
            raise type(error)(
                f"Sequential needs a place from {-len(named)} to {len(named) - 1}, got "
                f"{place!r:.50}; len(model) counts the modules"
            ) from error


class Flatten(Module):
    """Some axes in one, as a rule all but the first: (batch, ...) becomes shape (batch, features).

    Args:
        start_dim: the first of these axes; the input has any shape.
        end_dim: the last of them.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        self.start_dim = integer(start_dim, "start_dim", None)
        self.end_dim = integer(end_dim, "end_dim", None)

    def forward(self, input: Tensor) -> Tensor:
        """Return a tensor whose shape has one axis in place of those from start to end."""
        need_tensors("Flatten", input=input)
        shape = input.shape
        first = axis(self.start_dim, input.ndim)
        last = axis(self.end_dim, input.ndim)
        if last < first:
            raise ValueError(
                f"Flatten needs start_dim at or before end_dim, got {self.start_dim} and "
                f"{self.end_dim} for shape {input.shape}; swap them"
            )
        features = prod(shape[first : last + 1])
        return input.reshape(*shape[:first], features, *shape[last + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class ReLU(Module):
    """`functional.relu` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(input)


class ReLU6(Module):
    """`functional.relu6` as a layer."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu6(input)


class LeakyReLU(Module):
    """`functional.leaky_relu` as a layer.

    Args:
        negative_slope: slope below 0; the input has any shape.
    """

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = number(negative_slope, "negative_slope", least=None)

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
        self.dim = integer(dim, "dim", None)

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
