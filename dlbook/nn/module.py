"""What every layer is: something with parameters that can be called, nested, saved and loaded."""

from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any, Self, cast

import numpy as np

from dlbook.nn.state import load
from dlbook.tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module learns: it requires a gradient, and `parameters` finds it.

    Args:
        data: its first values, an array of any shape; the parameter keeps that shape.
        requires_grad: whether `backward` computes its gradient; a frozen parameter needs none.
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True):
        super().__init__(data, requires_grad=requires_grad)


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

    def forward(self, *inputs: Any, **named: Any) -> Any:
        raise NotImplementedError(
            f"a module needs a forward method, {type(self).__name__} has none; write one"
        )

    def __call__(self, *inputs: Any, **named: Any) -> Tensor:
        output: Tensor = self.forward(*inputs, **named)
        return output

    def __setattr__(self, name: str, value: Any) -> None:
        """Let no parameter, buffer or module be lost: another of them takes its place, or None.

        Raises:
            TypeError: if something else would replace it.
            KeyError: if such a name holds a dot, which stands between names in `state_dict`, or is
                one that every module has, such as ``train``.
            ValueError: if it is a module that holds this one, or this one itself.
        """
        kept = vars(self).get(name)
        if isinstance(value, Parameter | Buffer | Module):
            if "." in name:
                raise KeyError(f"a {type(value).__name__} needs a name without dots, got {name!r}")
            if hasattr(Module, name):
                raise KeyError(
                    f"a {type(value).__name__} needs a name of its own, got {name!r}, which every "
                    f"module has; write self.{name}_ = ..."
                )
            if isinstance(value, Module) and any(module is self for module in value.modules()):
                raise ValueError(
                    f"a module needs to stand outside of what it holds, got itself in {name!r}; "
                    "pass what is inside to a function instead"
                )
        elif value is not None and isinstance(kept, Parameter | Buffer | Module):
            kind = next(k for k in (Parameter, Buffer, Module) if isinstance(kept, k)).__name__
            raise TypeError(
                f"{name} needs a {kind} or None, got {type(value).__name__}; write "
                f"nn.{kind}(...), or change its numbers in place, in {name}.data"
            )
        super().__setattr__(name, value)

    # ---- what is inside ----

    def _own(self, *kinds: type) -> Iterator[tuple[str, Any]]:
        """Yield the attributes of the first kind, then those of the next."""
        for kind in kinds:
            yield from ((n, value) for n, value in vars(self).items() if isinstance(value, kind))

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Yield each module in this one once, by its first name; shapes are those of `forward`."""
        found: set[Module] = set()
        for name, child in self._own(Module):
            if child not in found:
                found.add(child)
                yield name, child

    def children(self) -> Iterator["Module"]:
        return (child for _, child in self.named_children())

    def _paths(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """Yield this module and all inside; one that has two names is yielded under both."""
        yield prefix, self
        for name, child in self._own(Module):
            yield from child._paths(f"{prefix}.{name}" if prefix else name)

    def named_modules(self) -> Iterator[tuple[str, "Module"]]:
        """Yield this module and each one inside once, with its first path, such as ``0.1``.

        What shapes a module maps, its own docstring says.
        """
        found: set[Module] = set()
        for path, module in self._paths():
            if module not in found:
                found.add(module)
                yield path, module

    def modules(self) -> Iterator["Module"]:
        return (module for _, module in self.named_modules())

    def _tensors(self, *kinds: type[Tensor]) -> Iterator[tuple[str, Tensor]]:
        """Yield each tensor of these kinds under each of its paths, module by module."""
        for path, module in self._paths():
            for name, tensor in module._own(*kinds):
                yield f"{path}.{name}" if path else name, tensor

    def _named(self, *kinds: type[Tensor]) -> Iterator[tuple[str, Tensor]]:
        """Yield each tensor of these kinds once, with its first path."""
        found: set[int] = set()
        for path, tensor in self._tensors(*kinds):
            if id(tensor) not in found:
                found.add(id(tensor))
                yield path, tensor

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

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Thaw all parameters, or freeze them: without a gradient, an optimiser leaves them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def train(self, mode: bool = True) -> Self:
        """Put all modules into training mode, or with False into evaluation; shapes stay the same.

        Raises:
            ValueError: if `mode` is not a truth value.
        """
        if not isinstance(mode, bool | np.bool):
            raise ValueError(f"train needs True or False, got {mode!r}; eval() is train(False)")
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        return self.train(False)

    def float(self) -> Self:
        return self._convert(np.float32)

    def double(self) -> Self:
        return self._convert(np.float64)

    def _convert(self, dtype: type[np.floating]) -> Self:
        """Convert what is floating point; parameters stay the same objects, with new arrays."""
        for _, tensor in self._named(Parameter, Buffer):
            if tensor.dtype.kind == "f":
                tensor.data = tensor.data.astype(dtype)
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.astype(dtype)
        return self

    # ---- saved and loaded ----

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return a copy of each parameter and buffer, in its shape, under each of its names.

        Later steps leave the copies as they are.
        """
        return {path: tensor.data.copy() for path, tensor in self._tensors(Parameter, Buffer)}

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Copy arrays into the parameters and buffers of the same names, all of them or none.

        Args:
            state_dict: for each name an array or tensor of the shape of that parameter or buffer;
                its numbers are converted to the dtype that this has.

        Raises:
            KeyError: if a name is missing or unknown.
            ValueError: if a shape differs.
            TypeError: if something is not an array of real numbers.
        """
        load(dict(self._tensors(Parameter, Buffer)), state_dict)

    # ---- how it looks ----

    def extra_repr(self) -> str:
        return ""

    def __repr__(self) -> str:
        kind = type(self).__name__
        lines = [f"({name}): {child!r}" for name, child in self._own(Module)]
        if not lines:
            return f"{kind}({self.extra_repr()})"
        inside = indent("\n".join(lines), "  ")
        return f"{kind}(\n{inside}\n)"
