"""What a model is made of, layer by layer: shapes, parameters, work, and how far each unit sees.

The model is called once, on one example of zeros. Convolutions and linear maps, where all the work
is, only say what shape comes out; so a network of any size is counted in a moment, and one that
was built with `blank` needs no memory for its weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, cast

import numpy as np

from dlbook import nn
from dlbook.nn.hooks import evaluation, is_leaf, watched
from dlbook.nn.module import Module, Parameter
from dlbook.tensor import Tensor, record

Sight = tuple[int, int] | None  # receptive field, inputs from one unit to the next; None: all


@dataclass(frozen=True)
class Row:
    """One call of one layer.

    Args:
        name: path in the model, such as ``features.0``.
        layer: name of its class.
        output_shape: shape of the result, without the batch.
        parameters: numbers that it learns; 0 where the layer stands a second time.
        macs: multiplications, each with an addition, for one example.
        receptive_field: width of the part of the input that one output can depend on, in pixels,
            as if there were no edge; None after a layer that sees everything.
    """

    name: str
    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    receptive_field: int | None


@dataclass(frozen=True)
class Summary:
    """The rows of a model, with the shape of each result; printed, a table with totals.

    Args:
        rows: in the order in which the layers were called.
        parameters: of the whole model, also of layers that evaluation leaves out.
    """

    rows: list[Row]
    parameters: int

    @property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    def __repr__(self) -> str:
        head = ("name", "layer", "output shape", "parameters", "MACs", "sees")
        total = ("total", "", "", f"{self.parameters:,}", f"{self.macs:,}", "")
        lines = [head, *map(_written, self.rows), total]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_aligned(line, widths) for line in lines)


def summary(model: Module, input_size: tuple[int, ...], dtype: Any = np.float32) -> Summary:
    """Return the layers of a model as it is in evaluation, for one example.

    Args:
        model: takes a tensor of shape (1, *input_size); it is left as it was.
        input_size: shape of one example, such as (3, 224, 224), without the batch.
        dtype: of the input; an integer one where word numbers go in.
    """
    x = Tensor(np.zeros((1, *input_size), dtype), requires_grad=np.dtype(dtype).kind == "f")
    log = _Log(_layers(model))
    with evaluation(model), watched(log.names, log.call):
        model(x)
    return Summary(log.rows, sum(p.data.size for p in model.parameters()))


def blank() -> np.random.Generator:
    """Return a generator of nothing: what is built with it has shapes, but no memory for weights.

    Example: the shapes and the work of a network whose weights would take 553 MB,
        ``summary(models.vgg16(rng=blank()), (3, 224, 224))``
    """
    return cast(np.random.Generator, _Blank())


class _Blank:
    """Stands in for a generator where layers draw their first weights."""

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Any = None) -> "_Blank":
        self.size = size
        return self

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Any = None) -> "_Blank":
        return self.uniform(loc, scale, size)

    def astype(self, dtype: Any) -> np.ndarray:
        return _zeros(self.size, dtype)


def _zeros(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    return np.broadcast_to(np.zeros((), dtype), shape)  # every place is the same number in memory


# ---- one call of one layer ----


class _Log:
    """Writes a row for each call, and remembers how far each result sees."""

    def __init__(self, names: dict[Module, str]) -> None:
        self.names = names
        self.rows: list[Row] = []
        self.sights: dict[Tensor, Sight] = {}
        self.counted: set[Parameter] = set()

    def call(self, layer: Module, forward: Callable[..., Any], *inputs: Any) -> Any:
        output = _shape_alone(layer, *inputs)
        if output is None:
            output = forward(*inputs)
        if not isinstance(output, Tensor):
            return output
        if is_leaf(layer):  # a result without the memory behind it
            parents = [x for x in inputs if isinstance(x, Tensor)]
            output = record(_zeros(output.shape, output.dtype), parents, lambda g: ())
            self.sights[output] = _after(layer, self.sight(*inputs), inputs[0].shape, output.shape)
        new = set(_own(layer)) - self.counted
        self.counted |= new
        row = type(layer).__name__, output.shape[1:], sum(p.data.size for p in new)
        sight = self.sight(output)
        self.rows.append(Row(self.names[layer], *row, _macs(layer, output), sight and sight[0]))
        return output

    def sight(self, *nodes: Any) -> Sight:
        """Return the widest sight; a node that no layer made, such as a sum, asks its parents."""
        found: list[Sight] = [(1, 1)]
        for node in nodes:
            if node in self.sights:
                found.append(self.sights[node])
            elif isinstance(node, Tensor):
                self.sights[node] = self.sight(*node.parents)
                found.append(self.sights[node])
        return None if None in found else max(s for s in found if s)


def _shape_alone(layer: Module, *inputs: Any) -> Tensor | None:
    """Return zeros of the right shape for a layer whose work is worth saving, else None."""
    if isinstance(layer, nn.Linear) and inputs[0].shape[-1] == layer.in_features:
        shape = (*inputs[0].shape[:-1], layer.out_features)
    elif isinstance(layer, nn.Conv1d | nn.Conv2d) and inputs[0].shape[1] == layer.in_channels:
        shape = (len(inputs[0]), layer.out_channels, *_places(layer, inputs[0].shape[2:]))
    else:
        return None  # also where the input does not fit: the layer itself says so best
    return Tensor(_zeros(shape, inputs[0].dtype)) if min(shape) > 0 else None


def _places(layer: Any, size: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many windows there are along each axis."""
    if layer.padding == "same":
        return size
    padding = 0 if layer.padding == "valid" else layer.padding
    given = layer.kernel_size, layer.stride, padding, layer.dilation
    rows = zip(size, *(_each(value, len(size)) for value in given), strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in rows)


def _macs(layer: Module, output: Tensor) -> int:
    if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d):
        return output.data.size * prod(layer.weight.shape[1:])
    return 0


def _after(layer: Any, before: Sight, came: tuple[int, ...], goes: tuple[int, ...]) -> Sight:
    """Return what a unit behind the layer sees, along the last axis of the input."""
    if before is None or isinstance(layer, nn.Linear | nn.Flatten):
        return None
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        n, parts = came[-1], goes[-1]
        kernel = max(-(-(i + 1) * n // parts) - i * n // parts for i in range(parts))
        stride, dilation = max(n // parts, 1), 1
        if parts == 1:
            return None
    else:
        names = ("kernel_size", "stride", "dilation")
        kernel, stride, dilation = (_each(getattr(layer, name, 1), 1)[-1] for name in names)
    field, step = before
    return field + (kernel - 1) * dilation * step, step * stride


def _each(value: Any, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


# ---- which calls count ----


def _layers(model: Module) -> dict[Module, str]:
    """Return the layers of a model by name: those without children, or with own parameters."""
    return {
        module: name or type(module).__name__
        for name, module in model.named_modules()
        if _own(module) or (is_leaf(module) and not isinstance(module, nn.Sequential))
    }


def _own(module: Module) -> list[Parameter]:
    return [value for value in vars(module).values() if isinstance(value, Parameter)]


# ---- as text ----


def _written(row: Row) -> tuple[str, ...]:
    shape = " x ".join(map(str, row.output_shape))
    numbers = (f"{n:,}" if n else "" for n in (row.parameters, row.macs))
    sees = "all" if row.receptive_field is None else str(row.receptive_field)
    return (row.name, row.layer, shape, *numbers, sees)


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    left, right = zip(line[:3], widths[:3], strict=True), zip(line[3:], widths[3:], strict=True)
    cells = [c.ljust(w) for c, w in left] + [c.rjust(w) for c, w in right]
    return "  ".join(cells).rstrip()
