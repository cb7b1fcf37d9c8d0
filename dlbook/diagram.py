"""What a computation did, as boxes for `plots.graph` to draw."""

from dlbook import plots
from dlbook.graph import Place, number, toposort
from dlbook.tensor import Tensor

SYMBOLS = {
    "__add__": "+",
    "__sub__": "−",
    "__mul__": "×",
    "__truediv__": "/",
    "__neg__": "−",
    "__pow__": "**",
    "__matmul__": "@",
    "__getitem__": "[ ]",
}


def trace(loss: Tensor, **names: Tensor) -> list[plots.Box]:
    """Run `loss.backward()` and return a box for each tensor on the way, parents first.

    Single numbers are written out, arrays by their shape.

    Args:
        loss: a single number, with a graph that has not been walked.
        names: how to call tensors, such as ``x=x, w=w``; constants are called by their value.
    """
    order = list(toposort(loss.place))[::-1]
    labels = {id(tensor.place): name for name, tensor in names.items()}
    made = [
        (place, place.parents, SYMBOLS.get(place.operation, place.operation)) for place in order
    ]
    for place in order:
        if place.requires_grad:
            place.retain_grad()
    loss.backward()
    boxes: dict[int, plots.Box] = {}
    for place, parents, symbol in made:
        value = _written(place.number, place.shape)
        name = labels.get(id(place), "")
        boxes[id(place)] = plots.Box(
            label=" = ".join(filter(None, [name, symbol])) or value,
            parents=tuple(boxes[id(parent)] for parent in parents),
            forward=value if name or symbol else "",
            gradient="" if place.grad is None else _written(number(place.grad), place.shape),
            color=_color(place, symbol),
        )
    return list(boxes.values())


def _written(value: float | None, shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) if value is None else f"{value:.4g}"


def _color(place: Place, symbol: str) -> str:
    if symbol:
        return plots.CONTEXT
    return plots.PARAMETER if place.requires_grad else plots.DATA
