"""What every layer is: something with parameters that can be called, nested, saved and loaded."""

from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any, cast

import numpy as np

from dlbook.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient, and `parameters` finds it.

    Args:
        data: its first values, an array of any shape; the parameter keeps that shape.
    """

    __slots__ = ()

    def __init__(self, data: Any):
        super().__init__(data, requires_grad=True)


class Buffer(Tensor):
    """A tensor that a module keeps and saves but does not learn, such as a running mean.

    It has any shape, and keeps it.
    """

    __slots__ = ()


class Module:
    """Anything with parameters. A subclass assigns them in `__init__` and writes `forward`.

    Parameters, buffers and child modules are found among the attributes, in order of assignment;
    a list is not searched, so put its modules into a `Sequential`. The shapes of inputs and outputs
    are those of `forward`, which a subclass names in its own docstring.
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

    def _named(self, *kinds: type[Tensor]) -> Iterator[tuple[str, Tensor]]:
        """Yield each tensor of these kinds once, module by module, kind by kind."""
        seen = set()
        for prefix, module in self.named_modules():
            for kind in kinds:
                for name, value in vars(module).items():
                    if isinstance(value, kind) and id(value) not in seen:
                        seen.add(id(value))
                        yield f"{prefix}.{name}" if prefix else name, value

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Yield each parameter, of any shape, once, with its path, such as ``0.weight``."""
        return cast(Iterator[tuple[str, Parameter]], self._named(Parameter))

    def parameters(self) -> Iterator[Parameter]:
        return (parameter for _, parameter in self.named_parameters())

    def named_buffers(self) -> Iterator[tuple[str, Buffer]]:
        """Yield each buffer, of any shape, once, with its path, such as ``1.running_mean``."""
        return cast(Iterator[tuple[str, Buffer]], self._named(Buffer))

    def buffers(self) -> Iterator[Buffer]:
        return (buffer for _, buffer in self.named_buffers())

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
        for _, tensor in self._named(Parameter, Buffer):
            if tensor.dtype.kind == "f":
                tensor.data = tensor.data.astype(np.float64)
        return self

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of each parameter and buffer, in its shape, under its name.

        Later steps leave the copies as they are.
        """
        return {name: tensor.data.copy() for name, tensor in self._named(Parameter, Buffer)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy arrays into the parameters and buffers of the same names, all of them or none.

        Args:
            state_dict: for each name an array of the shape of that parameter or buffer.

        Raises:
            KeyError: if a name is missing or unknown.
            ValueError: if a shape differs.
        """
        own = dict(self._named(Parameter, Buffer))
        if own.keys() != state_dict.keys():
            missing, unknown = own.keys() - state_dict.keys(), state_dict.keys() - own.keys()
            raise KeyError(
                f"load_state_dict needs the names {', '.join(own)}, got {sorted(unknown)} too "
                f"many and {sorted(missing)} missing; build the model that was saved"
            )
        for name, tensor in own.items():
            if np.shape(state_dict[name]) != tensor.shape:
                raise ValueError(
                    f"{name} needs shape {tensor.shape}, got {np.shape(state_dict[name])}; "
                    "build the model with the sizes that were saved"
                )
        for name, tensor in own.items():
            tensor.data[...] = state_dict[name]
            tensor.version += 1

    # ---- how it looks ----

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        kind = type(self).__name__
        lines = [f"({name}): {child!r}" for name, child in self.named_children()]
        if not lines:
            return f"{kind}({self.extra_repr()})"
        inside = indent("\n".join(lines), "  ")
        return f"{kind}(\n{inside}\n)"
