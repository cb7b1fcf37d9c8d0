"""What a model is made of, layer by layer: shapes, parameters, work, and how far each unit sees.

The model is called once, on one example of zeros. Convolutions and linear maps, where all the work
is, only say what shape comes out; so a network of any size is counted in a moment, and one that
was built with `blank` needs no memory for its weights.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from dlbook import nn
from dlbook.functional.windows import as_tuple, output_size, single
from dlbook.graph import Place
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

    Raises:
        TypeError: if `model` is no module.
        ValueError: if `input_size` is not made of integers of 1 or more.
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"summary needs a model made of dlbook.nn, got {type(model).__name__}; wrap functions "
            "in a Module with a forward method"
        )
    sizes = [single(n, "input_size", 1) for n in as_tuple(input_size)]
    x = Tensor(np.zeros((1, *sizes), dtype), requires_grad=np.dtype(dtype).kind == "f")
    log = _Log(_layers(model))
    with evaluation(model), watched(log.names, log.call):
        model(x)
    return Summary(log.rows, sum(p.data.size for p in model.parameters()))


def blank() -> np.random.Generator:
    """Return a generator of nothing: what is built with it has shapes, but no memory for weights.

    Example: the shapes and the work of a network whose weights would take 553 MB,
        ``summary(models.vgg16(rng=blank()), (3, 224, 224))``
    """
    return _Blank(np.random.PCG64(0))


class _Blank(np.random.Generator):
    """A generator whose first weights are zeros that share one place in memory."""

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        self.size = size
        return self

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
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
        self.sights: dict[Place, Sight] = {}
        self.counted: set[Parameter] = set()

    def call(self, layer: Module, forward: Callable[..., Any], *inputs: Any, **named: Any) -> Any:
        given = [x for x in (*inputs, *named.values()) if isinstance(x, Tensor)]
        output = _shape_alone(layer, *given)
        if output is None:
            output = forward(*inputs, **named)
        if not isinstance(output, Tensor):
            return output
        if is_leaf(layer):  # a result without the memory behind it
            output = record(_zeros(output.shape, output.dtype), given, lambda g: ())
            came = given[0].shape if given else ()
            before = self.sight(*[x.place for x in given])
            self.sights[output.place] = _after(layer, before, came, output.shape)
        self.rows.append(self.row(layer, output))
        return output

    def row(self, layer: Module, output: Tensor) -> Row:
        new = set(_own(layer)) - self.counted
        self.counted |= new
        sight = self.sight(output.place)
        return Row(
            name=self.names[layer],
            layer=type(layer).__name__,
            output_shape=output.shape[1:],
            parameters=sum(p.data.size for p in new),
            macs=_macs(layer, output),
            receptive_field=None if sight is None else sight[0],
        )

    def sight(self, *places: Place) -> Sight:
        """Return the widest sight; a result that no layer made, such as a sum, asks its parents."""
        widest = (1, 1)
        for place in places:
            if place not in self.sights:
                self.sights[place] = self.sight(*place.parents)
            sight = self.sights[place]
            if sight is None:
                return None
            widest = max(widest, sight)
        return widest


def _shape_alone(layer: Module, *inputs: Tensor) -> Tensor | None:
    """Return zeros of the right shape for a layer whose work is worth saving, else None."""
    if not inputs:
        return None
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
    padding = (0,) * len(size) if layer.padding == "valid" else layer.padding
    rows = zip(size, layer.kernel_size, layer.stride, padding, layer.dilation, strict=True)
    return tuple(output_size(n, k, s, p, p, d) for n, k, s, p, d in rows)


def _macs(layer: Module, output: Tensor) -> int:
    if isinstance(layer, nn.Linear | nn.Conv1d | nn.Conv2d):
        return output.data.size * prod(layer.weight.shape[1:])
    return 0


def _after(layer: Any, before: Sight, came: tuple[int, ...], goes: tuple[int, ...]) -> Sight:
    """Return what a unit behind the layer sees, along the last axis of the input."""
    if before is None or isinstance(layer, nn.Linear | nn.Flatten):
        return None
    if isinstance(layer, nn.AdaptiveAvgPool2d):
        size, parts = came[-1], goes[-1]
        if parts == 1:
            return None
        kernel, stride, dilation = _widest_part(size, parts), max(size // parts, 1), 1
    else:
        kernel = _across(layer, "kernel_size")
        stride, dilation = _across(layer, "stride"), _across(layer, "dilation")
    field, step = before
    return field + (kernel - 1) * dilation * step, step * stride


def _widest_part(size: int, parts: int) -> int:
    """Return the width of the widest window of `functional.adaptive_avg_pool2d`."""
    starts = [i * size // parts for i in range(parts)]
    ends = [-(-(i + 1) * size // parts) for i in range(parts)]  # rounded up
    return max(end - start for start, end in zip(starts, ends, strict=True))


def _across(layer: Any, name: str) -> int:
    """Return what a layer has under that name along the last axis; 1 if it has no such thing."""
    value = getattr(layer, name, 1)
    return int(value if isinstance(value, int) else value[-1])


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
    parameters = f"{row.parameters:,}" if row.parameters else ""
    macs = f"{row.macs:,}" if row.macs else ""
    sees = "all" if row.receptive_field is None else str(row.receptive_field)
    return row.name, row.layer, shape, parameters, macs, sees


def _aligned(line: tuple[str, ...], widths: list[int]) -> str:
    """Return a line of the table: three columns of words to the left, then numbers to the right."""
    cells = [cell.ljust(width) for cell, width in zip(line[:3], widths[:3], strict=True)]
    cells += [cell.rjust(width) for cell, width in zip(line[3:], widths[3:], strict=True)]
    return "  ".join(cells).rstrip()
