"""Layers: functions that own their parameters and can be nested. Names are those of torch.nn."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dlbook import functional
from dlbook.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient, and `parameters` finds it."""

    __slots__ = ()

    def __init__(self, data: Any):
        super().__init__(data, requires_grad=True)


class Module:
    """Anything with parameters. A subclass assigns them in `__init__` and writes `forward`.

    Parameters and child modules are found among the attributes, in order of assignment.
    """

    training = True

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError(
            f"a module needs a forward method, {type(self).__name__} has none; write one"
        )

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(*inputs)

    # ---- what is inside ----

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        return ((n, value) for n, value in vars(self).items() if isinstance(value, Module))

    def children(self) -> Iterator["Module"]:
        return (child for _, child in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator["Module"]:
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield each parameter once, with its path, such as ``0.weight``, as its name."""
        seen = set()
        for prefix, module in self.named_modules():
            for name, value in vars(module).items():
                if isinstance(value, Parameter) and id(value) not in seen:
                    seen.add(id(value))
                    yield f"{prefix}.{name}" if prefix else name, value

    def parameters(self) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters())

    # ---- what can be done with all of it ----

    def zero_grad(self) -> None:
        for parameter in self.parameters():
            parameter.grad = None

    def train(self, mode: bool = True) -> "Module":
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> "Module":
        return self.train(False)

    def double(self) -> "Module":
        for parameter in self.parameters():
            parameter.data = parameter.data.astype(np.float64)
        return self

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of each parameter array under its name; later steps do not change it."""
        return {name: parameter.data.copy() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy arrays into the parameters of the same names, all of them or none.

        Args:
            state_dict: for each parameter name an array of the shape of that parameter.

        Raises:
            KeyError: if a name is missing or unknown.
            ValueError: if a shape differs.
        """
        own = dict(self.named_parameters())
        if own.keys() != state_dict.keys():
            missing, unknown = own.keys() - state_dict.keys(), state_dict.keys() - own.keys()
            raise KeyError(
                f"load_state_dict needs the names {', '.join(own)}, got {sorted(unknown)} too "
                f"many and {sorted(missing)} missing; build the model that was saved"
            )
        for name, parameter in own.items():
            if np.shape(state_dict[name]) != parameter.shape:
                raise ValueError(
                    f"{name} needs shape {parameter.shape}, got {np.shape(state_dict[name])}; "
                    "build the model with the sizes that were saved"
                )
        for name, parameter in own.items():
            parameter.data[...] = state_dict[name]

    # ---- how it looks ----

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        lines = [f"({n}): {child!r}".replace("\n", "\n  ") for n, child in self.named_children()]
        inside = "\n  ".join(["", *lines]) + "\n" if lines else self.extra_repr()
        return f"{type(self).__name__}({inside})"


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
        return f"{self.in_features}, {self.out_features}, bias={self.bias is not None}"


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
