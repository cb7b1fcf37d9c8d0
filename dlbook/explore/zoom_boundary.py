"""Where a trained network says "inside": near its data, and far away from them."""

from functools import cache
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure

from dlbook import functional as F, optim, plots
from dlbook.data import ring
from dlbook.explore.base.explorer import Explorer, slider
from dlbook.tensor import Tensor

SIZE = 361  # points of the grid along each axis, an odd number: one lies at the origin
STARTS = 10  # networks trained at once; the one with the least loss is shown


def draw(fig: Figure, width: int, layers: int, reach: float) -> str:
    """Draw the data with the region inside, and that region as far as `reach` goes."""
    left, right = plots.axes_on(fig, 2)
    x, y = _points()
    parameters = trained(width, layers)
    near, far = (_inside(parameters, size) for size in (1.5, reach))
    for ax, inside, size in ((left, near, 1.5), (right, far, reach)):
        plots.regions(ax, inside.ravel(), x, y, reach=size)
    hits = np.mean((outputs(parameters, x) > 0) == y)
    left.set_title(f"width {width}: {hits:.0%} of the points right", fontsize=9)
    extent = "runs off the picture" if escapes(far) else "stays in the picture"
    right.set_title(f"out to {reach:g}: it {extent}", fontsize=9)
    noun = "hidden layer" if layers == 1 else "hidden layers"
    return (
        f"With {layers} {noun} of width {width}, the region inside "
        f"{extent} zoomed out to {reach:g}; {hits:.0%} of the points are right."
    )


@cache
def trained(width: int, layers: int) -> list[np.ndarray]:
    """Return weights and biases, in turn, of a ReLU network that was trained on the ring.

    Args:
        width: units in each hidden layer.
        layers: how many hidden layers.
    """
    rng = np.random.default_rng(5)
    x, y = _points()
    sizes = [2] + [width] * layers + [1]
    parameters = []
    for a, b in pairwise(sizes):
        weight = rng.normal(0, (2 / a) ** 0.5, (STARTS, a, b))
        parameters.append(Tensor(weight, requires_grad=True))
        parameters.append(Tensor(np.full((STARTS, 1, b), 0.5), requires_grad=True))
    optimizer = optim.Adam(parameters, lr=0.05)
    targets = np.broadcast_to(y[:, None].astype(float), (STARTS, len(y), 1))
    for _ in range(400):
        optimizer.zero_grad()
        scores = _forward(Tensor(x), parameters)
        (STARTS * F.binary_cross_entropy_with_logits(scores, targets)).backward()
        optimizer.step()
    last = _forward(Tensor(x), parameters).data
    losses = np.logaddexp(0, np.where(targets == 1, -last, last)).mean(axis=(1, 2))
    return [p.data[losses.argmin()] for p in parameters]


def outputs(parameters: list[np.ndarray], points: np.ndarray) -> np.ndarray:
    """Return the score for each point of shape (n, 2): above 0 means inside."""
    return _forward(Tensor(points), [Tensor(p) for p in parameters]).data[:, 0]


def escapes(inside: np.ndarray) -> bool:
    """Return whether the part of the region that is joined to the centre reaches the edge.

    Args:
        inside: whether each point of a square grid lies inside, shape (n, n) with n odd. If the
            centre does not, any part that reaches the edge counts.
    """
    edge = np.ones(inside.shape, bool)
    edge[1:-1, 1:-1] = False
    middle = len(inside) // 2
    if not inside[middle, middle]:
        return bool((inside & edge).any())
    joined = np.zeros(inside.shape, bool)
    joined[middle, middle] = True
    while True:  # grow by one step along both axes until nothing changes
        grown = joined.copy()
        grown[1:] |= joined[:-1]
        grown[:-1] |= joined[1:]
        grown[:, 1:] |= joined[:, :-1]
        grown[:, :-1] |= joined[:, 1:]
        grown &= inside
        if (grown & edge).any():
            return True
        if (grown == joined).all():
            return False
        joined = grown


def _forward(x: Tensor, parameters: list[Tensor]) -> Tensor:
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weight, bias in pairs[:-1]:
        x = F.relu(x @ weight + bias)
    return x @ pairs[-1][0] + pairs[-1][1]


def _inside(parameters: list[np.ndarray], reach: float) -> np.ndarray:
    return (outputs(parameters, plots.plane(reach, SIZE)) > 0).reshape(SIZE, SIZE)


@cache
def _points() -> tuple[np.ndarray, np.ndarray]:
    """Return 200 points, shape (200, 2), and which of them lie inside, shape (200,)."""
    x, y = ring(200, np.random.default_rng(4))
    return x.astype(np.float64), y


def zoom_boundary() -> Explorer:
    """Return the explorer of a trained boundary: the width, the depth, and how far to look."""
    controls = {
        "width": slider("width", 2, 2, 8, 1),
        "layers": slider("hidden layers", 1, 1, 3, 1),
        "reach": slider("zoom out to", 10.0, 2.0, 40.0, 1.0),
    }
    return Explorer(draw, controls)
