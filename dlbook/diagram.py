"""What a computation did, as boxes for `plots.graph` to draw."""

import numpy as np

from dlbook import plots
from dlbook.graph import Node, toposort

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


def trace(loss: Node, **names: Node) -> list[plots.Box]:
    """Run `loss.backward()` and return a box for each tensor on the way, parents first.

    Single numbers are written out, arrays by their shape.

    Args:
        loss: a single number, with a graph that has not been walked.
        names: how to call tensors, such as ``x=x, w=w``; constants are called by their value.
    """
    order = list(toposort(loss))[::-1]
    labels = {id(node): name for name, node in names.items()}
    made = [(node, node.parents, SYMBOLS.get(node.operation, node.operation)) for node in order]
    for node in order:
        if node.requires_grad:
            node.retain_grad()
    loss.backward()
    boxes: dict[int, plots.Box] = {}
    for node, parents, symbol in made:
        value = _written(node.data)
        name = labels.get(id(node), "")
        boxes[id(node)] = plots.Box(
            label=" = ".join(filter(None, [name, symbol])) or value,
            parents=tuple(boxes[id(parent)] for parent in parents),
            forward=value if name or symbol else "",
            gradient="" if node.grad is None else _written(node.grad),
            color=_color(node, symbol),
        )
    return list(boxes.values())


def _written(values: np.ndarray) -> str:
    return f"{values.item():.4g}" if values.size == 1 else "×".join(map(str, values.shape))


def _color(node: Node, symbol: str) -> str:
    if symbol:
        return plots.CONTEXT
    return plots.PARAMETER if node.requires_grad else plots.DATA
